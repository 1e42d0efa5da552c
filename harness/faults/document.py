"""A fault as JSON, as a workload's document and a history have it. Pure."""

from typing import Any, Final

from harness.documents import Kinds, to_json
from harness.faults import Fault
from model.faults.delays import ExponentialDelay, FixedDelay, UniformDelay

DELAY_KINDS: Final[Kinds] = {FixedDelay: "fixed", UniformDelay: "uniform", ExponentialDelay: "exponential"}


def fault_to_json(fault: Fault) -> dict[str, Any]:
    """Return the JSON object that a fault is in a workload's document."""
    document: dict[str, Any] = to_json(fault, DELAY_KINDS)
    return document
