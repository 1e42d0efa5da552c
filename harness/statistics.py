"""How long things took: quantiles by HdrHistogram, in bounded memory however many are recorded."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from hdrh.histogram import HdrHistogram

MAX_RECORDABLE_S: Final = 3600
"""The longest duration that can be recorded; a flow's timeout is never longer."""

_SIGNIFICANT_DIGITS: Final = 3
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How many durations there were, and what they were like, in milliseconds; None where there was none."""

    count: int
    p50_ms: float | None = None
    p90_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)


class Durations:
    """Durations as a histogram: resolution one microsecond, or three digits where that is coarser."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, MAX_RECORDABLE_S * _MICROSECONDS, _SIGNIFICANT_DIGITS)
        self._max_us = 0

    def record(self, duration_s: float) -> None:
        """Add one duration, 0 to `MAX_RECORDABLE_S`.

        Raises:
            ValueError: it is outside; nothing is dropped silently.
        """
        duration_us = round(duration_s * _MICROSECONDS)
        if not self._histogram.record_value(duration_us):
            raise ValueError(f"{duration_s} s is not between 0 and {MAX_RECORDABLE_S} s")
        self._max_us = max(self._max_us, duration_us)

    def quantiles(self) -> Quantiles:
        """Return the quantiles by nearest rank. The maximum is exact."""
        count = self._histogram.get_total_count()
        if not count:
            return Quantiles(0)
        value_us = self._histogram.get_percentile_to_value_dict([50, 90, 99])
        # The histogram answers with the upper end of a bucket, which may lie above all that was recorded.
        p50_ms, p90_ms, p99_ms = (min(value_us[rank], self._max_us) / 1000 for rank in (50, 90, 99))
        return Quantiles(count, p50_ms, p90_ms, p99_ms, self._max_us / 1000)
