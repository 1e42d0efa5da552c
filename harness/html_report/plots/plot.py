"""What a plot is: lines, perhaps a band, two axes, words for those who do not see it, and the same as a table."""

from dataclasses import dataclass

from harness.html_report.plots.scales import Scale

type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction."""

    title: str
    """What is along it, and in which unit."""
    scale: Scale


@dataclass(frozen=True, slots=True)
class Line:
    """Points in ascending order of x; None is a gap."""

    name: str
    points: tuple[Point | None, ...]
    style: int
    """1 to 4: its colour, and its dashes for those who do not tell colours apart."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is between two lines."""

    name: str
    one: Line
    other: Line


@dataclass(frozen=True, slots=True)
class Lane:
    """Something that went on beside a plot over time."""

    name: str
    spans: tuple[tuple[float, float | None], ...]
    """From and until, in the x axis' unit; None: nobody knows until when."""
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures to read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot."""

    name: str
    """Unique on its page, in kebab-case."""
    title: str
    description: str
    """What it shows, in a sentence or two."""
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    table: Table
    band: Band | None = None
    lanes: tuple[Lane, ...] = ()
    note: str = ""
    """What a reader has to know to read it rightly."""
