"""A `Workload` as JSON, and back: strict, versioned. `"format": 1` is its first member."""

from dataclasses import replace
from typing import Any, Final

from harness.documents import Kinds, from_json, members_of, to_json
from harness.faults.document import DELAY_KINDS
from harness.shape.users import as_known
from harness.workload import Workload
from harness.workload.arrival import Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.polling import ExponentialBackoff, FixedInterval, RetryAfter
from harness.workload.ranges import check_workload

FORMAT: Final = 1

_KINDS: Final[Kinds] = {
    ClosedLoop: "closed loop",
    ConstantRate: "constant rate",
    PoissonRate: "poisson rate",
    Ramp: "ramp",
    Bursts: "bursts",
    FixedInterval: "fixed interval",
    ExponentialBackoff: "exponential backoff",
    RetryAfter: "retry-after",
    **DELAY_KINDS,
}


def workload_to_json(workload: Workload) -> dict[str, Any]:
    """Return the JSON object that `workload_from_json` reads. It has every member, also those with a default."""
    document: dict[str, Any] = {"format": FORMAT} | to_json(workload, _KINDS)
    return document


def workload_from_json(document: Any, where: str = "workload") -> Workload:
    """Return the workload that a JSON value stands for. Only `format`, `seed` and `flows` must be there.

    Args:
        document: what was read.
        where: what to call the document in an error, such as the file's name.

    Raises:
        MisuseError: it stands for none: where, what is there, and what is expected.
    """
    members = members_of(document, FORMAT, where, f'add "format": {FORMAT}')
    read = from_json(Workload, members, _KINDS, where)
    workload = replace(read, shape=as_known(read.shape))
    check_workload(workload, where)
    return workload
