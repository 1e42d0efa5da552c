"""A request's expressions: each parameter read once, under its name, and all placeholders accounted for.

Usage: make one `Expressions` for each request, ask for the parameters that its operation has, then `finish`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions import legacy
from model.dynamodb.expressions.condition_reader import read_condition
from model.dynamodb.expressions.conditions import Condition
from model.dynamodb.expressions.placeholders import Placeholders
from model.dynamodb.expressions.projections import read_projection
from model.dynamodb.expressions.update_reader import read_update
from model.dynamodb.expressions.updates import Update
from model.dynamodb.paths import Path

_EXPRESSIONS = (
    "ProjectionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "UpdateExpression",
    "ConditionExpression",
)
_LEGACY = ("AttributesToGet", "KeyConditions", "QueryFilter", "ScanFilter", "AttributeUpdates", "Expected")


class Expressions:
    """The expressions and older parameters of one request, or of one action of a transaction."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        """Read the placeholders. Raises ValidationError, also when old and new parameters are mixed."""
        for problem in legacy.mixed(request, _LEGACY, _EXPRESSIONS):
            raise ValidationError(problem)
        self._request = request
        self._placeholders = Placeholders(request)
        self._placeholders.check_allowed(has_expression=any(name in request for name in _EXPRESSIONS))

    def condition(self) -> Condition | None:
        """Return what `ConditionExpression` or `Expected` says. Raises ValidationError, as all these do."""
        return self._read("ConditionExpression", read_condition) or self._legacy_condition("Expected")

    def filter(self) -> Condition | None:
        """Return what `FilterExpression`, `QueryFilter` or `ScanFilter` says."""
        return (
            self._read("FilterExpression", read_condition)
            or self._legacy_condition("QueryFilter")
            or self._legacy_condition("ScanFilter")
        )

    def key_condition(self) -> Condition:
        """Return what `KeyConditionExpression` or `KeyConditions` says."""
        condition = self._read("KeyConditionExpression", read_condition)
        if condition is None and self._request.get("KeyConditions"):
            condition = legacy.condition(self._request["KeyConditions"])
        if condition is None:
            raise ValidationError(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
            )
        return condition

    def update(self) -> Update:
        """Return what `UpdateExpression` or `AttributeUpdates` does; nothing, if there is neither."""
        update = self._read("UpdateExpression", read_update)
        return update or legacy.update(self._request.get("AttributeUpdates", {}))

    def projection(self) -> tuple[Path, ...] | None:
        """Return the paths of `ProjectionExpression` or `AttributesToGet`."""
        names = self._request.get("AttributesToGet")
        if names is None:
            return self._read("ProjectionExpression", read_projection)
        if len(set(names)) < len(names):
            raise ValidationError(
                "One or more parameter values were invalid: Duplicate value in attribute name: "
                + next(name for name in names if names.count(name) > 1)
            )
        return tuple((name,) for name in names)

    def finish(self) -> None:
        """Check that every placeholder has been used."""
        self._placeholders.check_all_used()

    def _read[Tree](self, parameter: str, read: Callable[[str, Placeholders], Tree]) -> Tree | None:
        if parameter not in self._request:
            return None
        try:
            return read(self._request[parameter], self._placeholders)
        except ValidationError as error:
            raise ValidationError(f"Invalid {parameter}: {error.message}") from error

    def _legacy_condition(self, parameter: str) -> Condition | None:
        if not self._request.get(parameter):
            return None
        return legacy.condition(self._request[parameter], self._request.get("ConditionalOperator", "AND"))
