"""The session's engine as the tests see it, and boto3 clients for one worker's account."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
type AwsClients = Callable[[str], Any]


@dataclass(frozen=True)
class RunningEngine:
    """An engine that answered: where, and which process it is."""

    endpoint_url: str
    pid: int
    state_dir: Path


def start_engine(state_dir: Path, *options: str, timeout_s: float = 90) -> RunningEngine:
    """Start an engine on a free port in the background, or join the one that runs in `state_dir`."""
    command = [sys.executable, "-m", "emulator", "start", "--detach", "--json", "--port", "0"]
    command += ["--state-dir", str(state_dir), *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout_s)
    assert done.returncode == 0, f"the engine did not start: {done.stderr}"
    record = json.loads(done.stdout)
    return RunningEngine(record["endpoint_url"], record["pid"], state_dir)


def stop_engine(state_dir: Path) -> None:
    """Stop the engine of `state_dir`; nothing happens when none runs there."""
    command = [sys.executable, "-m", "emulator", "stop", "--state-dir", str(state_dir)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def aws_clients(endpoint_url: str, account_id: str, region: str = REGION) -> AwsClients:
    """Return a function from a service's name to its boto3 client, one client for each name."""
    clients: dict[str, Any] = {}
    session = boto3.Session(account_id, "test", region_name=region)
    # No retries: a test wants to see the first answer. More connections than the default ten: some race.
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=50, read_timeout=60)

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=endpoint_url, config=config)
        return clients[service]

    return client
