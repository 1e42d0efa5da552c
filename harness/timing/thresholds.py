"""What is required of the figures: `visible.p99<2s`, `errors<1%`, `flows_per_s>=50`. Pure."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from harness.errors import MisuseError
from harness.timing import TIMINGS, Figures
from harness.timing.statistics import Quantiles
from harness.verdicts import ThresholdResult, VerdictWord

_SHORT_NAMES: Final = {"visible": "visible_upper"}
"""Who requires something of `visible` means what is sure, which is the upper bound."""

_QUANTILES: Final[Mapping[str, Callable[[Quantiles], float | None]]] = {
    "p50": operator.attrgetter("p50_ms"),
    "p90": operator.attrgetter("p90_ms"),
    "p99": operator.attrgetter("p99_ms"),
    "p99.9": operator.attrgetter("p999_ms"),
    "max": operator.attrgetter("max_ms"),
}
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_MILLISECONDS_IN: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "min": 60_000.0}

_RATES: Final = ("flows_per_s", "calls_per_s")
_FORM: Final = re.compile(
    r"\s*(?P<name>[a-z_]+)(?:\.(?P<quantile>[a-z0-9.]+))?"
    r"\s*(?P<comparison><=|>=|<|>)"
    r"\s*(?P<limit>\d+(?:\.\d+)?|\.\d+)\s*(?P<unit>[a-z]+|%)?\s*",
    re.ASCII,
)
_HELP: Final = (
    "give one like visible.p99<2s, errors<1% or flows_per_s>=50; "
    f"besides these and calls_per_s, times are {', '.join(['visible', *TIMINGS])}, each with {', '.join(_QUANTILES)}"
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One requirement, understood."""

    text: str
    """As it was given."""
    name: str
    """One of `TIMINGS`, of the rates, or `errors`."""
    quantile: str | None
    """For a timing."""
    comparison: str
    limit: float
    unit: str
    """Of a time "us", "ms", "s" or "min"; of errors "%" or nothing, which is how many; of a rate nothing."""


def parse_threshold(text: str) -> Threshold:
    """Return what a text requires.

    Raises:
        MisuseError: it requires nothing that we know; the error shows one that does.
    """
    if not (match := _FORM.fullmatch(text)):
        raise _misuse(text, "is no threshold")
    quantile, unit = match["quantile"], match["unit"] or ""
    name = _SHORT_NAMES.get(match["name"], match["name"])
    if name in TIMINGS:
        if quantile not in _QUANTILES:
            raise _misuse(text, f"says {quantile!r} of a time" if quantile else "does not say which quantile")
        if unit not in _MILLISECONDS_IN:
            raise _misuse(text, f"needs a unit of time ({', '.join(_MILLISECONDS_IN)})")
    elif name not in (*_RATES, "errors"):
        raise _misuse(text, f"is about {name!r}, which is not measured")
    elif quantile:
        raise _misuse(text, f"says {quantile!r} of {name}, which is one number")
    elif unit not in (("", "%") if name == "errors" else ("",)):
        raise _misuse(text, f"has the unit {unit!r}, which {name} is not measured in")
    return Threshold(text.strip(), name, quantile, match["comparison"], float(match["limit"]), unit)


def evaluate(thresholds: Iterable[Threshold], figures: Figures) -> tuple[ThresholdResult, ...]:
    """Hold figures against what is required of them; where nothing was measured, the verdict is *unknown*."""
    return tuple(_evaluate(threshold, figures) for threshold in thresholds)


def _evaluate(threshold: Threshold, figures: Figures) -> ThresholdResult:
    measured = _measured(threshold, figures)
    if measured is None:
        return ThresholdResult(threshold.text, None, VerdictWord.UNKNOWN, "nothing was measured")
    holds = _COMPARISONS[threshold.comparison](measured, threshold.limit)
    word = VerdictWord.VALID if holds else VerdictWord.INVALID
    unit = threshold.unit if threshold.unit in ("", "%") else f" {threshold.unit}"
    return ThresholdResult(threshold.text, measured, word, f"measured {measured:.4g}{unit}")


def _measured(threshold: Threshold, figures: Figures) -> float | None:
    """Return the figure in the threshold's unit; None: there was nothing to measure."""
    if threshold.quantile:
        quantiles = figures.timings.get(threshold.name)
        value_ms = _QUANTILES[threshold.quantile](quantiles) if quantiles else None
        return None if value_ms is None else value_ms / _MILLISECONDS_IN[threshold.unit]
    if not figures.calls:
        return None
    if threshold.name == "errors":
        return 100 * figures.errors / figures.calls if threshold.unit else figures.errors
    return {"flows_per_s": figures.flows_per_s, "calls_per_s": figures.calls_per_s}[threshold.name]


def _misuse(text: str, what: str) -> MisuseError:
    return MisuseError(f"threshold {text!a} {what}; {_HELP}")
