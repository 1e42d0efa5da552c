"""How long things took: quantiles in HdrHistogram's buckets, in bounded memory however many are recorded."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from hdrh.histogram import HdrHistogram

MAX_RECORDABLE_S: Final = 24 * 3600
"""The longest duration that can be recorded. A flow may take an hour, and a machine may sleep meanwhile."""

_SIGNIFICANT_DIGITS: Final = 3
_MICROSECONDS: Final = 1_000_000

_BUCKETS: Final = HdrHistogram(1, MAX_RECORDABLE_S * _MICROSECONDS, _SIGNIFICANT_DIGITS)
"""Says which durations count as one. Its own counters stay empty: there are 23,000 of them, and a run has hundreds of
histograms, each of which needs but a few."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How many durations there were, and what they were like, in milliseconds; None where there was none."""

    count: int
    p50_ms: float | None = None
    p90_ms: float | None = None
    p99_ms: float | None = None
    p999_ms: float | None = None
    max_ms: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)


class Durations:
    """Durations as a histogram: resolution one microsecond, or three digits where that is coarser."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._max_us = 0

    @property
    def counts(self) -> Mapping[int, int]:
        """How many there are by bucket; a bucket's name is its lowest duration in microseconds."""
        return self._counts

    def record(self, duration_s: float) -> None:
        """Add one duration, 0 to `MAX_RECORDABLE_S`.

        Raises:
            ValueError: it is outside; nothing is dropped silently.
        """
        duration_us = round(duration_s * _MICROSECONDS)
        if not 0 <= duration_us <= MAX_RECORDABLE_S * _MICROSECONDS:
            raise ValueError(f"{duration_s} s is not between 0 and {MAX_RECORDABLE_S} s")
        self._counts[_BUCKETS.get_lowest_equivalent_value(duration_us)] += 1
        self._max_us = max(self._max_us, duration_us)

    def add(self, other: Self) -> None:
        """Add all that another has recorded."""
        self._counts.update(other._counts)
        self._max_us = max(self._max_us, other._max_us)

    def quantiles(self) -> Quantiles:
        """Return the quantiles by nearest rank, each the upper end of its bucket. The maximum is exact."""
        count = self._counts.total()
        if not count:
            return Quantiles(0)
        p50_ms, p90_ms, p99_ms, p999_ms = self._values_ms(50, 90, 99, 99.9)
        return Quantiles(count, p50_ms, p90_ms, p99_ms, p999_ms, self._max_us / 1000)

    def _values_ms(self, *percentiles: float) -> list[float]:
        """Return the values at these percentiles, which are in ascending order."""
        total = self._counts.total()
        buckets = iter(sorted(self._counts.items()))
        values_ms: list[float] = []
        passed, bucket_us = 0, 0
        for percentile in percentiles:
            rank = max(1, int(percentile * total / 100 + 0.5))  # HdrHistogram's own rounding
            while passed < rank:
                bucket_us, count = next(buckets)
                passed += count
            # The upper end of a bucket may lie above all that was recorded.
            values_ms.append(min(_BUCKETS.get_highest_equivalent_value(bucket_us), self._max_us) / 1000)
        return values_ms
