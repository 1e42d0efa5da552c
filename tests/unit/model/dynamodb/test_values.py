"""Attribute values: what is allowed, the form in which it is kept, sizes."""

from typing import Any

import pytest

from model.dynamodb.errors import DynamoDbError, SerializationError, ValidationError
from model.dynamodb.values import item_size_bytes, keep, keep_item, size_bytes


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "in"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"S": ""},
        {"S": "\U0001f600 \u00e9"},
        {"B": b""},
        {"BOOL": False},
        {"NULL": True},
        {"L": []},
        {"M": {}},
        {"SS": [""]},
        {"L": [{"M": {"a": {"NS": ["1", "2"]}}}]},
        nested(31),
    ],
)
def test_an_allowed_value_is_kept_as_it_is(value: dict[str, Any]) -> None:
    assert keep(value) == value


def test_numbers_are_kept_in_one_form_wherever_they_are() -> None:
    value = {"M": {"a": {"L": [{"N": "1.0"}]}, "b": {"NS": ["2.50", "-1e1"]}}}
    assert keep(value) == {"M": {"a": {"L": [{"N": "1"}]}, "b": {"NS": ["-10", "2.5"]}}}


def test_sets_are_equal_whatever_their_order() -> None:
    assert keep({"SS": ["b", "a", "\u00e9"]}) == keep({"SS": ["\u00e9", "a", "b"]})
    assert keep({"BS": [b"\xff", b"\x00"]}) == keep({"BS": [b"\x00", b"\xff"]})
    assert keep({"NS": ["10", "9"]}) == {"NS": ["9", "10"]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "Supplied AttributeValue is empty"),
        ({"S": "a", "N": "1"}, "has more than one datatypes set"),
        ({"SS": []}, "An string set  may not be empty"),
        ({"NS": []}, "An number set  may not be empty"),
        ({"BS": []}, "Binary sets should not be empty"),
        ({"SS": ["a", "a"]}, "Input collection [a, a] contains duplicates"),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        ({"BS": [b"a", b"a"]}, "of type BS contains duplicates"),
        ({"NULL": False}, "Null attribute value types must have the value of true"),
        ({"N": "dog"}, "cannot be converted to a numeric value: dog"),
        ({"L": [{"M": {"a": {"SS": []}}}]}, "may not be empty"),
        (nested(32), "Nesting Levels have exceeded supported limits"),
    ],
)
def test_a_forbidden_value_is_refused(value: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        keep(value)
    assert message in caught.value.message


@pytest.mark.parametrize(
    "value", [{"S": "\ud800"}, {"S": 1}, {"N": 1}, {"SS": ["a", "\udfff"]}, {"M": {"\ud800": {"S": ""}}}]
)
def test_half_a_surrogate_pair_and_wrong_json_types_are_refused(value: dict[str, Any]) -> None:
    with pytest.raises(SerializationError):
        keep(value)


@pytest.mark.parametrize("name", ["", "a" * 65_536, "\ud800"])
def test_an_impossible_name_is_refused(name: str) -> None:
    with pytest.raises(DynamoDbError):
        keep_item({name: {"S": "a"}})


# Developer Guide, "DynamoDB item sizes and formats".
@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "\u00e9a"}, 3),
        ({"N": "0"}, 1),
        ({"N": "27"}, 2),
        ({"N": "-27"}, 3),
        ({"N": "1234567.89"}, 6),
        ({"B": b"\x00\x01"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"BS": [b"ab"]}, 2),
        ({"NS": ["1", "22"]}, 4),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}]}, 6),
        ({"M": {"k": {"S": "ab"}}}, 7),
    ],
)
def test_sizes_are_those_that_dynamodb_counts(value: dict[str, Any], size: int) -> None:
    assert size_bytes(keep(value)) == size


def test_an_item_counts_its_names_too() -> None:
    assert item_size_bytes({"pk": {"S": "abc"}, "\u00e9": {"NULL": True}}) == 2 + 3 + 2 + 1
