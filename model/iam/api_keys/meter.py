"""How much of each rate and quota is used: all that API Gateway remembers of callers' keys and stages.

A call takes from all its buckets and its quota, or from none of them: a call that one of them refuses is not counted
against the others.
"""

from collections.abc import Hashable, Mapping
from datetime import UTC, datetime

from model.iam.api_keys.limits import Bucket, Quota, Rate, Usage, full, unused
from model.iam.refusals import QUOTA_EXCEEDED, THROTTLED, Refusal

type Rates = Mapping[Hashable, Rate]
"""Rates by the key of their bucket."""


class Meter:
    """Buckets and usages by their keys. Not thread-safe."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, tuple[Rate, Bucket]] = {}
        self._usages: dict[Hashable, Usage] = {}

    def take(self, rates: Rates, quotas: Mapping[Hashable, Quota], now_s: float) -> None:
        """Count a call.

        Args:
            rates: the rates that apply to it.
            quotas: the quotas that apply to it.
            now_s: the time, in seconds since 1970.

        Raises:
            Refusal: a rate or a quota is exceeded. Nothing is counted then.
        """
        now = datetime.fromtimestamp(now_s, UTC)
        buckets = {key: self._bucket(key, rate, now_s) for key, rate in rates.items()}
        if not all(bucket.has_one for bucket in buckets.values()):
            raise Refusal(THROTTLED, "Too Many Requests")
        usages = {key: self._usages.get(key, unused(quota, now)).at(now, quota) for key, quota in quotas.items()}
        if not all(usages[key].has_one(quota) for key, quota in quotas.items()):
            raise Refusal(QUOTA_EXCEEDED, "Limit Exceeded")
        self._buckets |= {key: (rates[key], bucket.less_one()) for key, bucket in buckets.items()}
        self._usages |= {key: usage.one_more() for key, usage in usages.items()}

    def _bucket(self, key: Hashable, rate: Rate, now_s: float) -> Bucket:
        """Return a bucket as of now: a rate that was changed starts with a full one."""
        known = self._buckets.get(key)
        return known[1].at(now_s, rate) if known and known[0] == rate else full(rate, now_s)
