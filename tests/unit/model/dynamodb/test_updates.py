"""Update expressions: what they make of an item, and what they are refused for."""

from typing import Any

import pytest

from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.placeholders import Placeholders
from model.dynamodb.expressions.update_reader import read_update
from model.dynamodb.expressions.updates import Update
from model.dynamodb.values import Item, keep_item

KEY = {"pk": {"S": "key"}}


def read(expression: str, **values: Any) -> Update:
    named = {f":{name}": value for name, value in values.items()}
    return read_update(expression, Placeholders({"ExpressionAttributeValues": named} if named else {}))


def updated(old: dict[str, Any] | None, expression: str, **values: Any) -> Item:
    """Return the item without its key."""
    item = None if old is None else keep_item(KEY | old)
    before = repr(item)
    new = read(expression, **values).of(item, KEY)
    assert repr(item) == before, "the old item must stay as it was"
    return {name: value for name, value in new.items() if name != "pk"}


def numbers(*members: str) -> dict[str, Any]:
    return {"L": [{"N": member} for member in members]}


@pytest.mark.parametrize(
    ("old", "expression", "values", "new"),
    [
        (None, "SET a = :v", {"v": {"S": "x"}}, {"a": {"S": "x"}}),
        ({"a": {"N": "1"}}, "set a = a + :v", {"v": {"N": "2"}}, {"a": {"N": "3"}}),
        ({"a": {"N": "1"}}, "SET a = :v - a", {"v": {"N": "0.5"}}, {"a": {"N": "-0.5"}}),
        ({"a": {"N": "1"}}, "SET a = (a + :v)", {"v": {"N": "2"}}, {"a": {"N": "3"}}),
        ({"a": {"N": "1"}, "b": {"N": "2"}}, "SET a = b, b = a", {}, {"a": {"N": "2"}, "b": {"N": "1"}}),
        ({"a": {"S": "x"}}, "REMOVE a SET b = a", {}, {"b": {"S": "x"}}),
        ({"a": {"S": "x"}}, "SET a = if_not_exists(a, :v)", {"v": {"S": "y"}}, {"a": {"S": "x"}}),
        (None, "SET a = if_not_exists(a, :v) + :v", {"v": {"N": "1"}}, {"a": {"N": "2"}}),
        ({"l": numbers("1")}, "SET l = list_append(l, :v)", {"v": numbers("2")}, {"l": numbers("1", "2")}),
        (
            {"l": numbers("1")},
            "SET l = list_append(if_not_exists(x, :v), l)",
            {"v": numbers("2")},
            {"l": numbers("2", "1")},
        ),
        ({"l": numbers("1", "2")}, "SET l[1] = :v", {"v": {"N": "9"}}, {"l": numbers("1", "9")}),
        (
            {"l": numbers("1")},
            "SET l[84] = :a, l[37] = :b, l[50] = :c",
            {"a": {"N": "84"}, "b": {"N": "37"}, "c": {"N": "50"}},
            {"l": numbers("1", "37", "50", "84")},
        ),
        (
            {"l": numbers("2", "3", "4", "5", "6", "7")},
            "REMOVE l[1] SET l[3] = :v",
            {"v": {"N": "17"}},
            {"l": numbers("2", "4", "17", "6", "7")},
        ),
        ({"l": numbers("1", "2", "3")}, "REMOVE l[0], l[2]", {}, {"l": numbers("2")}),
        ({"l": numbers("1")}, "REMOVE l[1] SET l[9] = :v", {"v": {"N": "2"}}, {"l": numbers("1", "2")}),
        ({"m": {"M": {"a": {"N": "1"}}}}, "REMOVE m.a", {}, {"m": {"M": {}}}),
        (
            {"m": {"M": {"a": {"M": {"b": {"N": "1"}}}}}},
            "SET m.a.c = m.a.b, m.x = :v",
            {"v": {"S": "y"}},
            {"m": {"M": {"a": {"M": {"b": {"N": "1"}, "c": {"N": "1"}}}, "x": {"S": "y"}}}},
        ),
        ({"a": {"S": "x"}}, "REMOVE absent, l", {}, {"a": {"S": "x"}}),
        (None, "ADD a :v", {"v": {"N": "5"}}, {"a": {"N": "5"}}),
        ({"a": {"N": "1"}}, "ADD a :v", {"v": {"N": "-0.5"}}, {"a": {"N": "0.5"}}),
        ({"s": {"SS": ["a"]}}, "ADD s :v", {"v": {"SS": ["b", "a"]}}, {"s": {"SS": ["a", "b"]}}),
        ({"s": {"SS": ["a", "b"]}}, "DELETE s :v", {"v": {"SS": ["b", "c"]}}, {"s": {"SS": ["a"]}}),
        ({"s": {"NS": ["1"]}}, "DELETE s :v", {"v": {"NS": ["1.0"]}}, {}),
        ({"a": {"S": "x"}}, "DELETE s :v", {"v": {"SS": ["b"]}}, {"a": {"S": "x"}}),
        (
            {"a": {"N": "1"}, "s": {"SS": ["x", "y"]}, "r": {"S": ""}},
            "SET b = :v REMOVE r ADD a :v DELETE s :s",
            {"v": {"N": "1"}, "s": {"SS": ["x"]}},
            {"a": {"N": "2"}, "b": {"N": "1"}, "s": {"SS": ["y"]}},
        ),
    ],
)
def test_an_update_makes_the_new_item(
    old: dict[str, Any] | None, expression: str, values: dict[str, Any], new: dict[str, Any]
) -> None:
    assert updated(old, expression, **values) == new


@pytest.mark.parametrize(
    ("old", "expression", "values", "message"),
    [
        ({}, "SET a = b", {}, "refers to an attribute that does not exist in the item"),
        ({}, "SET x = :v, y = x", {"v": {"N": "1"}}, "refers to an attribute that does not exist"),
        (
            {"a": {"S": "x"}},
            "SET a = a + :v",
            {"v": {"N": "1"}},
            "An operand in the update expression has an incorrect",
        ),
        ({"a": {"S": "x"}}, "SET a = list_append(a, :v)", {"v": {"L": []}}, "incorrect data type"),
        ({"a": {"S": "x"}}, "ADD a :v", {"v": {"N": "1"}}, "incorrect data type"),
        ({"a": {"SS": ["x"]}}, "DELETE a :v", {"v": {"NS": ["1"]}}, "incorrect data type"),
        (
            {"a": {"S": "x"}},
            "SET a.b = :v",
            {"v": {"N": "1"}},
            "document path provided in the update expression is invalid",
        ),
        ({}, "SET a[0] = :v", {"v": {"N": "1"}}, "document path provided"),
        ({"a": {"L": []}}, "SET a.b = :v", {"v": {"N": "1"}}, "document path provided"),
        ({}, "REMOVE a.b", {}, "document path provided"),
        ({"a": {"N": "9e125"}}, "ADD a :v", {"v": {"N": "9e125"}}, "Number overflow"),
    ],
)
def test_an_update_that_does_not_fit_the_item_is_refused(
    old: dict[str, Any], expression: str, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        updated(old, expression, **values)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("expression", "values", "message"),
    [
        ("", {}, "The expression can not be empty;"),
        ("HELLO a = :v", {"v": {"N": "1"}}, 'Syntax error; token: "HELLO"'),
        ("SET a = :v b = :v", {"v": {"N": "1"}}, 'Syntax error; token: "b"'),
        ("SET a = :v + :v + :v", {"v": {"N": "1"}}, 'Syntax error; token: "+"'),
        ("SET _a = :v", {"v": {"N": "1"}}, 'Syntax error; token: "_", near: "SET _a"'),
        ("SET :v = :v", {"v": {"N": "1"}}, 'Syntax error; token: ":v"'),
        ("REMOVE", {}, 'Syntax error; token: "<EOF>"'),
        ("ADD a b", {}, 'Syntax error; token: "b"'),
        ("SET name = :v", {"v": {"N": "1"}}, "reserved keyword; reserved keyword: name"),
        ("SET a = :v SET b = :v", {"v": {"N": "1"}}, 'The "SET" section can only be used once'),
        ("SET a = :v REMOVE a", {"v": {"N": "1"}}, "path one: [a], path two: [a]"),
        ("SET a = :v, a.b = :v", {"v": {"N": "1"}}, "overlap with each other"),
        ("SET a.b = :v, a[1] = :v", {"v": {"N": "1"}}, "conflict with each other"),
        ("SET a = f(b)", {}, "Invalid function name; function: f"),
        ("SET a = list_append(b)", {}, "operator or function: list_append, number of operands: 1"),
        ("SET a = list_append(b, :v)", {"v": {"S": "x"}}, "operator or function: list_append, operand type: S"),
        (
            "SET a = if_not_exists(:v, :v)",
            {"v": {"S": "x"}},
            "requires a document path; operator or function: if_not_exists",
        ),
        ("SET a = b + :v", {"v": {"S": "x"}}, "operator or function: +, operand type: S"),
        ("ADD a :v", {"v": {"S": "x"}}, "operator: ADD, operand type: STRING"),
        ("DELETE a :v", {"v": {"N": "1"}}, "operator: DELETE, operand type: NUMBER"),
    ],
)
def test_a_wrong_update_is_refused(expression: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(expression, **values)
    assert message in caught.value.message
