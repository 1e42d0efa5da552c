"""What a client says of itself, and the table of both clients. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from rich import box
from rich.table import Table

from benchmarks.comparison import Spread

LOCUST: Final = "Locust"
OURS: Final = "ours"
CLIENTS: Final = (LOCUST, OURS)

TITLES: Final = {
    "per_core": "calls a second and core, every answer at once",
    "per_s": "calls a second, every answer at once",
    "p50_error_ms": "p50 of a poll: measured less what the server held it, ms",
    "p99_error_ms": "p99 of a poll: measured less what the server held it, ms",
    "growth_mb": "memory that 100,000 flows add, MB",
}
"""The figures, in the table's order."""

TO_REACH_PER_CORE: Final = 2000
"""The driver must not be what limits a run."""

_MEGABYTE: Final = 1_000_000
_FLOWS: Final = 100_000


@dataclass(frozen=True, slots=True)
class ClientFigures:
    """What one client did in one process, and what it cost. It is written as a JSON object of the same names."""

    flows: int
    calls: int
    errors: int
    """Calls that failed, and flows of which something else came back than was sent."""
    wall_s: float
    cpu_s: float
    """From the first flow's start to the last one's end: what it takes to start the client is left out."""
    flows_early: int
    """How many had ended when `resident_bytes_early` was read."""
    resident_bytes_early: int
    resident_bytes: int
    """When the last flow had ended."""
    timings: Mapping[str, Mapping[str, float]]
    """What the client itself reports: by kind of call, `p50_ms` and `p99_ms`."""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return the figures that a client wrote."""
        return cls(**document)


def speed(figures: ClientFigures) -> dict[str, float]:
    """Return how fast a client was."""
    return {"per_core": figures.calls / figures.cpu_s, "per_s": figures.calls / figures.wall_s}


def error(figures: ClientFigures, held: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return how far what a client measured of its polls is from what the server held them."""
    return {
        f"{quantile}_error_ms": figures.timings["status"][f"{quantile}_ms"] - held["status"][f"{quantile}_ms"]
        for quantile in ("p50", "p99")
    }


def growth(figures: ClientFigures) -> dict[str, float]:
    """Return how much memory flows add, from an early number of them to the last: what begins a run is left out."""
    bytes_added = figures.resident_bytes - figures.resident_bytes_early
    return {"growth_mb": bytes_added / (figures.flows - figures.flows_early) * _FLOWS / _MEGABYTE}


type Measured = Mapping[str, Sequence[Mapping[str, float]]]
"""From a client's name to the figures of each round; not every round has every figure."""


def spread(measured: Measured, client: str, figure: str) -> Spread:
    """Return one figure of one client over the rounds."""
    return Spread.of([figures[figure] for figures in measured[client] if figure in figures])


def as_table(measured: Measured, title: str) -> Table:
    """Return the table for a person: medians, with the least and the most of the rounds."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("figure")
    for client in CLIENTS:
        table.add_column(client, justify="right", no_wrap=True)
    for figure, figure_title in TITLES.items():
        table.add_row(figure_title, *(str(spread(measured, client, figure)) for client in CLIENTS))
    return table


def as_json(measured: Measured) -> dict[str, Any]:
    """Return the medians, and all figures of all rounds, as a JSON object."""
    medians = {
        figure: {client: float(f"{spread(measured, client, figure).median:.6g}") for client in CLIENTS}
        for figure in TITLES
    }
    return {"medians": medians, "rounds": {client: list(figures) for client, figures in measured.items()}}
