"""From a run's record to what makes it again. Pure: nothing is looked up, all of it is in the record."""

from dataclasses import dataclass, replace

from harness.checking import Contract
from harness.running.request import RunRequest
from harness.stack.deployment import DEFAULT_ACCOUNT, DEFAULT_REGION, DEFAULT_STACK_NAME
from harness.store.record import RunRecord
from harness.timing.thresholds import parse_threshold
from harness.workload.arrival import ClosedLoop
from harness.workload.document import workload_from_json
from harness.workload.ranges import check_workload

BARE_API = "none"
"""The kind of engine of a run that was made on an API that is just there."""


@dataclass(frozen=True, slots=True)
class StackOfRun:
    """Which stack a run was made on."""

    account: str
    region: str
    stack_name: str
    parameters: tuple[str, ...]


def request_again(record: RunRecord, where: str, *, clients: int | None = None) -> RunRequest:
    """Return what was asked of a run, to ask it again.

    Args:
        record: the run's.
        where: what to call the record in an error.
        clients: so many at once, in a closed loop, instead of the run's own arrival.

    Raises:
        MisuseError: the record is of a workload that this code does not know.
    """
    workload = workload_from_json(record.workload, f"{where}: workload")
    if clients is not None:
        workload = replace(workload, arrival=ClosedLoop(clients))
        check_workload(workload)
    return RunRequest(
        workload,
        Contract(record.contract),
        tuple(map(parse_threshold, record.thresholds)),
        replay_of=record.run_id,
    )


def stack_again(record: RunRecord) -> StackOfRun:
    """Return the stack that a run was made on."""
    return StackOfRun(
        record.account or DEFAULT_ACCOUNT,
        record.region or DEFAULT_REGION,
        record.stack_name or DEFAULT_STACK_NAME,
        record.parameters,
    )
