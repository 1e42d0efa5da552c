"""Whether two runs can be compared, from their records. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.store.record import RunRecord


@dataclass(frozen=True, slots=True)
class RunDifferences:
    """What differs between two runs, each in a few words, A's value first."""

    obstacles: tuple[str, ...]
    """They did something else, or on another kind of engine: what differs in their figures says nothing."""
    others: tuple[str, ...]
    """What may be the cause of a difference in their figures: versions, the revision, the seed."""


def run_differences(a: RunRecord, b: RunRecord) -> RunDifferences:
    """Return what differs between two runs."""
    did_a, did_b = dict(a.workload), dict(b.workload)
    seeds = {"seed": did_a.pop("seed", None)}, {"seed": did_b.pop("seed", None)}
    return RunDifferences(
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


def differences_of_making(a: RunRecord, b: RunRecord) -> Iterator[str]:
    """Return all that two runs were made with and that is not the same: what was to be done, on what, and with what."""
    yield from _differences("workload", a.workload, b.workload)
    yield from _differences("required", sorted(a.thresholds), sorted(b.thresholds))
    if a.contract != b.contract:
        yield "what the API may answer"
    yield from _differences("parameter", _parameters(a), _parameters(b))
    if a.sources and b.sources:
        yield from _differences("stack's files", a.sources.stack_hash, b.sources.stack_hash)
        yield from _differences("function's code", a.sources.function_hash, b.sources.function_hash)
    elif a.sources or b.sources:
        yield "stack's files and function's code: not known of one of the two"
    yield from _differences("region", a.region, b.region)
    yield from _differences("engine kind", a.engine.kind, b.engine.kind)
    yield from _differences("engine version", a.engine.version, b.engine.version)
    yield from _differences("version of", a.versions, b.versions)
    yield from _differences("git", *(asdict(run.git) if run.git else None for run in (a, b)))


def _parameters(record: RunRecord) -> dict[str, str]:
    pairs = (text.partition("=") for text in record.parameters)
    return {key: value for key, _, value in pairs}


def _differences(name: str, a: Any, b: Any) -> Iterator[str]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for member in sorted({*a, *b}):
            yield from _differences(f"{name} {member}".strip(), a.get(member), b.get(member))
    elif a != b:
        yield f"{name} {_shown(a)} -> {_shown(b)}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else ascii(value)[:60]
