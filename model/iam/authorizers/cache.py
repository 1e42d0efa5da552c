"""Answers of authorizers that are still valid, by caller.

A grant is for the whole API: the answer about a caller of one method applies to the caller's other methods on the
stage, until it expires. So a function that allows only the method that was called denies all others.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from model.iam.authorizers.answers import Grant
from model.iam.authorizers.definition import Authorizer

MAX_GRANTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """The caller that a grant is for."""

    api_id: str
    """The API."""
    stage: str
    """Its stage."""
    authorizer: Authorizer
    """The authorizer, as it was defined then."""
    identity: tuple[str, ...]
    """The values of its identity sources."""


class GrantCache:
    """Grants by their keys; the oldest are dropped when there are too many. Not thread-safe.

    All calls have to take their time from one clock, which may start anywhere.
    """

    def __init__(self, max_grants: int = MAX_GRANTS) -> None:
        self._max_grants = max_grants
        self._grants: OrderedDict[Key, tuple[float, Grant]] = OrderedDict()

    def get(self, key: Key, now_s: float) -> Grant | None:
        """Return the grant, if there is one that has not expired."""
        expires_at_s, grant = self._grants.get(key, (0.0, None))
        if grant is not None and expires_at_s <= now_s:
            del self._grants[key]
            return None
        return grant

    def put(self, key: Key, grant: Grant, now_s: float) -> None:
        """Keep a grant for its authorizer's time to live; not at all where no identity source tells callers apart."""
        if not key.authorizer.ttl_s or not key.identity:
            return
        self._grants[key] = (now_s + key.authorizer.ttl_s, grant)
        self._grants.move_to_end(key)
        while len(self._grants) > self._max_grants:
            self._grants.popitem(last=False)

    def flush(self, api_id: str, stage: str) -> None:
        """Drop the grants of a stage."""
        for key in [key for key in self._grants if (key.api_id, key.stage) == (api_id, stage)]:
            del self._grants[key]
