"""Policy documents as values. Whatever is not a valid policy is refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

VERSION_WITH_VARIABLES: Final = "2012-10-17"
VERSIONS: Final = frozenset({VERSION_WITH_VARIABLES, "2008-10-17"})

_ELEMENTS: Final = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)


class UnreadablePolicyError(Exception):
    """A document is not a valid policy. The message says why."""


@dataclass(frozen=True, slots=True)
class Element:
    """`Action`, `NotAction`, `Resource` or `NotResource`."""

    texts: tuple[str, ...]
    """The patterns."""
    is_negated: bool
    """Whether it is the `Not` form."""


@dataclass(frozen=True, slots=True)
class Principals:
    """`Principal` or `NotPrincipal`."""

    by_kind: Mapping[str, tuple[str, ...]]
    """Names by `AWS`, `Service` and so on; `*` alone counts as `AWS`."""
    is_negated: bool
    """Whether it is the `Not` form."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement."""

    is_deny: bool
    """Whether its effect is `Deny`."""
    action: Element
    """The actions that it applies to."""
    resource: Element
    """The resources that it applies to."""
    principals: Principals | None
    """The callers that it applies to; None without, as in an identity's policies."""
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Values by operator and condition key."""
    has_variables: bool
    """Whether `${...}` in it is a variable."""


type Policy = tuple[Statement, ...]


def read_policy(document: Any) -> Policy:
    """Return a policy of an identity, a session or a resource, from JSON text or parsed JSON.

    Each statement has to name its resources: one that did not would apply to all of them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html

    Raises:
        UnreadablePolicyError: the document is not a valid policy.
    """
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise UnreadablePolicyError(f"not JSON: {error}") from None
    if not isinstance(document, Mapping):
        raise UnreadablePolicyError("not an object")
    version = document.get("Version", "2008-10-17")
    if not isinstance(version, str) or version not in VERSIONS:
        raise UnreadablePolicyError(f"no version of the policy language: {version!r}")
    statements = document.get("Statement")
    listed = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(listed, list) or not listed:
        raise UnreadablePolicyError("no statements")
    return tuple(_statement(statement, has_variables=version == VERSION_WITH_VARIABLES) for statement in listed)


def _statement(statement: Any, *, has_variables: bool) -> Statement:
    if not isinstance(statement, Mapping):
        raise UnreadablePolicyError("a statement is not an object")
    if unknown := sorted(str(name) for name in statement.keys() - _ELEMENTS):
        raise UnreadablePolicyError(f"a statement has elements that are none: {', '.join(unknown)}")
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise UnreadablePolicyError(f"a statement's effect is neither Allow nor Deny: {effect!r}")
    return Statement(
        is_deny=effect == "Deny",
        action=_element(statement, "Action"),
        resource=_element(statement, "Resource"),
        principals=_principals(statement),
        conditions=_conditions(statement.get("Condition", {})),
        has_variables=has_variables,
    )


def _element(statement: Mapping[str, Any], name: str) -> Element:
    found = [each for each in (name, f"Not{name}") if each in statement]
    if len(found) > 1:
        raise UnreadablePolicyError(f"a statement has both {name} and Not{name}")
    if not found or not (texts := _texts(statement[found[0]], found[0])):
        raise UnreadablePolicyError(f"a statement has no {name}")
    return Element(texts, is_negated=found[0] != name)


def _principals(statement: Mapping[str, Any]) -> Principals | None:
    found = [each for each in ("Principal", "NotPrincipal") if each in statement]
    if len(found) > 1:
        raise UnreadablePolicyError("a statement has both Principal and NotPrincipal")
    if not found:
        return None
    named = statement[found[0]]
    if named == "*":
        named = {"AWS": "*"}
    if not isinstance(named, Mapping):
        raise UnreadablePolicyError(f"{found[0]} names nobody: {named!r}")
    return Principals(
        {str(kind): _texts(names, found[0]) for kind, names in named.items()}, is_negated=found[0] != "Principal"
    )


def _conditions(conditions: Any) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if not isinstance(conditions, Mapping) or not all(isinstance(keys, Mapping) for keys in conditions.values()):
        raise UnreadablePolicyError("Condition is not an object of objects")
    return {
        str(operator): {str(key).lower(): _texts(values, "Condition") for key, values in keys.items()}
        for operator, keys in conditions.items()
    }


def _texts(value: Any, name: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(_text(each, name) for each in listed)


def _text(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) or (name == "Condition" and isinstance(value, int | float)):
        return str(value)
    raise UnreadablePolicyError(f"{name} has what is no text: {value!r}")
