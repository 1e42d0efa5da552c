"""Key conditions: the one hash key and the range of sort keys that a Query asks an index for.

Source: API reference, "Query", parameter `KeyConditionExpression`.
"""

from collections.abc import Callable, Iterator

from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.conditions import All, AnyOf, Condition, Not, Size, Test
from model.dynamodb.expressions.grammar import Attribute, Literal
from model.dynamodb.keys import KeyCondition, SortKeyRange, check_key_value
from model.dynamodb.schema import KeyAttribute, KeySchema
from model.dynamodb.values import AttributeValue, comparable, type_of

_NOT_SUPPORTED = "Query key condition not supported"
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def key_condition(condition: Condition, schema: KeySchema) -> KeyCondition:
    """Return what a parsed key condition asks of an index with these keys.

    Raises:
        ValidationError: the condition is on something else than the keys, in another way than an index can
            answer, or with a value of another type.
    """
    by_name: dict[str, Test] = {}
    for part in _joined_by_and(condition):
        name, test = _on_attribute(part)
        if name in by_name:
            raise ValidationError("KeyConditionExpressions must only contain one condition per key")
        by_name[name] = test
    hash_test = _take(by_name, schema.hash)
    if hash_test.operator != "=":
        raise ValidationError(_NOT_SUPPORTED)
    sort_range = None
    if by_name:
        if schema.range is None or len(by_name) > 1:
            raise ValidationError(_NOT_SUPPORTED)
        sort_range = _range(_take(by_name, schema.range))
    return KeyCondition(_literals(hash_test)[0], sort_range)


def _joined_by_and(condition: Condition) -> Iterator[Test | AnyOf | Not]:
    if not isinstance(condition, All):
        yield condition
        return
    for part in condition.conditions:
        yield from _joined_by_and(part)


def _on_attribute(condition: Test | AnyOf | Not) -> tuple[str, Test]:
    """Return the name that a test is on, and the test turned so that the attribute comes first."""
    if isinstance(condition, AnyOf | Not):
        operator = "OR" if isinstance(condition, AnyOf) else "NOT"
        raise ValidationError(f"Invalid operator used in KeyConditionExpression: {operator}")
    if condition.operator not in {*_MIRRORED, "BETWEEN", "begins_with"}:
        raise ValidationError(f"Invalid operator used in KeyConditionExpression: {condition.operator}")
    if any(isinstance(operand, Size) for operand in condition.operands):
        raise ValidationError("KeyConditionExpressions cannot contain nested operations")
    attributes = [operand for operand in condition.operands if isinstance(operand, Attribute)]
    if len(attributes) != 1:
        problem = "Multiple attribute names used in one condition" if attributes else "No key attribute specified"
        raise ValidationError(f"Invalid condition in KeyConditionExpression: {problem}")
    [attribute] = attributes
    if len(attribute.path) > 1:
        raise ValidationError(
            "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes"
        )
    if condition.operands[0] == attribute:
        return str(attribute.path[0]), condition
    if condition.operator not in _MIRRORED:
        raise ValidationError(
            f"Invalid condition in KeyConditionExpression: {condition.operator} operator must have the key "
            "attribute as its first operand"
        )
    return str(attribute.path[0]), Test(_MIRRORED[condition.operator], condition.operands[::-1])


def _take(by_name: dict[str, Test], key: KeyAttribute) -> Test:
    """Return the test on a key attribute. Raises ValidationError when there is none, or of another type."""
    test = by_name.pop(key.name, None)
    if test is None:
        raise ValidationError(f"Query condition missed key schema element: {key.name}")
    for value in _literals(test):
        if type_of(value) != key.type:
            raise ValidationError(
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            )
        check_key_value(key, value)
    return test


def _literals(test: Test) -> list[AttributeValue]:
    return [operand.value for operand in test.operands if isinstance(operand, Literal)]


def _range(test: Test) -> SortKeyRange:
    bounds = [comparable(value) for value in _literals(test)]
    return _RANGES[test.operator](*bounds)


# All keys of one index have one type, and so have the bounds: they compare, which mypy cannot know.
_RANGES: dict[str, Callable[..., SortKeyRange]] = {
    "=": lambda bound: SortKeyRange(lambda key: key >= bound, lambda key: key > bound),
    "<": lambda bound: SortKeyRange(lambda _: True, lambda key: key >= bound),
    "<=": lambda bound: SortKeyRange(lambda _: True, lambda key: key > bound),
    ">": lambda bound: SortKeyRange(lambda key: key > bound, lambda _: False),
    ">=": lambda bound: SortKeyRange(lambda key: key >= bound, lambda _: False),
    "BETWEEN": lambda lower, upper: SortKeyRange(lambda key: key >= lower, lambda key: key > upper),
    "begins_with": lambda prefix: SortKeyRange(
        lambda key: key >= prefix, lambda key: key > prefix and not key.startswith(prefix)
    ),
}
