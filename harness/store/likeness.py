"""Whether two runs can be compared, from their records. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.store.record import RunRecord


@dataclass(frozen=True, slots=True)
class Likeness:
    """What differs between two runs, each in a few words, A's value first."""

    obstacles: tuple[str, ...]
    """They did something else, or on another kind of engine: what differs in their figures says nothing."""
    others: tuple[str, ...]
    """What may be the cause of a difference in their figures: versions, the revision, the seed."""


def likeness(a: RunRecord, b: RunRecord) -> Likeness:
    """Return what differs between two runs."""
    did_a, did_b = dict(a.workload), dict(b.workload)
    seeds = {"seed": did_a.pop("seed", None)}, {"seed": did_b.pop("seed", None)}
    return Likeness(
        obstacles=(
            *_differences("workload", did_a, did_b),
            *_differences("engine kind", a.engine.kind, b.engine.kind),
        ),
        others=(
            *_differences("", *seeds),
            *_differences("engine version", a.engine.version, b.engine.version),
            *_differences("version of", a.versions, b.versions),
            *_differences("git", *(asdict(run.git) if run.git else None for run in (a, b))),
        ),
    )


def _differences(name: str, a: Any, b: Any) -> Iterator[str]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for member in sorted({*a, *b}):
            yield from _differences(f"{name} {member}".strip(), a.get(member), b.get(member))
    elif a != b:
        yield f"{name} {_shown(a)} -> {_shown(b)}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else ascii(value)[:60]
