"""The decision of policies about one call, and how decisions are combined.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from model.iam.policies.conditions import Holds, conditions_hold
from model.iam.policies.document import Element, Policy, Principals, Statement
from model.iam.policies.patterns import CallValues, Pattern, matches, pattern_of, within_segments


class Decision(Enum):
    """A decision about a call, as AWS names them: an explicit deny wins over any allow, and no allow is a deny."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller, as a resource's policy may name it in `Principal`."""

    kind: str
    """`AWS` or `Service`."""
    names: frozenset[str]
    """The ARN, or the service's name; empty for an anonymous caller."""
    account_id: str = ""
    """The caller's account; "" where there is none."""
    account_names: frozenset[str] = frozenset()
    """How a policy names the whole account."""
    session_issuers: frozenset[str] = frozenset()
    """Of a session, the ARN of the role or user whose permissions it has."""
    is_foreign: bool = False
    """Whether the caller is in another account than the resource. A statement that allows an account delegates the
    decision to that account's policies; so in the resource's own account it allows nothing.
    """


ANONYMOUS: Final = Caller("AWS", frozenset())


@dataclass(frozen=True, slots=True)
class Call:
    """The call that is evaluated."""

    action: str
    """Such as `execute-api:Invoke`."""
    resource: str
    """An ARN."""
    values: CallValues
    """The values of condition keys, by their names in lower case."""
    caller: Caller = ANONYMOUS
    """The caller, for the `Principal` of resource policies."""


def evaluate(policies: Iterable[Policy], call: Call, *, by_own_name: bool = False) -> Decision:
    """Return the decision of policies of which any may allow a call and each may deny it.

    Args:
        policies: all policies of an identity, of a limit or of a resource.
        call: the call.
        by_own_name: whether only statements that name the caller itself (or everyone) may allow the call, and not
            those that name its session's issuer or its account.
    """
    decision = Decision.IMPLICIT_DENY
    for policy in policies:
        for statement in policy:
            if decision is Decision.ALLOWED and not statement.is_deny:
                continue
            if _applies(statement, call, by_own_name=by_own_name):
                if statement.is_deny:
                    return Decision.EXPLICIT_DENY
                decision = Decision.ALLOWED
    return decision


def all_of(decisions: Iterable[Decision]) -> Decision:
    """Return the decision where each has to allow, such as an identity's policies and its permissions boundary."""
    seen = set(decisions)
    if Decision.EXPLICIT_DENY in seen:
        return Decision.EXPLICIT_DENY
    return Decision.IMPLICIT_DENY if Decision.IMPLICIT_DENY in seen or not seen else Decision.ALLOWED


def any_of(decisions: Iterable[Decision]) -> Decision:
    """Return the decision where one allow is enough, such as an identity's policies or the resource's own."""
    seen = set(decisions)
    if Decision.EXPLICIT_DENY in seen:
        return Decision.EXPLICIT_DENY
    return Decision.ALLOWED if Decision.ALLOWED in seen else Decision.IMPLICIT_DENY


def _applies(statement: Statement, call: Call, *, by_own_name: bool) -> bool:
    if not _names_action(statement.action, call.action):
        return False
    variables = call.values if statement.has_variables else None
    if not _names_resource(statement.resource, call.resource, variables):
        return False
    principals, is_deny = statement.principals, statement.is_deny
    if principals and not _names_caller(principals, call.caller, is_deny=is_deny, by_own_name=by_own_name):
        return False
    held = conditions_hold(statement.conditions, call.values, has_variables=statement.has_variables)
    return held is Holds.YES or (held is Holds.UNKNOWN and statement.is_deny)


def _names_action(element: Element, action: str) -> bool:
    found = any(_fits(pattern_of(text.lower()), action.lower()) for text in element.texts)
    return found != element.is_negated


def _names_resource(element: Element, resource: str, variables: CallValues | None) -> bool:
    patterns = (pattern_of(text, variables) for text in element.texts)
    found = any(pattern is not None and matches(within_segments(pattern), resource) for pattern in patterns)
    return found != element.is_negated


def _fits(pattern: Pattern | None, text: str) -> bool:
    return pattern is not None and matches(pattern, text)


def _names_caller(principals: Principals, caller: Caller, *, is_deny: bool, by_own_name: bool) -> bool:
    """Return whether a statement's principals include the caller.

    With `NotPrincipal`, an allow excludes a session by any of its names, and a deny only by all of them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    named = frozenset(principals.by_kind.get(caller.kind, ()))
    itself = "*" in named or not named.isdisjoint(caller.names)
    issuer = "*" in named or not named.isdisjoint(caller.session_issuers)
    account = not named.isdisjoint(caller.account_names)
    if is_deny and principals.is_negated:
        return not (itself and (issuer or not caller.session_issuers))
    if is_deny:
        return itself or issuer or account
    if principals.is_negated:
        return not (itself or issuer or account)
    return itself or (not by_own_name and (issuer or (account and caller.is_foreign)))
