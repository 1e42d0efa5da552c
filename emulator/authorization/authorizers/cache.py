"""Grants that are still good, by who they are for. Pure: it is told the time.

A grant is for the whole API: what was answered about a caller of one method holds for that caller's others on the
stage, until its time is up. So a function that allows the one method that was called denies all others.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from emulator.authorization.authorizers.answers import Grant
from emulator.authorization.authorizers.definition import Authorizer

MAX_GRANTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """Whom a grant is for.

    Attributes:
        api_id: the API.
        stage: its stage.
        authorizer: who granted it, as it was defined then.
        identity: the values of its identity sources.
    """

    api_id: str
    stage: str
    authorizer: Authorizer
    identity: tuple[str, ...]


class GrantCache:
    """Grants by their keys: who has been there longest goes first when there are too many."""

    def __init__(self, clock_s: Callable[[], float], max_grants: int = MAX_GRANTS) -> None:
        self._clock_s = clock_s
        self._max_grants = max_grants
        self._grants: OrderedDict[Key, tuple[float, Grant]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Grant | None:
        """Return the grant that is still good."""
        with self._lock:
            good_until_s, grant = self._grants.get(key, (0.0, None))
            if grant is not None and good_until_s <= self._clock_s():
                del self._grants[key]
                return None
            return grant

    def put(self, key: Key, grant: Grant) -> None:
        """Keep a grant for as long as its authorizer says: not at all where nothing would tell callers apart."""
        if not key.authorizer.ttl_s or not key.identity:
            return
        with self._lock:
            self._grants[key] = (self._clock_s() + key.authorizer.ttl_s, grant)
            self._grants.move_to_end(key)
            while len(self._grants) > self._max_grants:
                self._grants.popitem(last=False)

    def flush(self, api_id: str, stage: str) -> None:
        """Forget the grants of a stage."""
        with self._lock:
            for key in [key for key in self._grants if (key.api_id, key.stage) == (api_id, stage)]:
                del self._grants[key]
