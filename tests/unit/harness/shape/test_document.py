"""Shapes as JSON: what is written is read back, and whatever makes no sense is one line that names the place."""

import copy
import json
from typing import Any

import pytest

from harness.documents import WrongDocumentError
from harness.shape import ApiShape, BodyField, FieldKind, Place, StatusCall, When
from harness.shape.document import shape_from_json, shape_to_json
from harness.shape.users import USERS_API
from tests.unit.harness.shape.jobs import JOBS_DOCUMENT


def jobs() -> dict[str, Any]:
    return copy.deepcopy(JOBS_DOCUMENT)


def refusal(document: Any) -> str:
    with pytest.raises(WrongDocumentError) as caught:
        shape_from_json(document)
    text = str(caught.value)
    assert "\n" not in text
    assert text.isascii()
    return text


@pytest.mark.parametrize("shape", [USERS_API, shape_from_json(JOBS_DOCUMENT)])
def test_a_shape_comes_back_from_json_as_it_was(shape: ApiShape) -> None:
    assert shape_from_json(json.loads(json.dumps(shape_to_json(shape)))) == shape


def test_a_document_says_where_everything_is() -> None:
    shape = shape_from_json(JOBS_DOCUMENT)
    assert shape.create.fields["queue"] == BodyField(FieldKind.CONSTANT, value={"name": "fast", "tries": [1, 2]})
    assert shape.status == StatusCall(
        path="{handle}",
        done=When(frozenset({"200"}), Place(body="/state"), frozenset({"succeeded"})),
        pending=When(frozenset({"200"}), Place(body="/state"), frozenset({"queued", "running"})),
        failed=When(frozenset({"200"}), Place(body="/state"), frozenset({"failed"})),
        result_id=Place(body="/result/id"),
    )
    assert shape.stored is None


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("create.handle", {}, 'shape.create.handle: give either "header" or "body"'),
        ("create.handle", {"header": "a", "body": "/b"}, 'shape.create.handle: give either "header" or "body"'),
        (
            "create.handle",
            {"header": "Location"},
            "shape.create.handle.header: a header's name in lower case is expected, not 'Location'",
        ),
        (
            "create.handle",
            {"body": "id"},
            "shape.create.handle.body: 'id' is not a JSON Pointer: it begins with / or is empty",
        ),
        ("create.handle", "id", "shape.create.handle: an object is expected, not 'id'"),
        (
            "create.path",
            "jobs",
            "shape.create.path: a path that begins with /, percent-encoded, is expected, not 'jobs'",
        ),
        ("create.fields", {}, "shape.create.fields: give at least one"),
        (
            "create.fields.title",
            {"kind": "txt"},
            "shape.create.fields.title.kind: one of text, email, constant is expected, not 'txt'",
        ),
        (
            "create.fields.title",
            {"kind": "text", "max_characters": 0},
            "shape.create.fields.title.max_characters: 1 to 10000000 is expected, not 0",
        ),
        ("create.fields.title", {}, "shape.create.fields.title.kind: missing"),
        ("create.method", "GET /", "shape.create.method: an HTTP method is expected, not 'GET /'"),
        (
            "create.accepted",
            {"statuses": [202]},
            "shape.create.accepted.statuses: a list of texts is expected, not [202]",
        ),
        ("create.accepted", {"statuses": []}, "shape.create.accepted.statuses: give at least one"),
        (
            "create.accepted",
            {"statuses": ["2XX"]},
            'shape.create.accepted.statuses: a status such as "202" or "4xx" is expected, not \'2XX\'',
        ),
        (
            "status.done",
            {"statuses": ["200"], "at": {"body": "/state"}},
            'shape.status.done: give both "at" and "values", or neither',
        ),
        (
            "status.done",
            {"statuses": ["200"], "values": ["yes"]},
            'shape.status.done: give both "at" and "values", or neither',
        ),
        (
            "status.path",
            "/jobs",
            "shape.status.path: a path that begins with /, percent-encoded, and has {handle} in it is expected",
        ),
        ("status.retry_after", 1, "shape.status.retry_after: true or false is expected, not 1"),
        ("status.pol", {}, "shape.status.pol: not known; there are path, done, pending, result_id, failed, echo,"),
        ("retrieve.equal", {"title": "/title"}, "shape.retrieve.equal: 'title' is not a JSON Pointer"),
        ("headers", {"X A": "1"}, "shape.headers.X A: a header's name and a printable ASCII text are expected"),
        ("headers", {"X": "a\r\nY: b"}, "shape.headers.X: a header's name and a printable ASCII text are expected"),
        ("name", None, "shape.name: a text is expected, not None"),
    ],
)
def test_what_makes_no_sense_is_named_with_its_place(path: str, value: object, expected: str) -> None:
    document = jobs()
    *parents, last = path.split(".")
    inner = document
    for parent in parents:
        inner = inner[parent]
    inner[last] = value
    assert refusal(document).startswith(expected)


@pytest.mark.parametrize("member", ["name", "create", "status", "retrieve"])
def test_what_is_missing_is_named(member: str) -> None:
    document = jobs()
    del document[member]
    assert refusal(document) == f"shape.{member}: missing"


@pytest.mark.parametrize("document", [None, [], "users", 7])
def test_what_is_no_object_is_refused(document: object) -> None:
    assert refusal(document).startswith("shape: an object is expected, not ")
