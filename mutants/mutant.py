"""What a planted bug is. Values only: nothing is read or written here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from harness.callers import Auth
from harness.faults import Fault


@dataclass(frozen=True, slots=True)
class Edit:
    """One text of one file replaced by another."""

    path: str
    """Of the file, relative to the checkout: below `infra/`, `consumer/` or `authorizer/`."""
    old: str
    """It is in the file exactly once."""
    new: str


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
    """What the engine breaks on purpose."""
    auth: Auth = Auth.NONE
    """How the API knows who calls."""
    strangers: float = 0
    """Share of flows whose create is sent by somebody who may not."""


CALM: Final = Circumstance("calm", "Nothing out of the ordinary.")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug; or none, as the sound stack has (`sound`), so that it can be tried out like all others."""

    name: str
    """In kebab-case, unique, and short enough for a stack's name."""
    broken: str
    """What is wrong, as one sentence."""
    shows: str
    """What a developer would see of it, as one sentence."""
    edits: tuple[Edit, ...]
    found_by: str | None
    """The checker that must call it invalid; others may do so too. None: nothing is wrong, and nobody may say so."""
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
    return Mutant(name, "Nothing.", "Nothing.", edits=(), found_by=None, circumstance=circumstance)
