"""Runs to make a report of: generated from a number of flows, the same each time.

`python -m tests.unit.harness.html_report.generated FOLDER` writes pages to look at.
"""

import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.checking import CheckResult, Evidence
from harness.history import (
    DepthSample,
    FaultHistory,
    Firing,
    FlowHistory,
    History,
    QueueDepths,
    ServerTimes,
)
from harness.html_report.page import render
from harness.judging.results import Results
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.timing.measure import measure
from harness.verdicts import ThresholdResult, Verdict, VerdictWord

HOSTILE = (
    "</script><script>document.title='owned'</script>\"><img src=x onerror=\"document.title='owned'\">\u202e\x00{{7*7}}"
)
FACTS = {
    "run": "20261104T101512Z-kqxw",
    "command": "harness run --seed 4242 --flows 100 --clients 10",
    "seed": "4242",
    "engine": "embedded, LocalStack 4.14.0",
    "workload": "100 flows, a closed loop of 10 clients, polled every 50 ms",
    "versions": "harness 0.1.0, Python 3.13.2, aiohttp 3.13.1",
}
_CLIENTS = 10
_WALL_CLOCK_ZERO_S = 1_793_787_312.0


def create_call(at_s: float, took_s: float, number: int = 0, *, late_s: float = 0) -> Operation:
    return Operation(
        OperationKind.CREATE,
        scheduled_s=at_s,
        started_s=at_s + late_s,
        ended_s=at_s + late_s + took_s,
        outcome=Outcome.OK,
        meaning=Meaning.ACCEPTED,
        status=202,
        request_id=f"5c7c1f0e-4a53-4b6e-9d3a-{number:012}",
        response_bytes=53,
        handle=f"message-{number}",
        seen=f"accepted as message-{number}",
    )


def status_call(at_s: float, took_s: float, meaning: Meaning, number: int = 0) -> Operation:
    seen = meaning is Meaning.VISIBLE
    return Operation(
        OperationKind.STATUS,
        scheduled_s=at_s,
        started_s=at_s,
        ended_s=at_s + took_s,
        outcome=Outcome.OK,
        meaning=meaning,
        status=200 if seen else 404,
        request_id=f"a1{int(at_s * 1000):06}-0d6e-4b6e-9d3a-{number:012}",
        response_bytes=96 if seen else 31,
        target=f"message-{number}",
        result_id=f"user-{number}" if seen else None,
        seen=f"user-{number}" if seen else "pending",
    )


def retrieve_call(at_s: float, took_s: float, number: int = 0) -> Operation:
    return Operation(
        OperationKind.RETRIEVE,
        scheduled_s=at_s,
        started_s=at_s,
        ended_s=at_s + took_s,
        outcome=Outcome.OK,
        meaning=Meaning.FOUND,
        status=200,
        request_id=f"77770f3e-9d1f-4b6e-9d3a-{number:012}",
        response_bytes=140,
        target=f"user-{number}",
        seen="the user, as it was sent",
    )


def flow_of(number: int, *operations: Operation, **changes: Any) -> FlowHistory:
    payload = {"name": f"user {number}", "email": f"u{number}@example.com"}
    return replace(FlowHistory(number, payload, True, operations, FlowEnding.COMPLETED), **changes)


def generated_history(flows: int, *, seed: int = 1) -> History:
    """A closed loop of clients with a slow moment in the middle."""
    draw = random.Random(seed)
    free_at_s = [0.002 * client for client in range(_CLIENTS)]
    made: list[FlowHistory] = []
    server: dict[str, ServerTimes] = {}
    for number in range(flows):
        client = min(range(_CLIENTS), key=lambda index: free_at_s[index])
        at_s = free_at_s[client]
        slow = 4.0 if 0.45 < number / flows < 0.52 else 1.0
        flow, times = _generated_flow(number, at_s, draw, slow)
        made.append(flow)
        server[f"message-{number}"] = times
        free_at_s[client] = flow.operations[-1].ended_s + 0.002
    end_s = max(free_at_s)
    depths = tuple(
        DepthSample(
            at_s,
            QueueDepths(
                visible=int(draw.expovariate(0.5)) + (20 if 0.45 < at_s / end_s < 0.52 else 0),
                in_flight=draw.randint(0, 10),
                delayed=0,
                dead_lettered=0,
            ),
        )
        for at_s in (end_s * index / 1000 for index in range(1000))
    )
    return History(
        flows=tuple(made),
        asked=flows,
        depth_samples=depths,
        server_times=server,
        wall_clock_zero_s=_WALL_CLOCK_ZERO_S,
    )


def _generated_flow(number: int, at_s: float, draw: random.Random, slow: float) -> tuple[FlowHistory, ServerTimes]:
    create = create_call(at_s, slow * draw.lognormvariate(-4.8, 0.4), number)
    visible_s = create.ended_s + slow * draw.lognormvariate(-3.2, 0.7)
    operations = [create]
    poll_s = create.ended_s
    while True:
        took_s = slow * draw.lognormvariate(-5.5, 0.3)
        meaning = Meaning.VISIBLE if poll_s >= visible_s else Meaning.PENDING
        operations.append(status_call(poll_s, took_s, meaning, number))
        if meaning is Meaning.VISIBLE:
            break
        poll_s += took_s + 0.05
    operations.append(retrieve_call(operations[-1].ended_s, slow * draw.lognormvariate(-5.6, 0.3), number))
    operations.append(status_call(operations[-1].ended_s, 0.004, Meaning.VISIBLE, number))
    accepted_s = _WALL_CLOCK_ZERO_S + create.ended_s - 0.002
    written_s = _WALL_CLOCK_ZERO_S + visible_s - 0.004
    times = ServerTimes(accepted_s, (accepted_s + written_s) / 2, max(accepted_s, written_s))
    return flow_of(number, *operations), times


@dataclass(frozen=True)
class GeneratedRun:
    """What `render` takes."""

    results: Results
    history: History
    facts: Mapping[str, str]

    def page(self) -> str:
        return render(self.results, self.history, self.facts)


def valid_run(flows: int) -> GeneratedRun:
    history = generated_history(flows)
    checks = tuple(
        CheckResult(name, claim, VerdictWord.VALID, f"{flows} of {flows} creates")
        for name, claim in (
            ("no-create-lost", "No acknowledged create is lost."),
            ("nothing-made-up", "Nothing is in the table that nobody sent."),
            ("one-message-one-user", "One message makes one user."),
            ("retrieved-as-sent", "The retrieved user is the one sent, byte for byte."),
            ("visible-stays-visible", "A status once visible stays visible, and never changes its user."),
        )
    )
    threshold = ThresholdResult("visible.p99<2s", 0.41, VerdictWord.VALID, "0.41 s")
    verdict = Verdict(VerdictWord.VALID, f"{flows} of {flows} flows completed; every user came back as it was sent")
    results = Results(verdict, checks, (threshold,), measure(history))
    return GeneratedRun(results, history, FACTS | {"command": f"harness run --seed 4242 --flows {flows}"})


def invalid_run(flows: int = 100) -> GeneratedRun:
    """A run with a lost create, a user that changed, a call without an answer, and a hostile payload."""
    sound = valid_run(flows)
    healthy = list(sound.history.flows)
    lost = flow_of(
        7,
        create_call(0.3, 0.009, 7, late_s=0.12),
        *(status_call(0.45 + 0.05 * poll, 0.004, Meaning.PENDING, 7) for poll in range(90)),
        ending=FlowEnding.FAILED,
        reason="not visible within 5 s",
        payload={"name": HOSTILE, "email": "u7@example.com"},
    )
    hung = replace(
        create_call(0.5, 1.0, 12),
        outcome=Outcome.INFO,
        meaning=Meaning.NO_ANSWER,
        status=None,
        request_id=None,
        handle=None,
        seen="no answer within 1 s " + HOSTILE,
    )
    unanswered = flow_of(12, hung, ending=FlowEnding.UNREACHABLE, reason="no answer within 1 s")
    changed = healthy[3]
    flip = replace(
        status_call(changed.operations[-1].ended_s + 0.05, 0.005, Meaning.VISIBLE, 3),
        result_id="user-9",
        seen="user-9",
    )
    healthy[3] = replace(changed, operations=(*changed.operations, flip), ending=FlowEnding.FAILED, reason="it changed")
    flows_now = tuple(flow for flow in healthy if flow.number not in {7, 12})
    server_times = {handle: times for handle, times in sound.history.server_times.items() if handle != "message-7"}
    history = replace(sound.history, flows=(*flows_now, lost, unanswered), server_times=server_times)
    broken = (
        CheckResult(
            "no-create-lost",
            "No acknowledged create is lost.",
            VerdictWord.INVALID,
            "1 of 98 is in neither the table nor a queue",
            (Evidence("message-7 was accepted 0.129 s into the run, and is nowhere", 7),),
            1,
        ),
        CheckResult(
            "visible-stays-visible",
            "A status once visible stays visible, and never changes its user.",
            VerdictWord.INVALID,
            "1 of 98 changed",
            (Evidence("message-3 was user-3, and then user-9", 3), Evidence("hostile " + HOSTILE, 3)),
            31,
        ),
        CheckResult(
            "indefinite-once-or-never",
            "Every create without an answer is there once, or not at all.",
            VerdictWord.UNKNOWN,
            "the table could not be read",
            (Evidence("flow 12 had no answer", 12),),
            1,
        ),
    )
    thresholds = (
        ThresholdResult("visible.p99<200ms", 388.0, VerdictWord.INVALID, "388.0 ms"),
        ThresholdResult("errors<1%", None, VerdictWord.UNKNOWN, "nothing was measured"),
    )
    verdict = Verdict(VerdictWord.INVALID, "no-create-lost: 1 of 98 is in neither the table nor a queue; and 2 more")
    checks = (*sound.results.checks[1:4], *broken)
    results = Results(verdict, checks, thresholds, measure(history), notes=("the engine's log has 3 warnings",))
    return GeneratedRun(results, history, FACTS)


def faulty_run(flows: int = 100) -> GeneratedRun:
    """A run with an index that lags for all of it, a throttle in the middle, and crashes nobody knows the end of."""
    sound = valid_run(flows)
    made = tuple(sound.history.flows)
    end_s = max(flow.operations[-1].ended_s for flow in made)
    draw = random.Random(7)

    def firing(flow: FlowHistory, operation: str, delay_s: float = 0) -> Firing:
        at_s = flow.operations[0].ended_s + 0.01 * draw.random()
        return Firing(at_s, flow.number, f"flow {flow.number}", operation, 1, delay_s)

    middle = [flow for flow in made if 0.4 < flow.operations[0].started_s / end_s < 0.6]
    faults = (
        FaultHistory(
            "gsi-lag",
            "gsi-lag",
            {"kind": "gsi-lag", "rate": 0.3, "delay": {"kind": "uniform", "least_ms": 0, "most_ms": 200}},
            ((0.0, end_s),),
            flows,
            len(made[::3]),
            tuple(firing(flow, "PutItem", 0.2 * draw.random()) for flow in made[::3]),
        ),
        FaultHistory(
            "slow function",
            "slow-handlers",
            {"kind": "slow-handlers", "rate": 1, "from_s": 0.4 * end_s},
            ((0.4 * end_s, 0.6 * end_s),),
            len(middle),
            len(middle),
            tuple(firing(flow, "Invoke", 0.1) for flow in middle),
        ),
        FaultHistory(HOSTILE, "crashes", {"kind": "crashes", "rate": 0.05}, ((0.8 * end_s, None),), None, None),
    )
    history = replace(sound.history, faults=faults)
    results = replace(sound.results, figures=measure(history))
    return GeneratedRun(results, history, sound.facts)


def empty_run() -> GeneratedRun:
    """A run in which nothing happened."""
    history = History(flows=(), asked=10)
    results = Results(Verdict(VerdictWord.UNKNOWN, "no flow was begun"), (), (), measure(history))
    return GeneratedRun(results, history, {})


def write_pages(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, run in {
        "valid": valid_run(100),
        "invalid": invalid_run(),
        "empty": empty_run(),
        "faulty": faulty_run(),
        "many": valid_run(10_000),
    }.items():
        (folder / f"{name}.html").write_text(run.page(), encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
