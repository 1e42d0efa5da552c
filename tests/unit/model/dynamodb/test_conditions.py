"""Condition expressions: what they say, what they are refused for, and when they hold."""

from typing import Any

import pytest

from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.condition_reader import read_condition
from model.dynamodb.expressions.placeholders import Placeholders
from model.dynamodb.values import keep_item

ITEM = keep_item(
    {
        "pk": {"S": "key"},
        "price": {"N": "9.5"},
        "title": {"S": "A caf\u00e9"},
        "picture": {"B": b"\x00\x80\xff"},
        "tags": {"SS": ["new", "blue"]},
        "sizes": {"NS": ["1", "2.5"]},
        "remarks": {"L": [{"S": "first"}, {"M": {"note": {"S": "deep"}}}]},
        "flag": {"BOOL": True},
        "none": {"NULL": True},
    }
)
VALUES: dict[str, Any] = {
    ":five": {"N": "5"},
    ":price": {"N": "9.50"},
    ":ten": {"N": "10"},
    ":text": {"S": "A caf"},
    ":first": {"S": "first"},
    ":blue": {"S": "blue"},
    ":set": {"SS": ["blue", "new"]},
    ":big": {"NS": ["2.50"]},
    ":zero": {"B": b"\x00"},
    ":high": {"B": b"\x80"},
    ":true": {"BOOL": True},
    ":S": {"S": "S"},
    ":deep": {"S": "deep"},
    ":three": {"N": "3"},
}


def used(expression: str) -> dict[str, Any]:
    """Return only the values that an expression mentions."""
    return {name: value for name, value in VALUES.items() if name in expression}


def holds(expression: str, item: Any = ITEM) -> bool:
    request = {"ExpressionAttributeValues": used(expression)} if used(expression) else {}
    names = {name: attribute for name, attribute in {"#p": "price", "#n": "note"}.items() if name in expression}
    if names:
        request["ExpressionAttributeNames"] = names
    return read_condition(expression, Placeholders(request)).holds(item)


@pytest.mark.parametrize(
    "expression",
    [
        "price = :price",
        "price<>:five",
        ":five < price",
        "price >= :price AND price <= :price",
        "price BETWEEN :five AND :ten",
        "price between :five and :ten aNd NOT price = :five",
        "price IN (:five, :price)",
        "#p > :five",
        "(price) > (:five)",
        "attribute_exists(price) AND attribute_not_exists(absent)",
        "attribute_type(title, :S)",
        "begins_with(title, :text)",
        "begins_with(picture, :zero)",
        "contains(title, :text)",
        "contains(tags, :blue)",
        "contains(sizes, :big) OR contains(sizes, :ten) OR contains(remarks, :first)",
        "contains(picture, :high)",
        "tags = :set",
        "remarks[1].#n = :deep",
        "remarks[0] = :first",
        "size(tags) < :three",
        "size(picture) = :three",
        "size(title) > :five",
        "flag = :true",
        "absent <> :five",
        "NOT absent = :five",
        "NOT NOT price = :price",
        "price = :five OR price = :price AND flag = :true",
        "(price = :five OR price = :price) AND flag = :true",
        "price > absent OR pk <> title",
        "\n price\t=\r\n :price ",
    ],
)
def test_a_condition_holds(expression: str) -> None:
    assert holds(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "price = :text",
        "price < :text",
        "price > :text",
        "title > :five",
        "absent = :five",
        "absent < :five",
        "absent = different",
        "size(price) > :five",
        "size(absent) > :five",
        "size(flag) > :five",
        "begins_with(price, :text)",
        "begins_with(absent, :text)",
        "contains(absent, :text)",
        "contains(price, :five)",
        "contains(tags, :five)",
        "attribute_type(absent, :S)",
        "NOT (price = :price OR flag = :true)",
        "price = :five AND price = :price OR absent = :five",
        "price BETWEEN :ten AND :ten",
        "remarks[7] = :first",
    ],
)
def test_a_condition_does_not_hold(expression: str) -> None:
    assert not holds(expression)


def test_without_an_item_nothing_exists() -> None:
    assert holds("attribute_not_exists(pk)", item=None)
    assert not holds("attribute_exists(pk) OR price = :price", item=None)


@pytest.mark.parametrize(
    ("value", "size"),
    [({"S": "Zo\u00eb"}, 3), ({"S": "\u00e9\U0001d11e"}, 3), ({"S": ""}, 0), ({"B": "\u00e9".encode()}, 2)],
)
def test_size_counts_a_text_in_utf_16_and_binary_in_bytes(value: dict[str, Any], size: int) -> None:
    values = {":n": {"N": str(size)}}
    condition = read_condition("size(title) = :n", Placeholders({"ExpressionAttributeValues": values}))
    assert condition.holds({"title": value})


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "The expression can not be empty;"),
        ("  ", "The expression can not be empty;"),
        ("price =", 'Syntax error; token: "<EOF>", near: "="'),
        ("price == :price", 'Syntax error; token: "=", near: "== :price"'),
        ("price", 'Syntax error; token: "<EOF>", near: "price"'),
        ("_price = :price", 'Syntax error; token: "_", near: "_price"'),
        ("price != :price", 'Syntax error; token: "!", near: "price !="'),
        ("remarks[:five] = :first", 'Syntax error; token: ":five"'),
        ("price = :price)", 'Syntax error; token: ")"'),
        ("(price = :price", 'Syntax error; token: "<EOF>"'),
        ("price = :price AND", 'Syntax error; token: "<EOF>"'),
        ("price IN ()", 'Syntax error; token: ")"'),
        ("AND = :price", 'Syntax error; token: "AND"'),
        ("name = :price", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("Status = :price", "Attribute name is a reserved keyword; reserved keyword: Status"),
        ("remarks.value = :price", "Attribute name is a reserved keyword; reserved keyword: value"),
        ("#x = :price", "attribute name used in the document path is not defined; attribute name: #x"),
        ("price = :x", "attribute value used in expression is not defined; attribute value: :x"),
        ("((price = :price))", "The expression has redundant parentheses;"),
        ("f(price)", "Invalid function name; function: f"),
        ("SIZE(price) > :five", "Invalid function name; function: SIZE"),
        ("attribute_exists(:five)", "requires a document path; operator or function: attribute_exists"),
        ("attribute_exists(price, pk)", "operator or function: attribute_exists, number of operands: 2"),
        ("begins_with(title, :five)", "operator or function: begins_with, operand type: N"),
        ("price < :true", "operator or function: <, operand type: BOOL"),
        ("price BETWEEN :set AND :set", "operator or function: BETWEEN, operand type: SS"),
        ("size(:five) > :ten", "operator or function: size, operand type: N"),
        ("attribute_type(title, :text)", "Invalid attribute type name found; type: A caf"),
        ("attribute_type(title, pk)", "operator or function: attribute_type, operand type: {NS,SS"),
        ("price BETWEEN :ten AND :five", "upper bound to be greater than or equal to lower bound"),
        ("price BETWEEN :five AND :text", "requires same data type for lower and upper bounds"),
        ("price = price", "operator: =, first operand: [price]"),
        ("contains(remarks[0], remarks[0])", "operator: contains, first operand: [remarks, [0]]"),
        ("begins_with(pk, :text) = :true", "not allowed to be used this way in an expression; function: begins_with"),
        ("size(pk)", "not allowed to be used this way in an expression; function: size"),
        (" OR ".join(["price = :price"] * 152), "too many operators; operator count: 301"),
        ("price = :price" + " " * 4090, "expression size: 4104"),
        ("(" * 400, "Syntax error"),
    ],
)
def test_a_wrong_condition_is_refused(expression: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        holds(expression)
    assert message in caught.value.message


def test_a_syntax_error_is_reported_before_anything_else() -> None:
    with pytest.raises(ValidationError, match="Syntax error"):
        holds("name = :undefined AND f(x) ==")


def test_300_operators_are_allowed_however_deep() -> None:
    deep = "price = :price" + " OR (absent = :five" * 149 + ")" * 149
    assert holds(deep)
