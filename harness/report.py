"""A run as text for a person and as JSON for a machine. The verdict comes first. No I/O."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.flow import FlowEnding, FlowResult
from harness.operations import Operation
from harness.run import Run
from harness.statistics import Quantiles
from harness.tally import Tally
from harness.verdict import VerdictWord

_SHOWN_AT_EACH_END: Final = 4
_STYLES: Final = {VerdictWord.VALID: "green", VerdictWord.INVALID: "red", VerdictWord.UNKNOWN: "yellow"}
_TIMING_NAMES: Final = {
    "create": "POST /users",
    "visible_upper": "create to visible, at most",
    "visible_lower": "create to visible, at least",
    "status": "GET /status",
    "retrieve": "GET /users",
    "get": "GET, both",
}


def as_json(run: Run) -> dict[str, Any]:
    """Return all that is known of a run."""
    request, tally = run.request, run.tally
    return {
        "verdict": run.verdict.word,
        "reason": run.verdict.reason,
        "notes": run.notes,
        "interrupted": run.interrupted,
        "flows": _flow_counts(tally),
        "flows_per_s": _flows_per_s(tally),
        "timings": {name: quantiles.to_json() for name, quantiles in tally.timings().items()},
        "failures": [_failure_as_json(failure) for failure in tally.failures],
        "phases_ms": {name: round(ms, 3) for name, ms in run.phases.durations_ms.items()},
        "total_ms": round(run.phases.total_ms(), 3),
        "seed": request.workload.seed,
        "clients": request.clients,
        "poll_interval_ms": request.policy.poll_interval_s * 1000,
        "flow_timeout_s": request.policy.flow_timeout_s,
        "engine": run.engine.to_json() if run.engine else None,
        "deployment": run.deployment.to_json() if run.deployment else None,
    }


def as_text(run: Run) -> RenderableType:
    """Return what a person wants to see of a run: verdict, table of flows, timings, phases, failures."""
    verdict = run.verdict
    heading = Text.assemble((verdict.word, f"bold {_STYLES[verdict.word]}"), f": {verdict.reason}")
    notes = [Text(note) for note in run.notes]
    tables = [_flows_table(run.tally), _timings_table(run.tally), _phases_table(run)]
    return Group(heading, *notes, _circumstances(run), *tables, *_failures(run.tally))


def _flow_counts(tally: Tally) -> dict[str, int]:
    return {
        "asked": tally.asked,
        "completed": tally.completed,
        "failed": tally.ended(FlowEnding.FAILED),
        "not_answered": tally.ended(FlowEnding.UNREACHABLE),
        "interrupted": tally.ended(FlowEnding.INTERRUPTED),
        "not_started": tally.not_started,
    }


def _flows_per_s(tally: Tally) -> float:
    return round(tally.completed / tally.duration_s, 1) if tally.duration_s else 0.0


def _circumstances(run: Run) -> Text:
    request = run.request
    facts = [f"{request.clients} clients", f"seed {request.workload.seed}"]
    facts += [f"{_flows_per_s(run.tally):g} flows a second"]
    facts += [f"on {run.engine}"] if run.engine else []
    return Text(", ".join(facts), style="dim")


def _flows_table(tally: Tally) -> Table:
    counts = _flow_counts(tally)
    table = _table("flows", *(name.replace("_", " ") for name in counts))
    table.add_row("", *map(str, counts.values()))
    return table


def _timings_table(tally: Tally) -> Table:
    table = _table("milliseconds", "count", "p50", "p90", "p99", "max")
    timings = tally.timings()
    for name, shown in _TIMING_NAMES.items():
        table.add_row(shown, *_cells(timings[name]))
    return table


def _cells(quantiles: Quantiles) -> Iterator[str]:
    yield str(quantiles.count)
    for value_ms in (quantiles.p50_ms, quantiles.p90_ms, quantiles.p99_ms, quantiles.max_ms):
        yield "-" if value_ms is None else f"{value_ms:.1f}"


def _phases_table(run: Run) -> Table:
    table = _table("where the time went", "seconds")
    for name, duration_ms in run.phases.durations_ms.items():
        table.add_row(name, f"{duration_ms / 1000:.2f}")
    table.add_row("total", f"{run.phases.total_ms() / 1000:.2f}")
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for other in others:
        table.add_column(other, justify="right", no_wrap=True)
    return table


def _failures(tally: Tally) -> Iterator[Text]:
    failed = tally.ended(FlowEnding.FAILED) + tally.ended(FlowEnding.UNREACHABLE)
    if failed > len(tally.failures):
        yield Text(f"The first {len(tally.failures)} of {failed} flows that did not complete:")
    for failure in tally.failures:
        yield Text(f"flow {failure.plan.number}: {failure.reason}")
        yield Text(f"  sent {failure.plan.user.name!a}, {failure.plan.user.email}")
        yield from _operations(failure.operations)


def _operations(operations: Sequence[Operation]) -> Iterator[Text]:
    hidden = len(operations) - 2 * _SHOWN_AT_EACH_END
    shown: Sequence[Operation | None] = operations
    if hidden > 0:
        shown = [*operations[:_SHOWN_AT_EACH_END], None, *operations[-_SHOWN_AT_EACH_END:]]
    for operation in shown:
        if operation is None:
            yield Text(f"  ... {hidden} more")
            continue
        after_s = operation.started_s - operations[0].started_s
        took_ms = (operation.ended_s - operation.started_s) * 1000
        what = f"{operation.kind:8} {operation.outcome:4} {took_ms:8.1f} ms  {operation.seen}"
        yield Text(f"  {after_s:8.3f} s  {what}")


def _failure_as_json(failure: FlowResult) -> dict[str, Any]:
    return {
        "flow": failure.plan.number,
        "ending": failure.ending,
        "reason": failure.reason,
        "sent": {"name": failure.plan.user.name, "email": failure.plan.user.email},
        "operations": [operation.to_json() for operation in failure.operations],
    }
