"""The page: what is on it, in which order, and its template. Pure; writing the file is the caller's."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.checking import CheckResult
from harness.history import FlowHistory, History
from harness.html_report.distributions import by_percentile, create_to_visible, hit_and_not_hit
from harness.html_report.faults import firings_by_flow, lanes_of, shown_faults, with_lanes
from harness.html_report.over_time import latencies_over_time, queue_depth, throughput
from harness.html_report.plots.lanes import draw_lane_swatch, draw_lanes
from harness.html_report.plots.plot import Plot
from harness.html_report.plots.svg import draw, draw_swatch
from harness.html_report.series import Series, take_series
from harness.html_report.shown import shown_ms, shown_text
from harness.html_report.waterfalls import Call, Waterfall, make_waterfall
from harness.judging.results import Results
from harness.timing import TIMINGS, Figures
from harness.verdicts import VerdictWord

RUN_FACT: Final = "run"
COMMAND_FACT: Final = "command"
"""The facts that the page gives places of their own; all others are listed as they come."""

_MOST_BROKEN_FLOWS: Final = 20
_WORST_FIRST: Final = (VerdictWord.INVALID, VerdictWord.UNKNOWN, VerdictWord.VALID)


@dataclass(frozen=True, slots=True)
class _FigureRow:
    """One timing of the table."""

    name: str
    count: str
    values_ms: tuple[str, ...]


def render(results: Results, history: History, facts: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        results: what is said of the run.
        history: what it is said of. It is gone through once.
        facts: what else a reader should know, by a name of few words, in the order in which it is shown: seed,
            engine, versions, the workload in words. Of two the page knows the place: `run`, the run's ID, and
            `command`, which repeats the run.
    """
    broken_by = _broken_by(results.checks)
    firings = firings_by_flow(history.faults)
    named = list(broken_by)[:_MOST_BROKEN_FLOWS]
    series = take_series(history, results.figures.warm_up_s, frozenset(named))

    def waterfall(flow: FlowHistory) -> Waterfall:
        handle = flow.operations[0].handle
        server = history.server_times.get(handle) if handle else None
        hits = firings.get(flow.number, ())
        return make_waterfall(flow, server, history.wall_clock_zero_s, broken_by.get(flow.number, ()), hits)

    broken = [waterfall(series.named[number]) for number in named if number in series.named]
    slowest = [waterfall(flow) for flow in series.slowest if flow.number not in series.named]
    environment = _environment()
    style = _source(environment, "report.css")
    return environment.get_template("report.html").render(
        style=Markup(style),  # noqa: S704  - our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        run=facts.get(RUN_FACT, ""),
        command=facts.get(COMMAND_FACT, ""),
        facts={name: text for name, text in facts.items() if name not in {RUN_FACT, COMMAND_FACT}},
        results=results,
        checks=sorted(results.checks, key=lambda check: _WORST_FIRST.index(check.verdict)),
        shown_flows={flow.number for flow in [*broken, *slowest]},
        faults=shown_faults(results.figures.faults, history.faults),
        figure_rows=list(_figure_rows(results.figures)),
        plots=list(_plots(results.figures, series, history)),
        broken=broken,
        slowest=slowest,
        also_broken=[flow.number for flow in series.slowest if flow.number in series.named],
    )


def _broken_by(checks: Sequence[CheckResult]) -> dict[int, list[str]]:
    """Return the flows that are evidence, with the checks that they break.

    The first of each check come first, so that no check with much evidence hides another's.
    """
    named = [[(evidence.flow, check.name) for evidence in check.evidence] for check in checks]
    broken: dict[int, list[str]] = {}
    for rank in zip_longest(*named, fillvalue=(None, "")):
        for number, check_name in rank:
            if number is not None and check_name not in broken.setdefault(number, []):
                broken[number].append(check_name)
    return broken


def _plots(figures: Figures, series: Series, history: History) -> Iterator[Plot]:
    """Return the plots for which there is anything to draw, in the order of the page."""
    lanes = lanes_of(history.faults)
    over_time = (
        *latencies_over_time(figures.windows, series.end_s),
        throughput(figures.windows, series.end_s),
        queue_depth(history.depth_samples, series.end_s),
    )
    plots = (
        create_to_visible(series.durations),
        hit_and_not_hit(series.hit, series.not_hit),
        by_percentile(series.durations),
        *(with_lanes(plot, lanes) for plot in over_time if plot),
    )
    return (plot for plot in plots if plot)


def _figure_rows(figures: Figures) -> Iterator[_FigureRow]:
    for name, shown in TIMINGS.items():
        timing = figures.timings.get(name)
        if timing and timing.count:
            values_ms = (timing.p50_ms, timing.p90_ms, timing.p99_ms, timing.p999_ms, timing.max_ms)
            yield _FigureRow(shown, f"{timing.count:,}", tuple(map(shown_ms, values_ms)))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.html_report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown_text
    environment.filters["ms"] = shown_ms
    environment.globals["draw"] = lambda plot: Markup(draw(plot))  # noqa: S704  - serialised by ElementTree, which escapes
    environment.globals["draw_lanes"] = lambda plot: Markup(draw_lanes(plot))  # noqa: S704  - the same
    environment.globals["lane_swatch"] = lambda kind: Markup(draw_lane_swatch(kind))  # noqa: S704  - the same
    environment.globals["swatch"] = lambda style: Markup(draw_swatch(style))  # noqa: S704  - the same
    environment.tests["call"] = lambda entry: isinstance(entry, Call)
    return environment


def _source(environment: Environment, name: str) -> str:
    loader = environment.loader
    assert loader is not None  # noqa: S101  - we have just given it one
    return loader.get_source(environment, name)[0]
