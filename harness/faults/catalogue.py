"""Looks up the kinds of faults that a run can ask for, and says what a run has to know of them. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches

from harness.errors import MisuseError
from harness.faults import Fault
from model.faults.catalogue import BY_NAME, KILLS
from model.faults.kinds import Kind


def kind_named(name: str, where: str = "fault") -> Kind:
    """Return the kind of this name.

    Raises:
        MisuseError: there is none; the text says which is the nearest.
    """
    if kind := BY_NAME.get(name):
        return kind
    nearest = get_close_matches(name, BY_NAME, n=1)
    next_step = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(BY_NAME)}"
    raise MisuseError(f"{where}: no kind of fault is called {name!a}; {next_step}")


def usual_fault(kind: Kind) -> Fault:
    """Return a fault of a kind that has the kind's name and its defaults."""
    return Fault(kind.name, kind.name, kind.rate, kind.times, delay=kind.delay, from_flows=kind.from_flows)


def kills_engine(faults: Iterable[Fault]) -> bool:
    """Whether any of these faults ends the engine, with everything in it."""
    return any(fault.kind == KILLS for fault in faults)


def check_settable(fault: Fault) -> None:
    """Check that a fault can be set on an engine, by a person or a test, without a run.

    Raises:
        MisuseError: only a run carries it out, or it says what only a run can know.
    """
    if kind_named(fault.kind).of_the_run:
        what = f"{fault.kind}: a run kills its engine and starts it again; no engine does that to itself"
        raise MisuseError(f"{what}: use `harness run --faults {fault.kind}`")
    if fault.from_s or fault.for_s is not None:
        raise MisuseError("from= and for= are a run's; here a fault begins at once, and lasts as --ttl or ttl_s says")


def redelivers(faults: Iterable[Fault]) -> bool:
    """Whether any of these faults makes messages come again, which takes a visibility timeout each time."""
    return any(kind_named(fault.kind).redelivers for fault in faults)
