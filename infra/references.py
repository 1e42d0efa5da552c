"""Resolves references in a template, for the few places where the bootstrap has to know what CloudFormation will."""

import re
from collections.abc import Mapping
from typing import Any

from infra.errors import DeployFailedError


def resolved(value: Any, names: Mapping[str, str]) -> Any:
    """Return `value` with its `Ref` and `Fn::Sub` resolved, as CloudFormation does.

    Args:
        value: of JSON's types
        names: what each name (a parameter, a resource's logical ID, `AWS::Region`, ...) stands for

    Raises:
        DeployFailedError: for a name that is not among them.
    """
    try:
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                return names[name]
            case {"Fn::Sub": str(text)} if len(value) == 1:
                return re.sub(r"\$\{(!?)([^}]+)\}", lambda found: _substitute(found, names), text)
            case dict():
                return {key: resolved(inner, names) for key, inner in value.items()}
            case list():
                return [resolved(inner, names) for inner in value]
            case _:
                return value
    except KeyError as error:
        raise DeployFailedError(f"{error.args[0]} is referred to, and is nothing in the stack") from None


def is_made(resource: Mapping[str, Any], template: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    """Return whether a resource of a template is made at all, as far as one comparison of names can tell."""
    match template.get("Conditions", {}).get(resource.get("Condition", "")):
        case {"Fn::Equals": [first, second]}:
            return bool(resolved(first, names) == resolved(second, names))
        case _:
            return True


def _substitute(found: re.Match[str], names: Mapping[str, str]) -> str:
    literal, name = found.groups()
    return f"${{{name}}}" if literal else names[name]
