"""Whose an access key is, and what that identity's policies say of a call. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from emulator.authorization.policies.document import Policy, UnreadablePolicyError, read_policy
from emulator.authorization.policies.evaluation import Call, Caller, Verdict, all_of, any_of, judge
from emulator.authorization.policies.patterns import CallValues
from emulator.authorization.signatures.verification import AccessKey

_MAX_DOCUMENTS = 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, or a role in one of its sessions.

    Attributes:
        key: the access key.
        account_id: the account that it is in.
        arn: the user's, or the session's.
        role_arn: the role's; None for a user.
        user_id: the unique ID: a session's has the session's name behind a colon.
        policies: the documents of all policies that give it permissions: its own, and its groups'.
        limits: documents each of which has to allow, too: a permissions boundary, a session's policy.
        values: what is known of it, by the names of condition keys in lower case.
    """

    key: AccessKey
    account_id: str
    arn: str
    role_arn: str | None
    user_id: str
    policies: tuple[Any, ...]
    limits: tuple[Any, ...]
    values: CallValues

    def as_caller(self, partition: str) -> Caller:
        """Return it as a resource's policy may name it."""
        names = {self.arn, self.role_arn} if self.role_arn else {self.arn}
        account = frozenset({self.account_id, f"arn:{partition}:iam::{self.account_id}:root"})
        return Caller("AWS", frozenset(name for name in names if name), self.account_id, account)


def judge_identity(identity: Identity, call: Call) -> Verdict:
    """Return what an identity's policies say of a call, within what limits them."""
    return judge_within(identity.policies, identity.limits, call)


def judge_within(policies: Iterable[Any], limits: Iterable[Any], call: Call) -> Verdict:
    """Return what documents say of a call, where each of those that limit them has to allow it, too."""
    return all_of([judge_documents(policies, call), *(judge_documents([limit], call) for limit in limits)])


def with_resource_policy(by_identity: Verdict, by_resource: Verdict | None, *, same_account: bool) -> Verdict:
    """Return what both say together: in one account either may allow, and between accounts both have to.

    Args:
        by_identity: what the identity's policies say.
        by_resource: what the API's policy says; None where it has none.
        same_account: whether the identity is in the API's account.
    """
    if by_resource is None:
        by_resource = Verdict.UNSAID
    return any_of([by_identity, by_resource]) if same_account else all_of([by_identity, by_resource])


def judge_documents(documents: Iterable[Any], call: Call) -> Verdict:
    """Return what documents say of a call: one that cannot be read denies it."""
    try:
        return judge([_read(document) for document in documents], call)
    except UnreadablePolicyError:
        return Verdict.DENIED


def _read(document: Any) -> Policy:
    return _read_text(document) if isinstance(document, str) else read_policy(document)


@lru_cache(_MAX_DOCUMENTS)
def _read_text(document: str) -> Policy:
    return read_policy(document)
