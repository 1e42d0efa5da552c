"""An `ApiShape` as JSON, and back. A document that makes no sense is one line that names the place."""

import re
from collections.abc import Iterator
from typing import Any, Final

from harness.documents import WrongDocumentError, from_json, shown, to_json
from harness.shape import ApiShape, CreateCall, FieldKind, Place, RetrieveCall, StatusCall, When
from harness.shape.pointer import parse

_STATUS: Final = re.compile(r"[1-5](\d\d|xx)")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LONGEST_TEXT: Final = 10_000_000


def shape_to_json(shape: ApiShape) -> dict[str, Any]:
    """Return the JSON object that `shape_from_json` reads."""
    document: dict[str, Any] = to_json(shape, {})
    return document


def shape_from_json(document: Any, where: str = "shape") -> ApiShape:
    """Return the shape that a JSON value stands for.

    Args:
        document: what was read.
        where: what to call the document in an error.

    Raises:
        WrongDocumentError: it stands for none.
    """
    shape = from_json(ApiShape, document, {}, where)
    check_shape(shape, where)
    return shape


def check_shape(shape: ApiShape, where: str = "shape") -> None:
    """Check what types do not say.

    Raises:
        WrongDocumentError: something makes no sense; its text says where and what is expected.
    """
    for problem in _problems(shape):
        raise WrongDocumentError(f"{where}.{problem}")


def _problems(shape: ApiShape) -> Iterator[str]:
    yield from _create_problems(shape.create)
    yield from _status_problems(shape.status)
    yield from _retrieve_problems(shape.retrieve)
    for sent in shape.stored.equal if shape.stored else ():
        yield from _pointer_problems("stored.equal", sent)
    for retrieved in shape.stored.unchanged if shape.stored else ():
        yield from _pointer_problems("stored.unchanged", retrieved)
    for name, value in shape.headers.items():
        if not _TOKEN.fullmatch(name) or not (value.isascii() and value.isprintable()):
            yield f"headers.{shown(name)[1:-1]}: a header's name and a printable ASCII text are expected"


def _create_problems(create: CreateCall) -> Iterator[str]:
    yield from _method_problems("create.method", create.method)
    yield from _path_problems("create.path", create.path, "/")
    if not create.fields:
        yield "create.fields: give at least one"
    for name, field in create.fields.items():
        if field.kind is not FieldKind.CONSTANT and not 1 <= field.max_characters <= _LONGEST_TEXT:
            what = f"1 to {_LONGEST_TEXT} is expected, not {field.max_characters}"
            yield f"create.fields.{shown(name)[1:-1]}.max_characters: {what}"
    yield from _when_problems("create.accepted", create.accepted)
    yield from _when_problems("create.rejected", create.rejected)
    yield from _when_problems("create.unauthorized", create.unauthorized)
    yield from _place_problems("create.handle", create.handle)


def _status_problems(status: StatusCall) -> Iterator[str]:
    yield from _method_problems("status.method", status.method)
    if status.path != "{handle}":
        yield from _path_problems("status.path", status.path, "{handle}")
    yield from _when_problems("status.done", status.done)
    yield from _when_problems("status.pending", status.pending)
    yield from _when_problems("status.failed", status.failed)
    yield from _place_problems("status.result_id", status.result_id)
    yield from _place_problems("status.echo", status.echo)


def _retrieve_problems(retrieve: RetrieveCall) -> Iterator[str]:
    yield from _method_problems("retrieve.method", retrieve.method)
    yield from _path_problems("retrieve.path", retrieve.path, "{result_id}")
    yield from _when_problems("retrieve.found", retrieve.found)
    yield from _when_problems("retrieve.missing", retrieve.missing)
    yield from _place_problems("retrieve.identity", retrieve.identity)
    for sent, got in retrieve.equal.items():
        yield from _pointer_problems("retrieve.equal", sent)
        yield from _pointer_problems(f"retrieve.equal.{shown(sent)[1:-1]}", got)


def _method_problems(part: str, method: str) -> Iterator[str]:
    if not _TOKEN.fullmatch(method):
        yield f"{part}: an HTTP method is expected, not {shown(method)}"


def _path_problems(part: str, path: str, must_have: str) -> Iterator[str]:
    ok = path.startswith("/") and path.isascii() and path.isprintable() and " " not in path
    if not ok or must_have not in path:
        also = "" if must_have == "/" else f" and has {must_have} in it"
        yield f"{part}: a path that begins with /, percent-encoded,{also} is expected, not {shown(path)}"


def _when_problems(part: str, when: When | None) -> Iterator[str]:
    if when is None:
        return
    if not when.statuses:
        yield f"{part}.statuses: give at least one"
    for status in sorted(when.statuses):
        if not _STATUS.fullmatch(status):
            yield f'{part}.statuses: a status such as "202" or "4xx" is expected, not {shown(status)}'
    if (when.at is None) is not (not when.values):
        yield f'{part}: give both "at" and "values", or neither'
    yield from _place_problems(f"{part}.at", when.at)


def _place_problems(part: str, place: Place | None) -> Iterator[str]:
    if place is None:
        return
    if (place.header is None) is (place.body is None):
        yield f'{part}: give either "header" or "body"'
    if place.header is not None and (place.header != place.header.lower() or not _TOKEN.fullmatch(place.header)):
        yield f"{part}.header: a header's name in lower case is expected, not {shown(place.header)}"
    if place.body is not None:
        yield from _pointer_problems(f"{part}.body", place.body)


def _pointer_problems(part: str, pointer: str) -> Iterator[str]:
    try:
        parse(pointer)
    except ValueError as error:
        yield f"{part}: {error}"
