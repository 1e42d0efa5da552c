"""Checkers: from a history to verdicts, each with its evidence. Pure: no I/O, no engine, no clock.

A checker holds one claim against one history and one agreement, and amounts to a `CheckResult`
(`harness.checking.check`). `harness.checking.catalogue.CHECKERS` lists them, `check_all` runs them all in one pass
over the flows, and one that crashes is *unknown*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.callers import Auth
from harness.shape import ApiShape
from harness.verdicts import VerdictWord


@dataclass(frozen=True, slots=True)
class Contract:
    """What each call may answer: JSON Schemas, self-contained, by operation kind and status ("202", "4xx", "default").

    A status that is not listed is not in the contract. An empty contract says nothing, and is not checked.
    """

    responses: Mapping[str, Mapping[str, Mapping[str, Any] | None]] = field(default_factory=dict)
    """"create" to "202" to the body's schema; None: any body."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a history is held against."""

    shape: ApiShape
    visible_within_s: float
    contract: Contract = field(default_factory=Contract)
    auth: Auth = Auth.NONE
    """How the API knows who calls."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that breaks a claim."""

    what: str
    """One line, in ASCII."""
    flow: int | None = None
    """The flow that shows it; its operations are in the history."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one checker says."""

    name: str
    """In kebab-case, such as `no-create-lost`."""
    claim: str
    """What must hold, as one sentence."""
    verdict: VerdictWord
    reason: str
    """Why, in one line: counts, or what is missing to know."""
    evidence: tuple[Evidence, ...] = ()
    """The first `KEPT_EVIDENCE` of them."""
    violations: int = 0
    """How many there are in all."""


KEPT_EVIDENCE = 20
