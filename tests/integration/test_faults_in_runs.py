"""Faults that a run asks for, on a real engine."""

import requests

from harness.documents import to_json
from harness.engines import RunningEngine
from harness.faults.catalogue import KINDS, FaultKind

_TIMEOUT_S = 30


def _as_the_engine_says(kind: FaultKind) -> dict[str, object]:
    delay = None if kind.delay is None else to_json(kind.delay, {})
    return {"name": kind.name, "rate": kind.rate, "delay": delay}


def test_the_harness_knows_the_kinds_that_the_engine_has(engine: RunningEngine) -> None:
    answer = requests.get(f"{engine.endpoint_url}/_emulator/faults/kinds", timeout=_TIMEOUT_S).json()
    said = [{name: kind[name] for name in ("name", "rate", "delay")} for kind in answer["kinds"]]
    assert [_as_the_engine_says(kind) for kind in KINDS] == said
    narrowed: dict[str, frozenset[str] | None] = {
        kind["name"]: frozenset(kind["operations"]) for kind in answer["kinds"] if kind["operations"]
    }
    assert {kind.name: kind.operations for kind in KINDS if kind.name in narrowed} == narrowed
