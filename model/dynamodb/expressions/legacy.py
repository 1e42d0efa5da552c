"""The parameters that came before expressions, as the same trees that expressions become.

Source: Developer Guide, "Legacy conditional parameters in DynamoDB": `Expected`, `KeyConditions`,
`QueryFilter`, `ScanFilter`, `AttributeUpdates`. `AttributesToGet` is simple enough for whoever reads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.conditions import All, AnyOf, Condition, Not, Test
from model.dynamodb.expressions.grammar import Attribute, Literal
from model.dynamodb.expressions.updates import Assignment, Update
from model.dynamodb.values import SETS, keep, type_of

_INVALID = "One or more parameter values were invalid: "
_COMPARATORS = {
    "EQ": "=",
    "NE": "<>",
    "LE": "<=",
    "LT": "<",
    "GE": ">=",
    "GT": ">",
    "IN": "IN",
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
    "CONTAINS": "contains",
    "NOT_CONTAINS": "contains",
    "NULL": "attribute_not_exists",
    "NOT_NULL": "attribute_exists",
}
_OPERAND_COUNTS = {"NULL": 0, "NOT_NULL": 0, "BETWEEN": 2}


def condition(comparisons: Mapping[str, Mapping[str, Any]], joined_by: str = "AND") -> Condition:
    """Return the condition that `Expected`, `KeyConditions` or a filter states. Raises ValidationError."""
    parts = tuple(_comparison(name, comparison) for name, comparison in comparisons.items())
    if len(parts) == 1:
        return parts[0]
    return AnyOf(parts) if joined_by == "OR" else All(parts)


def update(attribute_updates: Mapping[str, Mapping[str, Any]]) -> Update:
    """Return what `AttributeUpdates` does. Raises ValidationError."""
    assignments: dict[str, list[Assignment]] = {"PUT": [], "ADD": [], "DELETE": []}
    removed = []
    for name, change in attribute_updates.items():
        action = change.get("Action", "PUT")
        if "Value" in change:
            value = keep(change["Value"])
            if action == "ADD" and type_of(value) not in {"N", *SETS}:
                raise ValidationError(_INVALID + f"Action ADD is not supported for the type {type_of(value)}")
            if action == "DELETE" and type_of(value) not in SETS:
                raise ValidationError(
                    _INVALID + f"DELETE action with value is not supported for the type {type_of(value)}"
                )
            assignments[action].append(Assignment((name,), Literal(value)))
        elif action == "DELETE":
            removed.append((name,))
        else:
            raise ValidationError(
                _INVALID + f"Only DELETE action is allowed when no attribute value is specified: {name}"
            )
    return Update(assignments["PUT"], removed, assignments["ADD"], assignments["DELETE"])


def _comparison(name: str, comparison: Mapping[str, Any]) -> Condition:
    attribute = Attribute((name,))
    operator = comparison.get("ComparisonOperator")
    if operator is None:
        return _expectation(name, comparison)
    if "Exists" in comparison:
        raise ValidationError(_INVALID + f"Exists and ComparisonOperator cannot be used together for Attribute: {name}")
    given = comparison.get("AttributeValueList", _values(comparison))
    if len(given) != _OPERAND_COUNTS.get(operator, len(given) if operator == "IN" and given else 1):
        raise ValidationError(_INVALID + f"Invalid number of argument(s) for the {operator} ComparisonOperator")
    test = Test(_COMPARATORS[operator], (attribute, *(Literal(keep(value)) for value in given)))
    return Not(test) if operator == "NOT_CONTAINS" else test


def _expectation(name: str, comparison: Mapping[str, Any]) -> Condition:
    exists, values = comparison.get("Exists"), _values(comparison)
    if exists is False:
        if values:
            raise ValidationError(_INVALID + f"Value cannot be used when Exists is false for Attribute: {name}")
        return Test("attribute_not_exists", (Attribute((name,)),))
    if not values:
        shown = "null" if exists is None else "true"
        raise ValidationError(_INVALID + f"Value must be provided when Exists is {shown} for Attribute: {name}")
    return Test("=", (Attribute((name,)), Literal(keep(values[0]))))


def _values(comparison: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [comparison["Value"]] if "Value" in comparison else []


def mixed(request: Mapping[str, Any], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a request that uses both kinds of parameters."""
    used_old, used_new = ([name for name in names if name in request] for names in (old, new))
    if used_old and used_new:
        yield (
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(used_old)}}} "
            f"Expression parameters: {{{', '.join(used_new)}}}"
        )
