"""JSON Pointers, by the examples of RFC 6901, and when two values are the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.shape.pointer import NothingThereError, parse, resolve, same

DOCUMENT = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
    "01": {"x": None},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", DOCUMENT),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/01/x", None),
    ],
)
def test_a_pointer_points(pointer: str, expected: object) -> None:
    assert resolve(DOCUMENT, pointer) == expected


@pytest.mark.parametrize("pointer", ["/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/-1", "/foo/\u0661", "/foo/0/0", "//"])
def test_a_pointer_to_nothing_says_so(pointer: str) -> None:
    with pytest.raises(NothingThereError):
        resolve(DOCUMENT, pointer)


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="'foo' is not a JSON Pointer"):
        parse("foo")


@given(value=JSON)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert same(value, value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (0, False),
        (None, ""),
        ("a", "A"),
        ("\u00e9", "e\u0301"),
        ([1, 2], [2, 1]),
        ([1], [True]),
        ({"a": 0}, {"a": False}),
        ({"a": 1}, {"a": 1, "b": 1}),
        ([], {}),
    ],
)
def test_values_that_differ_are_not_the_same(one: object, other: object) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_a_number_is_the_same_however_it_is_written() -> None:
    assert same({"a": [1.0]}, {"a": [1]})
