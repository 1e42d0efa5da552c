"""What a run is to do, as one value, and what its history is held against."""

from dataclasses import dataclass, field

from harness.checking import Agreement, Contract
from harness.timing.thresholds import Threshold
from harness.workload import Workload


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to do, as one value: everything that decides a run, but for what it is made on."""

    workload: Workload
    contract: Contract = field(default_factory=Contract)
    thresholds: tuple[Threshold, ...] = ()
    arguments: tuple[str, ...] = ()
    """The command line that asked for it, for the record."""
    replay_of: str | None = None
    """The run that it is made after."""


def agreement_of(request: RunRequest) -> Agreement:
    """Return what a run's history is held against."""
    workload = request.workload
    return Agreement(workload.shape, workload.deadlines.visible_within_s, request.contract, workload.auth)
