"""Faults of requests to deployed APIs: what is to be done about a request that some of them hit. Pure.

`faulted_requests` finds out what a request is and does it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from model.faults.identity import Identity, flow_in
from model.faults.registry import Hit

RESET_BEFORE: Final = "api-reset-before"
RESET_AFTER: Final = "api-reset-after"
# What is answered in the API's place, in the order of who refuses first: a limit comes before what it limits.
ANSWERS: Final = ("api-429", "api-500", "api-504")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done about a request, in this order."""

    delay_ms: float = 0
    """It waits so long."""
    resets_before: bool = False
    """The connection is reset, and nothing else done."""
    answer: str | None = None
    """One of `ANSWERS`: the request is answered so, and not carried out."""
    resets_after: bool = False
    """It is carried out, and the connection reset in the place of its answer."""


def plan_of(hits: Iterable[Hit]) -> Plan:
    """Return what is done about a request that is hit by these: of several that end it, the first in `Plan`'s order."""
    hits = tuple(hits)
    kinds = {hit.kind for hit in hits}
    return Plan(
        delay_ms=sum(hit.delay_ms for hit in hits),
        resets_before=RESET_BEFORE in kinds,
        answer=next((answer for answer in ANSWERS if answer in kinds), None),
        resets_after=RESET_AFTER in kinds,
    )


def identity_of_request(trace_header: str | None, method: str, target: str, body: bytes) -> Identity:
    """Return what a request is: of the flow that its header names, else what is in it.

    Its target is the one below the stage, which is the same in each deployment.
    """
    flow = flow_in(trace_header)
    return Identity.of_content(method, target, body) if flow is None else Identity.of_flow(flow)
