"""Who calls the API: the values and the protocol; no I/O.

A run's *authorized* caller may do all that its flows do. An *unauthorized* caller may not create: each of its creates
has no credentials, or wrong ones, and must be refused without a trace (`harness.workload.unauthorized_callers` says in
which ways).

`local_issuer` makes tokens, `signing` signs requests, `token_caller` and `signing_caller` are authorized callers,
`false_tokens` and `false_signatures` are unauthorized callers, `of_run` makes a run's callers.
"""

import enum
from dataclasses import dataclass
from typing import Protocol

from harness.transport import Request


class Auth(enum.StrEnum):
    """How the API knows who calls. The template's parameter `Authorization` is what decides it."""

    NONE = "none"
    """It does not."""
    IAM = "iam"
    """Calls are signed (Signature Version 4)."""
    JWT = "jwt"
    """Calls have a token."""


class Caller(Protocol):
    """Makes requests those of somebody."""

    def authorized(self, request: Request) -> Request:
        """Return the request as this caller sends it."""
        ...


class Anonymous:
    """Nobody in particular: a `Caller` that sends what it is given."""

    def authorized(self, request: Request) -> Request:
        """See `Caller.authorized`."""
        return request


class UnauthorizedCallers(Protocol):
    """Those who may not create."""

    def one(self, how: str) -> Caller:
        """Return a caller with what is wrong with it: one of `harness.workload.unauthorized_callers`."""
        ...


class NoUnauthorizedCallers:
    """For an API that knows no callers: an `UnauthorizedCallers` that has none."""

    def one(self, how: str) -> Caller:
        """Refuse; see `UnauthorizedCallers.one`."""
        raise AssertionError(f"an unauthorized caller ({how}) at an API that knows no callers")


@dataclass(frozen=True, slots=True)
class Callers:
    """Those of a run."""

    authorized_caller: Caller
    strangers: UnauthorizedCallers
    name: str | None = None
    """What the stack must say of what the authorized caller created; None: nothing."""


ANYBODY = Callers(Anonymous(), NoUnauthorizedCallers())
"""At an API that does not know who calls."""
