"""Engines of a test's own, beside the session's, and boto3 clients for one account of an engine."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from harness.engines import RunningEngine
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine

__all__ = ["REGION", "AwsClients", "RunningEngine", "aws_clients", "start_engine", "stop_engine"]

REGION = "us-east-1"
type AwsClients = Callable[[str], Any]


def start_engine(state_dir: Path, *, without: Sequence[str] = (), stop_with_pid: int | None = None) -> RunningEngine:
    """Start an engine on a free port in the background, or join the one that runs in `state_dir`."""
    return EmbeddedEngine(state_dir, port=ANY_FREE_PORT, without=without, stop_with_pid=stop_with_pid).start()


def stop_engine(state_dir: Path) -> None:
    """Stop the engine of `state_dir`; nothing happens when none runs there."""
    EmbeddedEngine(state_dir).stop()


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
