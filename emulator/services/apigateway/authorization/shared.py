"""What all threads and gateways of the engine share: the model's stores, each with the host's clock and a lock."""

from collections.abc import Callable, Hashable, Mapping
from threading import Lock

from model.iam.api_keys.limits import Quota
from model.iam.api_keys.meter import Meter, Rates
from model.iam.authorizers.answers import Grant
from model.iam.authorizers.cache import GrantCache, Key


class SharedGrants:
    """Answers of authorizers that are still valid."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        """Start with no grants.

        Args:
            clock_s: seconds since any time; a clock that is never set back.
        """
        self._clock_s = clock_s
        self._grants = GrantCache()
        self._lock = Lock()

    def get(self, key: Key) -> Grant | None:
        """Return the grant, if there is one that has not expired."""
        with self._lock:
            return self._grants.get(key, self._clock_s())

    def put(self, key: Key, grant: Grant) -> None:
        """Keep a grant for its authorizer's time to live."""
        with self._lock:
            self._grants.put(key, grant, self._clock_s())

    def flush(self, api_id: str, stage: str) -> None:
        """Drop the grants of a stage."""
        with self._lock:
            self._grants.flush(api_id, stage)


class SharedMeter:
    """How much of each rate and quota is used."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        """Start with nothing used.

        Args:
            clock_s: seconds since 1970.
        """
        self._clock_s = clock_s
        self._meter = Meter()
        self._lock = Lock()

    def take(self, rates: Rates, quotas: Mapping[Hashable, Quota]) -> None:
        """Count a call. Raises Refusal, and counts nothing, if a rate or a quota is exceeded."""
        with self._lock:
            self._meter.take(rates, quotas, self._clock_s())
