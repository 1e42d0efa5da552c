"""What an answer means by the API's shape, and what it holds. Pure.

An answer means what its status says (and a text in it, where the shape asks for one) only if everything that the
shape has in such an answer is there; else it is `UNEXPECTED`, with what is wrong. A body must be JSON or be empty.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from harness.operations import Meaning
from harness.shape import ApiShape, Place, RetrieveCall, StatusCall, When
from harness.shape.pointer import NothingThereError, resolve
from harness.transport import Response


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in an answer."""

    meaning: Meaning
    handle: str | None = None
    result_id: str | None = None
    document: Mapping[str, Any] | None = None
    retry_after_s: int | None = None


class UnexpectedAnswerError(Exception):
    """An answer that the shape does not have here. Its text says what is wrong with it."""


_LIMIT_OF_DIGITS: Final = 6
"""Of `Retry-After`: a million seconds are no advice."""


def read_created(shape: ApiShape, response: Response) -> Reading:
    """Read the answer to a create.

    Raises:
        UnexpectedAnswerError: it is neither accepted nor rejected, nor refused to its caller.
    """
    create = shape.create
    answer = _Answer(response)
    if answer.fits(create.accepted):
        return Reading(Meaning.ACCEPTED, handle=answer.text(create.handle, "a handle"))
    if answer.fits(create.rejected):
        return Reading(Meaning.REJECTED)
    if create.unauthorized and answer.fits(create.unauthorized):
        return Reading(Meaning.UNAUTHORIZED)
    raise UnexpectedAnswerError(f"a create does not answer {response.status} like this")


def read_status(call: StatusCall, response: Response, handle: str) -> Reading:
    """Read the answer to a poll.

    Raises:
        UnexpectedAnswerError: it is neither done, nor failed, nor pending.
    """
    answer = _Answer(response)
    if answer.fits(call.done):
        if call.echo and answer.text(call.echo, "its own handle") != handle:
            raise UnexpectedAnswerError("the status of another handle than the one asked for")
        return Reading(Meaning.VISIBLE, result_id=answer.text(call.result_id, "the result's identity"))
    if call.failed and answer.fits(call.failed):
        return Reading(Meaning.FAILED)
    if answer.fits(call.pending):
        retry_after_s = answer.retry_after_s()
        if call.retry_after and retry_after_s is None:
            seen = ascii(response.headers.get("retry-after", ""))
            raise UnexpectedAnswerError(f"a status that is pending has Retry-After in seconds, not {seen}")
        return Reading(Meaning.PENDING, retry_after_s=retry_after_s)
    raise UnexpectedAnswerError(f"a status does not answer {response.status} like this")


def read_retrieved(call: RetrieveCall, response: Response, result_id: str) -> Reading:
    """Read the answer to a retrieve.

    Raises:
        UnexpectedAnswerError: it is neither found nor missing.
    """
    answer = _Answer(response)
    if answer.fits(call.found):
        if answer.text(call.identity, "the result's identity") != result_id:
            raise UnexpectedAnswerError("another result than the one asked for")
        if not isinstance(answer.document, dict):
            raise UnexpectedAnswerError("the body is not a JSON object")
        return Reading(Meaning.FOUND, document=answer.document)
    if answer.fits(call.missing):
        return Reading(Meaning.MISSING)
    raise UnexpectedAnswerError(f"a retrieve does not answer {response.status} like this")


class _Answer:
    """A response with its body read as JSON, once."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self.document: Any = None
        if response.body:
            try:
                self.document = _DECODE(response.body.decode())
            except (ValueError, RecursionError) as error:
                raise UnexpectedAnswerError(f"the body is not JSON: {error}") from error

    def fits(self, when: When) -> bool:
        if not _has_status(when, self._response.status):
            return False
        return when.at is None or self._at(when.at) in when.values

    def text(self, place: Place, what: str) -> str:
        text = self._at(place)
        if not text:
            where = f"the header {place.header}" if place.header else f"{place.body} of the body"
            raise UnexpectedAnswerError(f"{what} is expected in {where}: it is not there, not a text, or empty")
        return text

    def retry_after_s(self) -> int | None:
        """Return the header's seconds. Its other form, a date (RFC 9110, 10.2.3), is not taken."""
        value = self._response.headers.get("retry-after", "")
        is_count = value.isascii() and value.isdigit() and len(value) <= _LIMIT_OF_DIGITS
        return int(value) if is_count else None

    def _at(self, place: Place) -> str | None:
        """Return the text at a place; None: there is nothing, or something else than a text."""
        if place.header is not None:
            return self._response.headers.get(place.header)
        try:
            value = resolve(self.document, place.body or "")
        except NothingThereError:
            return None
        return value if isinstance(value, str) else None


def _has_status(when: When, status: int) -> bool:
    return str(status) in when.statuses or f"{status // 100}xx" in when.statuses


def _reject_constant(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python would read and JSON does not have."""
    raise ValueError(f"{constant} is not JSON")


def _finite(number: str) -> float:
    """Refuse a number that Python would read as infinite, and could not write as JSON again."""
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number[:20]} is more than a double holds")
    return value


_DECODE: Final = json.JSONDecoder(parse_constant=_reject_constant, parse_float=_finite).decode
