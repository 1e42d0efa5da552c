"""Who has used how much of what: all that API Gateway remembers of rates and quotas. Pure: it is told the time.

A call takes from all its buckets and its quota, or from none of them: what one refuses costs nothing of the others.
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from threading import Lock

from emulator.authorization.api_keys.limits import Bucket, Quota, Rate, Usage, full, unused
from emulator.authorization.refusals import QUOTA_EXCEEDED, THROTTLED, Refusal

type Rates = Mapping[Hashable, Rate]
"""Rates by what each is of: another key, another bucket."""


class Meter:
    """Buckets and usages, by what they are of."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        """Begin with nothing used.

        Args:
            clock_s: seconds since 1970.
        """
        self._clock_s = clock_s
        self._buckets: dict[Hashable, tuple[Rate, Bucket]] = {}
        self._usages: dict[Hashable, Usage] = {}
        self._lock = Lock()

    def take(self, rates: Rates, quotas: Mapping[Hashable, Quota]) -> None:
        """Count a call.

        Args:
            rates: those that hold for it.
            quotas: as well.

        Raises:
            Refusal: it comes too fast, or there are none left. Nothing is counted then.
        """
        with self._lock:
            now_s = self._clock_s()
            now = datetime.fromtimestamp(now_s, UTC)
            buckets = {of: self._bucket(of, rate, now_s) for of, rate in rates.items()}
            if not all(bucket.has_one for bucket in buckets.values()):
                raise Refusal(THROTTLED, "Too Many Requests")
            usages = {of: self._usages.get(of, unused(quota, now)).at(now, quota) for of, quota in quotas.items()}
            if not all(usages[of].has_one(quota) for of, quota in quotas.items()):
                raise Refusal(QUOTA_EXCEEDED, "Limit Exceeded")
            self._buckets |= {of: (rates[of], bucket.less_one()) for of, bucket in buckets.items()}
            self._usages |= {of: usage.one_more() for of, usage in usages.items()}

    def _bucket(self, of: Hashable, rate: Rate, now_s: float) -> Bucket:
        """Return a bucket by now: a rate that was changed begins with a full one."""
        known = self._buckets.get(of)
        return known[1].at(now_s, rate) if known and known[0] == rate else full(rate, now_s)
