"""Whose an access key is, and what that identity's policies say of a call. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from model.iam.policies.document import Policy, UnreadablePolicyError, read_policy
from model.iam.policies.evaluation import Call, Caller, Verdict, all_of, any_of, judge
from model.iam.policies.patterns import CallValues
from model.iam.signatures.verification import AccessKey

_MAX_DOCUMENTS = 1024

type Documents = tuple[Any, ...]
"""Policies that hold together: any may allow, and each may deny. An empty set allows nothing."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, a role in one of its sessions, or a user in one.

    Attributes:
        key: the access key.
        account_id: the account that it is in.
        arn: the user's, or the session's.
        behind: the ARN of whose permissions a session has: a role's, or a federated user's user. None for a user, whose
            own a session of GetSessionToken is.
        user_id: the unique ID: a session's has the session's name behind a colon.
        policies: the documents of all policies that give it permissions: its own, and its groups'.
        limits: sets of documents each of which has to allow, too: a permissions boundary, a session's policies.
        values: what is known of it, by the names of condition keys in lower case.
    """

    key: AccessKey
    account_id: str
    arn: str
    behind: str | None
    user_id: str
    policies: Documents
    limits: tuple[Documents, ...]
    values: CallValues

    def as_caller(self, partition: str, resource_account_id: str) -> Caller:
        """Return it as the policy of a resource in an account may name it."""
        return Caller(
            "AWS",
            frozenset({self.arn}),
            self.account_id,
            frozenset({self.account_id, f"arn:{partition}:iam::{self.account_id}:root"}),
            frozenset({self.behind} if self.behind else ()),
            is_foreign=self.account_id != resource_account_id,
        )


def judge_within(policies: Documents, limits: Iterable[Documents], call: Call) -> Verdict:
    """Return what documents say of a call, where each of the sets that limit them has to allow it, too."""
    return all_of([judge_documents(policies, call), judge_limits(limits, call)])


def judge_limits(limits: Iterable[Documents], call: Call) -> Verdict:
    """Return what sets of documents that limit others say of a call; where there are none, they allow it."""
    return all_of([Verdict.ALLOWED, *(judge_documents(limit, call) for limit in limits)])


@dataclass(frozen=True, slots=True)
class Said:
    """What the policies say that have a say in a signed call.

    Attributes:
        by_policies: the caller's own.
        by_limits: what limits them.
        by_resource: the API's own policy, of the caller and of what is behind it; nothing, where it has none.
        by_resource_to_itself: the same, of the caller's own name only.
    """

    by_policies: Verdict
    by_limits: Verdict
    by_resource: Verdict = Verdict.UNSAID
    by_resource_to_itself: Verdict = Verdict.UNSAID

    @property
    def by_identity(self) -> Verdict:
        """What the caller's own policies say, within its limits."""
        return all_of([self.by_policies, self.by_limits])

    def in_account(self) -> Verdict:
        """Return what holds within an account: either may allow.

        What the resource allows to a role is within the limits of the role's session; what it allows to the session
        itself is not.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
        """
        to_behind = all_of([self.by_resource, self.by_limits])
        return any_of([self.by_identity, to_behind, self.by_resource_to_itself])

    def between_accounts(self) -> Verdict:
        """Return what holds where the caller is in another account: both have to allow.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
        """
        return all_of([self.by_identity, self.by_resource])


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
