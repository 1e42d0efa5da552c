"""An identity with its policies, and the decision of all policies that apply to its call.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from model.iam.policies.document import Policy, UnreadablePolicyError, read_policy
from model.iam.policies.evaluation import Call, Caller, Decision, all_of, any_of, evaluate
from model.iam.policies.patterns import CallValues
from model.iam.signatures.verification import AccessKey

_MAX_DOCUMENTS = 1024

type Documents = tuple[Any, ...]
"""Policy documents, as JSON or parsed: any may allow, and each may deny. An empty set allows nothing."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, or a session of a role or a user."""

    key: AccessKey
    """The access key."""
    account_id: str
    """The account that it is in."""
    arn: str
    """The user's, or the session's."""
    session_issuer: str | None
    """The ARN of the role or user whose permissions a session has. None for a user, also in a session of
    GetSessionToken.
    """
    user_id: str
    """The unique ID; a session's ends with a colon and the session's name."""
    policies: Documents
    """The documents of all policies that grant permissions: its own, and its groups'."""
    limits: tuple[Documents, ...]
    """Sets of documents, each of which has to allow as well: a permissions boundary, a session's policies."""
    values: CallValues
    """The values of condition keys that depend on the caller, by their names in lower case."""

    def as_caller(self, partition: str, resource_account_id: str) -> Caller:
        """Return the caller as the policy of a resource in this account may name it."""
        return Caller(
            "AWS",
            frozenset({self.arn}),
            self.account_id,
            frozenset({self.account_id, f"arn:{partition}:iam::{self.account_id}:root"}),
            frozenset({self.session_issuer} if self.session_issuer else ()),
            is_foreign=self.account_id != resource_account_id,
        )


def evaluate_within(policies: Documents, limits: Iterable[Documents], call: Call) -> Decision:
    """Return the decision of an identity's policies, each of whose limits has to allow the call as well."""
    return all_of([evaluate_documents(policies, call), evaluate_limits(limits, call)])


def evaluate_limits(limits: Iterable[Documents], call: Call) -> Decision:
    """Return the decision of limits, each of which has to allow the call; no limits allow every call."""
    return all_of([Decision.ALLOWED, *(evaluate_documents(limit, call) for limit in limits)])


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions that together decide a signed call."""

    by_policies: Decision
    """Of the caller's own policies."""
    by_limits: Decision
    """Of the caller's limits."""
    by_resource: Decision = Decision.IMPLICIT_DENY
    """Of the resource's own policy, for the caller, its session's issuer and its account."""
    by_resource_to_itself: Decision = Decision.IMPLICIT_DENY
    """Of the same policy, for the caller's own name only."""

    @property
    def by_identity(self) -> Decision:
        """The decision of the caller's own policies, within its limits."""
        return all_of([self.by_policies, self.by_limits])

    def in_account(self) -> Decision:
        """Return the decision if the caller is in the resource's account: either may allow.

        What the resource's policy allows to a role is limited by the limits of the role's session; what it allows to
        the session itself is not.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
        """
        to_issuer = all_of([self.by_resource, self.by_limits])
        return any_of([self.by_identity, to_issuer, self.by_resource_to_itself])

    def between_accounts(self) -> Decision:
        """Return the decision if the caller is in another account: both have to allow.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
        """
        return all_of([self.by_identity, self.by_resource])


def evaluate_documents(documents: Iterable[Any], call: Call) -> Decision:
    """Return the decision of policy documents; one that cannot be read denies the call."""
    try:
        return evaluate([_read(document) for document in documents], call)
    except UnreadablePolicyError:
        return Decision.EXPLICIT_DENY


def _read(document: Any) -> Policy:
    return _read_text(document) if isinstance(document, str) else read_policy(document)


@lru_cache(_MAX_DOCUMENTS)
def _read_text(document: str) -> Policy:
    return read_policy(document)
