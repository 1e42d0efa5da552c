"""What policies say of one call, alone and together. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from model.iam.policies.conditions import Holds, conditions_hold
from model.iam.policies.document import Element, Policy, Principals, Statement
from model.iam.policies.patterns import CallValues, Pattern, matches, pattern_of, within_segments


class Verdict(Enum):
    """What policies say: an explicit deny wins over any allow, and nothing said is no."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    UNSAID = "not allowed"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as a policy of a resource may name them.

    Attributes:
        kind: `AWS` or `Service`.
        names: the ARN, or the service's name. Nobody has a name who is anonymous.
        account_id: the caller's account; "" where there is none.
        account_names: how a policy names the whole account.
        behind: the ARN of whose permissions a session has: a role's, or a federated user's user.
        is_foreign: whether the caller is in another account than the resource. Who allows an account leaves it to that
            account's own policies whom of its people it lets in; so in the resource's account that allows nothing.
    """

    kind: str
    names: frozenset[str]
    account_id: str = ""
    account_names: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    is_foreign: bool = False


ANONYMOUS: Final = Caller("AWS", frozenset())


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be judged.

    Attributes:
        action: such as `execute-api:Invoke`.
        resource: an ARN.
        values: what is known of it, by the names of condition keys in lower case.
        caller: whom a policy's principals are held against.
    """

    action: str
    resource: str
    values: CallValues
    caller: Caller = ANONYMOUS


def judge(policies: Iterable[Policy], call: Call, *, by_own_name: bool = False) -> Verdict:
    """Return what policies say of a call that holds if any of them allows it and none denies it.

    Args:
        policies: all of them.
        call: the call.
        by_own_name: whether only an allow counts that is the caller's own (or everybody's), and not one to what is
            behind it.
    """
    verdict = Verdict.UNSAID
    for policy in policies:
        for statement in policy:
            if verdict is Verdict.ALLOWED and not statement.is_deny:
                continue
            if _is_about(statement, call, by_own_name=by_own_name):
                if statement.is_deny:
                    return Verdict.DENIED
                verdict = Verdict.ALLOWED
    return verdict


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what holds where each has to allow: an identity's policies within a boundary, a role's in a session."""
    seen = set(verdicts)
    if Verdict.DENIED in seen:
        return Verdict.DENIED
    return Verdict.UNSAID if Verdict.UNSAID in seen or not seen else Verdict.ALLOWED


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what holds where one is enough: an identity's policies or the resource's, within an account."""
    seen = set(verdicts)
    if Verdict.DENIED in seen:
        return Verdict.DENIED
    return Verdict.ALLOWED if Verdict.ALLOWED in seen else Verdict.UNSAID


def _is_about(statement: Statement, call: Call, *, by_own_name: bool) -> bool:
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
    """Return whether a statement's principals are about the caller.

    Where everybody else is meant (`NotPrincipal`), a session is kept out of an allow by any of its names, and out of a
    deny by all of them only.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    named = frozenset(principals.by_kind.get(caller.kind, ()))
    itself = "*" in named or not named.isdisjoint(caller.names)
    behind = "*" in named or not named.isdisjoint(caller.behind)
    account = not named.isdisjoint(caller.account_names)
    if is_deny:
        return not (itself and (behind or not caller.behind)) if principals.is_negated else itself or behind or account
    if principals.is_negated:
        return not (itself or behind or account)
    return itself or (not by_own_name and (behind or (account and caller.is_foreign)))
