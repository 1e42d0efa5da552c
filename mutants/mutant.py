"""What a planted bug is. Values only: nothing is read or written here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from harness.callers import Auth
from harness.faults import Fault
from harness.transport import Transport


@dataclass(frozen=True, slots=True)
class Edit:
    """One text of one file replaced by another."""

    path: str
    """Of the file, relative to the checkout: below `infra/`, `consumer/` or `authorizer/`."""
    old: str
    """It is in the file exactly once."""
    new: str


type Client = Callable[[Transport], Transport]
"""Puts a client with a bug between the harness, which asks it, and what sends its requests."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What happens to any stack in production, and does a sound one no harm; some bugs show in nothing else."""

    name: str
    """In kebab-case."""
    sentence: str
    edits: tuple[Edit, ...] = ()
    """How the function is made to meet it."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the template, beside those of every trial."""
    poison: int = 0
    """Messages without a user that the run sends past the API."""
    faults: tuple[Fault, ...] = ()
    """What the engine breaks on purpose: part of the workload, so that a run is judged by what they hit."""
    auth: Auth = Auth.NONE
    """How the API knows who calls."""
    strangers: float = 0
    """Share of flows whose create is sent by somebody who may not."""


CALM: Final = Circumstance("calm", "Nothing out of the ordinary.")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug, of the stack or of its client; or none (`sound`), so that a sound stack can be tried out like others.

    What is deployed has a bug by `edits`; who drives it has one by `client`.
    """

    name: str
    """In kebab-case, unique, and short enough for a stack's name."""
    broken: str
    """What is wrong, as one sentence."""
    shows: str
    """What a developer would see of it, as one sentence."""
    found_by: str | None
    """The checker that must call it invalid; others may do so too. None: nothing is wrong, and nobody may say so."""
    edits: tuple[Edit, ...] = ()
    client: Client | None = None
    circumstance: Circumstance = CALM
    flows: int = 100
    """So few show it for certain."""
    visible_within_s: float = 30
    """The agreed bound."""
    shows_when_quiet: bool = True
    """Whether it is worth waiting for the queue to be empty: False where the flows themselves show it."""


def sound(circumstance: Circumstance = CALM) -> Mutant:
    """Return the sound stack in a circumstance."""
    name = "sound" if circumstance is CALM else f"sound-{circumstance.name}"
    return Mutant(name, "Nothing.", "Nothing.", found_by=None, circumstance=circumstance)


def unprovoked(mutant: Mutant) -> Mutant:
    """Return a bug that shows only in its circumstance, out of it: nobody may find anything."""
    return replace(mutant, name=f"{mutant.name}-calm", found_by=None, circumstance=CALM)
