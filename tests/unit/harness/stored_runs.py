"""Runs in a store that nobody made: a sound closed loop, written with the harness's own writer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness.history.recorder import Invocation
from harness.history.writer import Header, HistoryWriter
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from harness.workload import FlowPlan, Workload
from harness.workload.document import workload_to_json
from harness.workload.payloads import PayloadMix
from tests.unit.harness.literal_results import RECORD

WORKLOAD = Workload(seed=7, flows=50, payloads=PayloadMix(0, 0, 0, 0))

AT = datetime(2026, 11, 23, 22, 1, 2, tzinfo=UTC)

type CallTimes = Callable[[int], float]
"""From a flow's number to how long each of its calls takes, in seconds."""


def plan_operations(plan: FlowPlan, began_s: float, call_s: float) -> list[Operation]:
    """A flow as it should be: create, pending, visible, found; each call right after the other."""
    handle, result_id = f"m-{plan.number}", f"u-{plan.number}"
    create, status, retrieve = OperationKind.CREATE, OperationKind.STATUS, OperationKind.RETRIEVE
    # Whole microseconds, as the run's clock has them.
    marks_s = [round(began_s + number * call_s, 6) for number in range(5)]

    def call(number: int, kind: OperationKind, meaning: Meaning, status: int) -> Operation:
        started_s, ended_s = marks_s[number], marks_s[number + 1]
        return Operation(kind, started_s, started_s, ended_s, Outcome.OK, meaning, status, f"r-{number}", seen="seen")

    document = {"id": result_id, **plan.payload, "createdAt": "2026-11-23T22:01:02.000Z"}
    return [
        replace(call(0, create, Meaning.ACCEPTED, 202), handle=handle),
        replace(call(1, status, Meaning.PENDING, 404), target=handle),
        replace(call(2, status, Meaning.VISIBLE, 200), target=handle, result_id=result_id),
        replace(call(3, retrieve, Meaning.FOUND, 200), target=result_id, document=document),
    ]


def write_history(path: Path, workload: Workload, call_s: CallTimes, *, finished: bool = True) -> None:
    """One client, one flow after the other."""
    header = Header("a-run", workload.seed, workload.flows, observable=False, wall_clock_zero_s=0)
    op, now_s = 0, 0.0
    with HistoryWriter(path, header) as writer:
        for plan in workload.plans():
            writer.flow_begins(plan)
            for operation in plan_operations(plan, now_s, call_s(plan.number)):
                kind, at_s, target = operation.kind, operation.started_s, operation.target
                invocation = Invocation(op, plan.number, 0, kind, at_s, at_s, target)
                writer.call_begins(invocation)
                writer.call_ended(invocation, operation)
                op, now_s = op + 1, operation.ended_s
            writer.flow_ended(plan.number, FlowEnding.COMPLETED, "")
        if finished:
            writer.finish()


def store_run(
    store: RunStore,
    *,
    minutes: float = 0,
    workload: Workload = WORKLOAD,
    call_s: CallTimes = lambda _number: 0.01,
    finished: bool = True,
    thresholds: tuple[str, ...] = (),
) -> RunFolder:
    """A run that was made and not judged."""
    folder = store.create(AT + timedelta(minutes=minutes))
    record = replace(
        RECORD,
        run_id=folder.run_id,
        workload=workload_to_json(workload),
        contract={},
        thresholds=thresholds,
        deployment=None,
    )
    folder.write_record(record)
    write_history(folder.history_path, workload, call_s, finished=finished)
    return folder
