"""The table of two engines: its rows, its ratios, and what is to be reached. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich import box
from rich.table import Table

STOCK: Final = "stock"
OURS: Final = "ours"

type Rounds = Mapping[str, Sequence[Mapping[str, float]]]
"""From an engine's name to the figures of each of its rounds; a round's are from a row's key to its value."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the table."""

    key: str
    title: str
    unit: str
    to_reach: float
    beyond: float
    lower_is_better: bool = False
    stock_then: float | None = None
    """Stock LocalStack's figure on the machine that the limits were set on; None: there is none. Where all is
    slower, as on a machine that others use too, the limits are still to be reached as ratios.
    """

    @property
    def times_to_reach(self) -> float | None:
        """How many times better than stock it is to be; None where that was not said."""
        return None if self.stock_then is None else self.times_better(self.stock_then, self.to_reach)

    def times_better(self, stock: float, ours: float) -> float | None:
        """Return how many times better ours is; None where that cannot be said."""
        better, worse = (ours, stock) if self.lower_is_better else (stock, ours)
        return worse / better if better > 0 else None

    def reached(self, value: float) -> str:
        """Return "beyond", "yes" or "no" for a value of ours."""
        for limit, word in ((self.beyond, "beyond"), (self.to_reach, "yes")):
            if value <= limit if self.lower_is_better else value >= limit:
                return word
        return "no"


ROWS: Final = (
    Row("visible_1_p50_ms", "1 client: create to visible, p50", "ms", 50, 20, lower_is_better=True, stock_then=995),
    Row("flows_1_per_s", "flows, 1 client", "/s", 12, 25, stock_then=1.0),
    Row("flows_10_per_s", "flows, 10 clients", "/s", 60, 150, stock_then=6.1),
    Row("flows_50_per_s", "flows, 50 clients", "/s", 60, 200, stock_then=2.6),
    Row(
        "visible_50_p99_ms",
        "50 clients: create to visible, p99",
        "ms",
        1500,
        500,
        lower_is_better=True,
        stock_then=21_000,
    ),
    Row("status_per_s", "GET /status, 2 connections, small table", "/s", 500, 2000, stock_then=59),
    Row("growth_ratio", "GET /status, time in a large table / of 1,000 users", "x", 1.2, 1.0, lower_is_better=True),
    Row("create_per_s", "POST /users, consumer running, 2 connections", "/s", 250, 1000, stock_then=59),
    Row("drain_per_s", "drain of queued messages", "/s", 300, 1000, stock_then=10),
    Row("up_s", "up and deployed, warm", "s", 4, 2, lower_is_better=True, stock_then=6),
)


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of at least one value."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        """Return the median, and what lies around it."""
        return f"{shown(self.median)} ({shown(self.least)}..{shown(self.most)})"


@dataclass(frozen=True, slots=True)
class Compared:
    """One row with what was measured."""

    row: Row
    stock: Spread
    ours: Spread

    @property
    def times_better(self) -> float | None:
        """The ratio of the medians."""
        return self.row.times_better(self.stock.median, self.ours.median)

    @property
    def reached(self) -> str:
        """Whether our median is where it should be: by itself, or beside stock's."""
        word = self.row.reached(self.ours.median)
        needed, better = self.row.times_to_reach, self.times_better
        if word == "no" and needed is not None and better is not None and better >= needed:
            return "as a ratio"
        return word


def compare(rounds: Rounds, rows: Sequence[Row] = ROWS) -> list[Compared]:
    """Return every row for which both engines have a figure in every round.

    Raises:
        KeyError: a round lacks one: a table with a hole would look like a result.
    """
    return [
        Compared(row, *(Spread.of([figures[row.key] for figures in rounds[name]]) for name in (STOCK, OURS)))
        for row in rows
    ]


def as_table(compared: Sequence[Compared], title: str) -> Table:
    """Return the table for a person: medians, with the least and the most of the rounds."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("figure")
    for column in ("stock", "ours", "times better", "to reach", "as a ratio", "beyond", "reached"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in compared:
        sign = "<=" if each.row.lower_is_better else ">="
        to_reach, beyond = (f"{sign} {shown(limit)}" for limit in (each.row.to_reach, each.row.beyond))
        better, needed = _times(each.times_better), each.row.times_to_reach
        as_a_ratio = "" if needed is None else f">= {_times(needed)}"
        title_ = f"{each.row.title}, {each.row.unit}"
        table.add_row(title_, str(each.stock), str(each.ours), better, to_reach, as_a_ratio, beyond, each.reached)
    return table


def as_json(rounds: Rounds, compared: Sequence[Compared]) -> dict[str, Any]:
    """Return all figures of all rounds, and the ratios, as a JSON object."""
    rows = {
        each.row.key: {
            "title": each.row.title,
            "unit": each.row.unit,
            "stock": each.stock.median,
            "ours": each.ours.median,
            "times_better": each.times_better,
            "reached": each.reached,
        }
        for each in compared
    }
    return {"rows": rows, "rounds": {name: list(figures) for name, figures in rounds.items()}}


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{shown(ratio)} x"


def shown(value: float) -> str:
    """Return a number with three digits that mean something."""
    if value >= 100:  # noqa: PLR2004  - three digits before the point need none behind it
        return f"{value:,.0f}"
    return f"{value:.3g}"
