"""A request's placeholders: what `#name` and `:value` stand for in its expressions.

Source: Developer Guide, "Expression attribute names (aliases)" and "Using expression attribute values".
"""

import re
from collections.abc import Mapping
from typing import Any

from model.dynamodb.errors import ValidationError
from model.dynamodb.values import AttributeValue, keep

_NAME_KEY = re.compile(r"#[A-Za-z0-9_]+")
_VALUE_KEY = re.compile(r":[A-Za-z0-9_]+")


class Placeholders:
    """The names and values that a request defines, and which of them its expressions have used."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        """Read a request's `ExpressionAttributeNames` and `ExpressionAttributeValues`.

        Raises:
            ValidationError: one of them is empty, has an impossible key, or a value that is not allowed.
        """
        names = request.get("ExpressionAttributeNames")
        values = request.get("ExpressionAttributeValues")
        _check_keys("ExpressionAttributeNames", names, _NAME_KEY)
        _check_keys("ExpressionAttributeValues", values, _VALUE_KEY)
        self._names: dict[str, str] = dict(names or {})
        self._values = {key: _kept_value(key, value) for key, value in (values or {}).items()}
        self._unused_names = set(self._names)
        self._unused_values = set(self._values)

    def name(self, placeholder: str) -> str:
        """Return the attribute name that a `#name` stands for. Raises ValidationError if it is undefined."""
        if placeholder not in self._names:
            raise ValidationError(
                "An expression attribute name used in the document path is not defined; attribute name: " + placeholder
            )
        self._unused_names.discard(placeholder)
        return self._names[placeholder]

    def value(self, placeholder: str) -> AttributeValue:
        """Return the kept value that a `:value` stands for. Raises ValidationError if it is undefined."""
        if placeholder not in self._values:
            raise ValidationError(
                "An expression attribute value used in expression is not defined; attribute value: " + placeholder
            )
        self._unused_values.discard(placeholder)
        return self._values[placeholder]

    def check_allowed(self, *, has_expression: bool) -> None:
        """Check that there are placeholders only where there is an expression. Raises ValidationError."""
        for parameter, defined in (("Names", self._names), ("Values", self._values)):
            if defined and not has_expression:
                raise ValidationError(f"ExpressionAttribute{parameter} can only be specified when using expressions")

    def check_all_used(self) -> None:
        """Check that the expressions have used every placeholder. Raises ValidationError."""
        for parameter, unused in (("Names", self._unused_names), ("Values", self._unused_values)):
            if unused:
                keys = ", ".join(sorted(unused))
                raise ValidationError(
                    f"Value provided in ExpressionAttribute{parameter} unused in expressions: keys: {{{keys}}}"
                )


def _check_keys(parameter: str, defined: Mapping[str, Any] | None, pattern: re.Pattern[str]) -> None:
    if defined is None:
        return
    if not defined:
        raise ValidationError(f"{parameter} must not be empty")
    for key in defined:
        if not pattern.fullmatch(key):
            raise ValidationError(f'{parameter} contains invalid key: Syntax error; key: "{key}"')


def _kept_value(key: str, value: Mapping[str, Any]) -> AttributeValue:
    try:
        return keep(value)
    except ValidationError as error:
        raise ValidationError(
            f"ExpressionAttributeValues contains invalid value: {error.message} for key {key}"
        ) from error
