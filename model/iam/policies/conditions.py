"""Whether a statement's conditions hold for a call.

A condition with an unknown operator, or with a value that the operator cannot read, makes an allow not apply and a
deny apply: see `Holds`.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from ipaddress import ip_address, ip_network
from typing import Any, Final

from model.iam.policies.patterns import CallValues, matches, pattern_of

type Test = Callable[[str, str, CallValues | None], bool]
"""Whether a policy's value (the first) matches one of the call's; the third has the values of variables."""

_IF_EXISTS: Final = "IfExists"
_ARN_PARTS: Final = 6


class Holds(Enum):
    """Whether conditions hold. `UNKNOWN` counts against the caller, whatever the statement's effect."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def conditions_hold(
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]], call: CallValues, *, has_variables: bool
) -> Holds:
    """Return whether all conditions hold: `NO` if one does not, even if others are unknown."""
    variables = call if has_variables else None
    held = [
        _holds(name, values, call.get(key), variables)
        for name, keys in conditions.items()
        for key, values in keys.items()
    ]
    if Holds.NO in held:
        return Holds.NO
    return Holds.UNKNOWN if Holds.UNKNOWN in held else Holds.YES


def _holds(name: str, wanted: tuple[str, ...], found: tuple[str, ...] | None, variables: CallValues | None) -> Holds:
    quantifier, _, rest = name.rpartition(":")
    base = rest.removesuffix(_IF_EXISTS)
    if base == "Null" and not quantifier and base == rest:
        return _yes(any(_truth(value) == (found is None) for value in wanted))
    test, is_negated = _TESTS.get(base, (None, False))
    if test is None or quantifier not in ("", "ForAnyValue", "ForAllValues"):
        return Holds.UNKNOWN
    if found is None:
        return _yes(base != rest or quantifier == "ForAllValues" or (is_negated and not quantifier))
    try:
        fits = [any(test(each, value, variables) for each in wanted) != is_negated for value in found]
    except (ValueError, InvalidOperation):
        return Holds.UNKNOWN
    every = quantifier == "ForAllValues" or (is_negated and not quantifier)
    return _yes(all(fits) if every else any(fits))


def _yes(holds: bool) -> Holds:
    return Holds.YES if holds else Holds.NO


def _truth(text: str) -> bool:
    return text.lower() == "true"


def _equal(wanted: str, found: str, variables: CallValues | None) -> bool:
    """Whether two texts are the same: a star in the policy's is a star, and a variable its value."""
    pattern = pattern_of(wanted, variables)
    return pattern is not None and "".join(each if isinstance(each, str) else each.value for each in pattern) == found


def _equal_in_any_case(wanted: str, found: str, variables: CallValues | None) -> bool:
    lower = None if variables is None else {key: tuple(map(str.lower, values)) for key, values in variables.items()}
    return _equal(wanted.lower(), found.lower(), lower)


def _like(wanted: str, found: str, variables: CallValues | None) -> bool:
    pattern = pattern_of(wanted, variables)
    return pattern is not None and matches(pattern, found)


def _arn_like(wanted: str, found: str, variables: CallValues | None) -> bool:
    """Whether each of an ARN's six parts is like the other's: a star does not reach over a colon, but for the last."""
    parts, of_call = wanted.split(":", _ARN_PARTS - 1), found.split(":", _ARN_PARTS - 1)
    if len(parts) != _ARN_PARTS or len(of_call) != _ARN_PARTS:
        return False
    return all(_like(part, other, variables) for part, other in zip(parts, of_call, strict=True))


def _is_same_truth(wanted: str, found: str, _variables: CallValues | None) -> bool:
    return wanted.lower() == found.lower()


def _in_network(wanted: str, found: str, _variables: CallValues | None) -> bool:
    return ip_address(found) in ip_network(wanted, strict=False)


def _compared(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Test:
    """Return a test of the call's value against the policy's, in this order: "less than" is of the call's."""

    def test(wanted: str, found: str, _variables: CallValues | None) -> bool:
        return compare(read(found), read(wanted))

    return test


def _time(text: str) -> datetime:
    """Return a time, from ISO 8601 or seconds since 1970."""
    if text.isascii() and text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _comparisons(kind: str, read: Callable[[str], Any]) -> Iterable[tuple[str, tuple[Test, bool]]]:
    equal = _compared(read, operator.eq)
    yield f"{kind}Equals", (equal, False)
    yield f"{kind}NotEquals", (equal, True)
    for suffix, compare in (
        ("LessThan", operator.lt),
        ("LessThanEquals", operator.le),
        ("GreaterThan", operator.gt),
        ("GreaterThanEquals", operator.ge),
    ):
        yield f"{kind}{suffix}", (_compared(read, compare), False)


_TESTS: Final[Mapping[str, tuple[Test, bool]]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_in_any_case, False),
    "StringNotEqualsIgnoreCase": (_equal_in_any_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnLike": (_arn_like, False),
    "ArnNotLike": (_arn_like, True),
    "Bool": (_is_same_truth, False),
    "IpAddress": (_in_network, False),
    "NotIpAddress": (_in_network, True),
    **dict(_comparisons("Numeric", Decimal)),
    **dict(_comparisons("Date", _time)),
}
