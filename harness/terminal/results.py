"""Results for a person at a terminal. The verdict comes first. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.checking import CheckResult
from harness.history import FlowHistory
from harness.judging.results import Results
from harness.operations import Operation
from harness.terminal.faults import faults_as_text
from harness.terminal.tables import QUANTILE_COLUMNS, quantile_cells, table_of
from harness.timing import TIMINGS, Figures
from harness.verdicts import ThresholdResult, VerdictWord

STYLES: Final = {VerdictWord.VALID: "green", VerdictWord.INVALID: "red", VerdictWord.UNKNOWN: "yellow"}

_SHOWN_EVIDENCE: Final = 5
_SENT_CHARACTERS: Final = 400


def results_as_text(
    results: Results, *, facts: Sequence[str] = (), phases_ms: Mapping[str, float] | None = None
) -> RenderableType:
    """Return what a person wants to see of a run: verdict, checks with their evidence, thresholds, figures.

    Args:
        results: what is said of the run.
        facts: what else to say of it below the verdict, such as its seed and its engine.
        phases_ms: where the command's time went.
    """
    verdict = results.verdict
    heading = Text.assemble((verdict.word, f"bold {STYLES[verdict.word]}"), f": {verdict.reason}")
    parts: list[RenderableType] = [heading, *map(Text, results.notes)]
    parts += [Text(", ".join([*_rates(results.figures), *facts]), style="dim")]
    parts += [_checks_table(results.checks), *_evidence(results.checks)] if results.checks else []
    parts += [_thresholds_table(results.thresholds)] if results.thresholds else []
    if results.figures.faults:
        parts += [*faults_as_text(results.figures.faults)]
    parts += [_flows_table(results.figures), _timings_table(results.figures)]
    parts += [_phases_table(phases_ms)] if phases_ms else []
    return Group(*parts)


def flow_as_text(flow: FlowHistory) -> RenderableType:
    """Return one flow, call by call, in ASCII."""
    ending = flow.ending or "not ended in this history"
    heading = f"flow {flow.number}: {ending}" + (f": {flow.reason}" if flow.reason else "")
    sent = _ascii(dict(flow.payload))
    asked = "" if flow.acceptable else ", which had to be rejected"
    asked = f", of an unauthorized caller ({flow.stranger}), which had to be refused" if flow.stranger else asked
    calls = [_call_line(operation, flow.operations[0].scheduled_s) for operation in flow.operations]
    columns = f"{'after s':>9} {'late ms':>9} {'took ms':>9}  call      outcome  status  what was seen"
    return Group(Text(heading), Text(f"sent {sent}{asked}"), Text(columns, style="bold"), *map(Text, calls))


def _rates(figures: Figures) -> Iterator[str]:
    rates = f"{figures.flows_per_s:.3g} flows and {figures.calls_per_s:.4g} calls a second"
    yield f"{rates} over {figures.duration_s:.1f} s"
    if figures.errors:
        yield f"{figures.errors} errors of {figures.calls} calls"
    if figures.warm_up_s:
        yield f"the first {figures.warm_up_s:g} s left out"


def _checks_table(checks: Sequence[CheckResult]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("what must hold", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("why", overflow="fold")
    for check in checks:
        table.add_row(check.name, _word(check.verdict), Text(check.reason))
    return table


def _evidence(checks: Sequence[CheckResult]) -> Iterator[Text]:
    for check in checks:
        if not check.evidence:
            continue
        yield Text(f"{check.name}: {check.claim}", style="bold")
        for each in check.evidence[:_SHOWN_EVIDENCE]:
            yield Text(f"  {each.what}" if each.flow is None else f"  flow {each.flow}: {each.what}")
        hidden = max(check.violations, len(check.evidence)) - _SHOWN_EVIDENCE
        if hidden > 0:
            yield Text(f"  ... and {hidden} more")


def _thresholds_table(thresholds: Sequence[ThresholdResult]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("required", "verdict", "why"):
        table.add_column(name, no_wrap=True)
    for held in thresholds:
        table.add_row(Text(held.text), _word(held.verdict), Text(held.reason))
    return table


def _word(word: VerdictWord) -> Text:
    return Text(word, style=STYLES[word])


def _flows_table(figures: Figures) -> Table:
    counts = asdict(figures.flows)
    table = table_of("flows", *(name.replace("_", " ") for name in counts))
    table.add_row("", *map(str, counts.values()))
    return table


def _timings_table(figures: Figures) -> Table:
    table = table_of("milliseconds", *QUANTILE_COLUMNS)
    for name, shown in TIMINGS.items():
        if name in figures.timings:
            table.add_row(shown, *quantile_cells(figures.timings[name]))
    return table


def _phases_table(phases_ms: Mapping[str, float]) -> Table:
    table = table_of("where the time went", "seconds")
    for name, duration_ms in phases_ms.items():
        table.add_row(name, f"{duration_ms / 1000:.2f}")
    table.add_row("total", f"{sum(phases_ms.values()) / 1000:.2f}")
    return table


def _call_line(operation: Operation, began_s: float) -> str:
    after_s = operation.started_s - began_s
    late_ms = max(0.0, operation.started_s - operation.scheduled_s) * 1000
    took_ms = (operation.ended_s - operation.started_s) * 1000
    times = f"{after_s:9.3f} {late_ms:9.1f} {took_ms:9.1f}"
    status = "-" if operation.status is None else str(operation.status)
    request = f" (request {operation.request_id})" if operation.request_id else ""
    seen = _ascii_line(f"{operation.meaning}: {operation.seen}" if operation.seen else operation.meaning)
    return f"{times}  {operation.kind:8}  {operation.outcome:7}  {status:6}  {seen}{_ascii_line(request)}"


def _ascii_line(text: str) -> str:
    """Return a text with everything that a terminal might act on written as Python would."""
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]


def _ascii(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _SENT_CHARACTERS else f"{text[:_SENT_CHARACTERS]}... ({len(text)} characters)"
