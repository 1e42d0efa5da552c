"""The authorized caller of an API that wants signatures, and those whose signatures are none. No I/O."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from harness.callers import Anonymous, Caller
from harness.callers.signing import AccessKey, Signer
from harness.transport import Request

_PAST_THE_SKEW_S: Final = 16 * 60
"""AWS takes a date that is up to 15 minutes off."""


class SigningCaller:
    """A `Caller` that signs."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def authorized(self, request: Request) -> Request:
        """See `Caller.authorized`."""
        return self._signer.signed(request)


class FalseSignatures:
    """`UnauthorizedCallers` by their signatures.

    Args:
        key: of the authorized caller.
        reader: of somebody who may only read.
        region: where the API is.
    """

    def __init__(self, key: Callable[[], AccessKey], reader: AccessKey | None, region: str) -> None:
        self._key = key
        self._reader = reader
        self._region = region

    def one(self, how: str) -> Caller:
        """See `UnauthorizedCallers.one`."""
        return _CALLERS[how](self)

    def signing(self, key: Callable[[], AccessKey] | None = None) -> Caller:
        """Return who signs rightly, with this key; None: the authorized caller's."""
        return SigningCaller(Signer(key or self._key, self._region))

    def with_wrong_secret(self) -> Caller:
        """Return who has the caller's key and not its secret."""
        return self.signing(lambda: replace(self._key(), secret=self._key().secret[::-1]))

    def with_unknown_key(self) -> Caller:
        """Return who has a key that nobody ever gave it."""
        return self.signing(lambda: AccessKey("AKIA" + "Q" * 16, self._key().secret))

    def too_late(self) -> Caller:
        """Return who sends what was signed long ago."""
        return SigningCaller(Signer(self._key, self._region, clock=lambda: time.time() - _PAST_THE_SKEW_S))

    def for_another_service(self) -> Caller:
        """Return who sends here what was signed for somebody else."""
        return SigningCaller(Signer(self._key, self._region, service="sqs"))

    def reading(self) -> Caller:
        """Return who may read only; where nobody like that is known, who may do nothing."""
        reader = self._reader
        return Anonymous() if reader is None else self.signing(lambda: reader)


class _AlteringCaller:
    """A `Caller` whose request is changed after it was signed, as on the way."""

    def __init__(self, caller: Caller, change: Callable[[Request], Request]) -> None:
        self._caller = caller
        self._change = change

    def authorized(self, request: Request) -> Request:
        return self._change(self._caller.authorized(request))


_CALLERS: Final[Mapping[str, Callable[[FalseSignatures], Caller]]] = {
    "unsigned": lambda _callers: Anonymous(),
    "wrong-secret": FalseSignatures.with_wrong_secret,
    "unknown-access-key": FalseSignatures.with_unknown_key,
    "stale-date": FalseSignatures.too_late,
    "altered-body": lambda callers: _AlteringCaller(callers.signing(), _with_another_body),
    "altered-header": lambda callers: _AlteringCaller(callers.signing(), _with_another_header),
    "another-service": FalseSignatures.for_another_service,
    "reads-only": FalseSignatures.reading,
}


def _with_another_body(request: Request) -> Request:
    return replace(request, body=(request.body or b"") + b" ")


def _with_another_header(request: Request) -> Request:
    return replace(request, headers={**request.headers, "Accept": "*/*"})
