"""Faults that a run asks for, on a real engine: set and healed, on the same flows each time, gone when the run is."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from harness.documents import to_json
from harness.engines import RunningEngine
from harness.faults.notation import fault_in_words
from harness.history import FaultHistory, History
from harness.operations import FlowEnding
from harness.replaying.hits import compare_hits
from harness.running.drive_stack import drive_stack
from harness.stack.deployment import Deployment
from harness.workload import Deadlines, Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.document import workload_to_json
from model.faults.catalogue import ENGINE_KINDS
from model.faults.kinds import Kind
from tests.integration.faults_fixture import EngineFaults
from tests.waiting import wait_until

pytestmark = pytest.mark.long

_TIMEOUT_S = 30
SHORT_TTL_S = 3
"""What a run's faults are given here, so that nobody waits half a minute; tests/unit holds the real value."""
WORKLOAD = Workload(
    seed=7,
    flows=60,
    faults=(
        fault_in_words("api-500 rate=0.2 flows=0-39 operations='GET /status/{messageId}'"),
        fault_in_words("api-latency rate=0.5 delay=0ms-50ms operations='POST /users'"),
    ),
)

MANY = Workload(
    seed=11,
    flows=120,
    deadlines=Deadlines(flow_timeout_s=90),
    faults=tuple(
        fault_in_words(text)
        for text in (
            "api-500 rate=0.1 operations='POST /users'",
            "api-429 rate=0.2 times=3 operations='GET /status/{messageId}'",
            "duplicates rate=0.2 delay=0ms-200ms",
            "delays rate=0.2 delay=0ms-200ms",
            "slow-handlers rate=0.1 delay=0ms-100ms",
            "crashes rate=0.04",
            "gsi-lag rate=0.5 delay=0ms-300ms",
        )
    ),
)
"""One fault at least at each place where any is injected while flows are made."""


def _as_the_engine_says(kind: Kind) -> dict[str, object]:
    delay = None if kind.delay is None else to_json(kind.delay, {})
    return {"name": kind.name, "rate": kind.rate, "delay": delay}


def _hit(fault: FaultHistory) -> list[tuple[int | None, str, int, float]]:
    return sorted((hit.flow, hit.operation, hit.attempt, hit.delay_s) for hit in fault.firings if hit.flow is not None)


def _completed(history: History) -> set[int]:
    return {flow.number for flow in history.flows if flow.ending is FlowEnding.COMPLETED}


def _first_attempts(fault: FaultHistory, flows: set[int]) -> list[tuple[str, str, float]]:
    """Return what was hit at its first attempt: of all creates, and of everything else in these flows."""
    return sorted(
        (hit.identity, hit.operation, hit.delay_s)
        for hit in fault.firings
        if hit.attempt == 1 and (hit.flow in flows or hit.operation.startswith("POST "))
    )


@pytest.mark.where_the_engine_runs
def test_the_harness_knows_the_kinds_that_the_engine_has(engine: RunningEngine) -> None:
    answer = requests.get(f"{engine.endpoint_url}/_emulator/faults/kinds", timeout=_TIMEOUT_S).json()
    said = [{name: kind[name] for name in ("name", "rate", "delay")} for kind in answer["kinds"]]
    assert [_as_the_engine_says(kind) for kind in ENGINE_KINDS] == said
    narrowed = {kind["name"]: frozenset(kind["operations"]) for kind in answer["kinds"] if kind["operations"]}
    assert {kind.name: kind.operations for kind in ENGINE_KINDS if kind.name in narrowed} == narrowed


def test_the_same_seed_hits_the_same_flows_at_any_concurrency(
    engine: RunningEngine, harness_stack: Deployment, account_id: str, tmp_path: Path
) -> None:
    hits = []
    for clients in (3, 20):
        workload = replace(WORKLOAD, arrival=ClosedLoop(clients))
        run = drive_stack(workload, harness_stack, engine=engine, store=tmp_path)
        errors, latency = run.history.faults
        assert errors.fired == len(errors.firings) > 0
        assert latency.eligible == WORKLOAD.flows
        assert {hit.operation for hit in errors.firings} == {"GET /status/{messageId}"}
        assert all(hit.flow is not None and hit.flow <= 39 for hit in errors.firings)
        [(began_s, ended_s)] = errors.periods
        assert ended_s is not None
        assert all(began_s - 0.1 <= hit.at_s <= ended_s + 0.1 for hit in errors.firings)
        hits.append([_hit(errors), _hit(latency)])
    assert hits[0] == hits[1]
    states = {fault["name"]: fault["state"] for fault in _faults(engine, account_id)}
    assert states == {"api-500": "healed", "api-latency": "healed"}


@pytest.mark.where_the_engine_runs
@pytest.mark.timeout(400)
def test_many_flows_have_the_same_faults_whether_few_clients_make_them_or_many(
    engine: RunningEngine, slow_engine: bool, harness_stack: Deployment, tmp_path: Path
) -> None:
    # Fifty clients of an engine without its speed-ups wait for minutes, each.
    few, many = (
        drive_stack(replace(MANY, arrival=ClosedLoop(clients)), harness_stack, engine=engine, store=tmp_path)
        for clients in ((4, 12) if slow_engine else (8, 50))
    )
    compared = compare_hits(few.history, many.history)
    assert compared.same, compared
    made = _completed(few.history) & _completed(many.history)
    assert len(made) > MANY.flows / 2
    for before, now in zip(few.history.faults, many.history.faults, strict=True):
        # A flow that was made has its first attempt at anything, however often it polls and is delivered.
        assert _first_attempts(before, made) == _first_attempts(now, made) != [], before.name
    assert [len(fault.firings) == fault.fired for fault in few.history.faults] == [True] * len(MANY.faults)


def test_a_fault_is_gone_soon_after_the_harness_was_killed(
    engine: RunningEngine, harness_stack: Deployment, account_id: str, tmp_path: Path
) -> None:
    script = (
        "import json, sys; from pathlib import Path\n"
        f"from harness.faults import kept_fault; kept_fault.TTL_S = {SHORT_TTL_S}; kept_fault.RENEWED_EVERY_S = 0.5\n"
        "from harness.stack.deployment import Deployment; from harness.running.drive_stack import drive_stack\n"
        "from harness.engines import RunningEngine; from harness.workload.document import workload_from_json\n"
        "workload, deployment, url, store = map(json.loads, sys.argv[1:])\n"
        "drive_stack(workload_from_json(workload), Deployment.from_json(deployment),"
        " engine=RunningEngine(url), store=Path(store))\n"
    )
    workload = replace(WORKLOAD, flows=1_000_000, faults=(fault_in_words("slow-tables name=killed rate=0"),))
    arguments = _as_texts(workload_to_json(workload), harness_stack.to_json(), engine.endpoint_url, str(tmp_path))
    faults = EngineFaults(engine.endpoint_url, account_id)
    with subprocess.Popen([sys.executable, "-c", script, *arguments]) as run:
        try:
            wait_until(_state_of(faults, "killed"), lambda seen: seen == "active", deadline_s=60)
        finally:
            run.send_signal(signal.SIGKILL)
    wait_until(_state_of(faults, "killed"), lambda seen: seen == "expired", deadline_s=SHORT_TTL_S + 20)


def _state_of(faults: EngineFaults, name: str) -> Callable[[], Any]:
    return lambda: faults.get(name).get("state")


def _as_texts(*values: Any) -> list[str]:
    return [json.dumps(value) for value in values]


def _faults(engine: RunningEngine, account_id: str) -> list[dict[str, Any]]:
    url = f"{engine.endpoint_url}/_emulator/faults/{account_id}"
    names = {"api-500", "api-latency"}
    found = requests.get(url, timeout=_TIMEOUT_S).json()["faults"]
    return [fault for fault in found if fault["name"] in names]
