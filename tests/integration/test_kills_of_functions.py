"""A function's process that is killed (SIGKILL) in the middle of a batch, with a run on."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.engines import RunningEngine
from harness.history import History
from harness.running.drive_stack import drive_stack
from harness.stack.deployment import Deployment
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop
from tests.integration.engine_fixture import AwsClients
from tests.integration.stack_fixture import deploy, faulty_consumer
from tests.waiting import wait_until

pytestmark = pytest.mark.same_machine

VISIBILITY_TIMEOUT_S = 12
PARAMETERS = {
    "FunctionTimeoutSeconds": "2",
    "VisibilityTimeoutSeconds": str(VISIBILITY_TIMEOUT_S),
    "MaxReceiveCount": "20",
}
# The first to handle a batch says who it is, and waits to be killed.
WAITING = """
import os
import time
from pathlib import Path

from consumer.sound import handler as sound


def handler(event, context):
    try:
        with open({said!r}, "x") as said:
            said.write(f"{{os.getpid()}}\\n")
        time.sleep(1.5)
    except FileExistsError:
        pass
    return sound(event, context)
"""


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """The file in which the first process says who it is."""
    return tmp_path / "process.txt"


@pytest.fixture
def waiting_stack(
    engine: RunningEngine, account_id: str, aws: AwsClients, said: Path, tmp_path: Path
) -> Iterator[Deployment]:
    consumer_dir = faulty_consumer(tmp_path, WAITING.format(said=str(said)))
    stack = deploy(
        engine.endpoint_url,
        account_id,
        aws,
        stack_name="killed",
        work_dir=tmp_path,
        parameters=PARAMETERS,
        consumer_dir=consumer_dir,
    )
    yield Deployment.from_json(stack.outputs)
    stack.retire()


def test_its_batch_is_delivered_again_and_the_run_is_valid(
    engine: RunningEngine, waiting_stack: Deployment, said: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_the_first() -> None:
        line = wait_until(lambda: said.read_text() if said.exists() else "", lambda text: text.endswith("\n"))
        os.kill(int(line), signal.SIGKILL)
        killed.append(int(line))

    killer = threading.Thread(target=kill_the_first)
    killer.start()
    try:
        workload = Workload(seed=7, flows=20, arrival=ClosedLoop(5))
        run = drive_stack(workload, waiting_stack, engine=engine, store=tmp_path / "runs")
    finally:
        killer.join()
    assert killed
    assert run.verdict.word == "valid", run.verdict
    assert run.results.figures.flows.completed == workload.flows
    assert longest_pending_s(run.history) > VISIBILITY_TIMEOUT_S - 2, "it was not in the middle of a batch"


def longest_pending_s(history: History) -> float:
    """Return how long after its create a flow was last told that it was pending: the longest of all flows."""
    return max(
        call.started_s - flow.operations[0].ended_s
        for flow in history.flows
        for call in flow.operations
        if call.meaning == "pending"
    )
