"""The plots of a whole run's durations: by percentile, and how long a create took to be visible. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from harness.html_report.axes import log_duration_axis
from harness.html_report.plots import scales
from harness.html_report.plots.plot import Axis, Band, Line, Plot, Point, Table
from harness.html_report.series import Cumulative
from harness.html_report.shown import shown_ms
from harness.timing import TIMINGS

_BY_PERCENTILE: Final = ("create", "status", "retrieve", "visible_upper")
_SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0)


def create_to_visible(durations: Mapping[str, Cumulative]) -> Plot | None:
    """Return how long creates took to be visible, between the two bounds that polling gives; None: none was."""
    if "visible_upper" not in durations:
        return None
    lower, upper = durations["visible_lower"], durations["visible_upper"]
    known = {"at least": lower, "at most": upper}
    if "server_written" in durations:
        known["server: accepted to written"] = durations["server_written"]
    ends_ms = [at_ms for cumulative in known.values() for at_ms, _share in cumulative.steps if at_ms > 0]
    lines = tuple(
        Line(name, tuple(_shares_by_duration(cumulative)), style)
        for style, (name, cumulative) in enumerate(known.items(), start=1)
    )
    return Plot(
        name="create-to-visible",
        title="Create to visible",
        description=(
            "Share of creates whose result was visible within a time. A poll shows only whether it is visible by then: "
            "the truth is in the band between the last poll that did not see it and the first that did."
        ),
        note=_how_coarse(durations["visible_gap"], seen_at_once=lower.share_within(0)),
        x=log_duration_axis(min(ends_ms, default=1), max(ends_ms, default=1), "since the create was meant to start"),
        y=Axis("visible, %", scales.linear(100)),
        lines=lines,
        band=Band("where the truth is", lines[0], lines[1]),
        table=_table("share of creates, %", known),
    )


def hit_and_not_hit(hit: Cumulative | None, not_hit: Cumulative | None) -> Plot | None:
    """Return how long creates took to be visible, of flows that a fault hit and others; None: nothing to tell apart."""
    known = {"hit by a fault": hit, "not hit": not_hit}
    drawn = {name: cumulative for name, cumulative in known.items() if cumulative}
    if not hit or not drawn:
        return None
    ends_ms = [at_ms for cumulative in drawn.values() for at_ms, _share in cumulative.steps if at_ms > 0]
    styles = {"hit by a fault": 2, "not hit": 1}
    return Plot(
        name="hit-and-not-hit",
        title="Create to visible, by whether a fault hit the flow",
        description="Share of creates whose result was seen visible within a time: of flows that were hit, and others.",
        x=log_duration_axis(min(ends_ms, default=1), max(ends_ms, default=1), "since the create was meant to start"),
        y=Axis("visible, %", scales.linear(100)),
        lines=tuple(
            Line(name, tuple(_shares_by_duration(cumulative)), styles[name]) for name, cumulative in drawn.items()
        ),
        table=_table("share of creates, %", drawn),
    )


def by_percentile(durations: Mapping[str, Cumulative]) -> Plot | None:
    """Return how long each kind of call took at most, for every share of the calls; None: there was no call."""
    drawn = {TIMINGS[name]: durations[name] for name in _BY_PERCENTILE if name in durations}
    if not drawn:
        return None
    return Plot(
        name="by-percentile",
        title="Latency by percentile",
        description=(
            "How long the given share of calls took at most, from when each was meant to start. Each further nine of "
            "a percentile takes the same width; each line ends with its slowest call."
        ),
        x=Axis("percentile", scales.quantiles(max(cumulative.count for cumulative in drawn.values()))),
        y=log_duration_axis(
            min(cumulative.steps[0][0] for cumulative in drawn.values()),
            max(cumulative.steps[-1][0] for cumulative in drawn.values()),
            "at most",
        ),
        lines=tuple(
            Line(name, tuple(_durations_by_share(cumulative)), style)
            for style, (name, cumulative) in enumerate(drawn.items(), start=1)
        ),
        table=_table("percentile", drawn),
    )


def _how_coarse(gap: Cumulative, *, seen_at_once: float) -> str:
    median_ms, tail_ms = shown_ms(gap.at_share(0.5)), shown_ms(gap.at_share(0.99))
    doubt = f"How coarse polling made it: {median_ms} ms between the two bounds at p50, {tail_ms} ms at p99."
    at_once = f" The first poll already saw {100 * seen_at_once:.0f} %, whose least is 0." if seen_at_once else ""
    return doubt + at_once


def _table(first_column: str, known: Mapping[str, Cumulative]) -> Table:
    rows = (
        (f"{100 * share:g}", *(shown_ms(cumulative.at_share(share)) for cumulative in known.values()))
        for share in _SHARES
    )
    return Table((first_column, *(f"{name}, ms" for name in known)), tuple(rows))


def _shares_by_duration(cumulative: Cumulative) -> Iterator[Point]:
    """Return the corners of the step line: the share, in percent, within each duration."""
    before = 0.0
    for duration_ms, share in cumulative.steps:
        yield duration_ms, 100 * before
        yield duration_ms, 100 * share
        before = share


def _durations_by_share(cumulative: Cumulative) -> Iterator[Point]:
    """Return the corners of the step line: the duration within which each share was."""
    before = 0.0
    for duration_ms, share in cumulative.steps:
        yield before, duration_ms
        # The slowest call is at its own rank, not at the end of an axis that another line makes longer.
        before = min(share, 1 - 1 / (cumulative.count + 1))
        yield before, duration_ms
