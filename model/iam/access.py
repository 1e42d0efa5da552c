"""Whether API Gateway lets a caller call a method, by the method's authorization type.

- `NONE`: `check_anyone`.
- `AWS_IAM`: `find_signer`, then `check_signer`.
- `CUSTOM`, a Lambda authorizer: `check_before_authorizer`, then `check_granted` with the authorizer's answer.

Each evaluates the API's own policy, too, and raises a Refusal with API Gateway's error messages.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from model.iam.authorizers.answers import Grant
from model.iam.identities import Decisions, Identity, evaluate_documents, evaluate_limits
from model.iam.policies.evaluation import ANONYMOUS, Call, Decision, any_of, evaluate
from model.iam.policies.patterns import CallValues
from model.iam.refusals import ACCESS_DENIED, Refusal
from model.iam.resources import INVOKE, Target, evaluate_resource_policy, evaluate_spellings
from model.iam.signatures.claim import read_claim
from model.iam.signatures.sent import SentRequest
from model.iam.signatures.verification import check_scope, check_signature

ANYONE: Final = "anonymous"


@dataclass(frozen=True, slots=True)
class MethodCall:
    """A call of a method."""

    target: Target
    """The method."""
    policy: str | None
    """The API's own policy, if any."""
    values: CallValues
    """The values of condition keys that do not depend on the caller, by their names in lower case."""

    @property
    def by_anyone(self) -> Call:
        """The call as an anonymous caller makes it."""
        return Call(INVOKE, self.target.arn, self.values, ANONYMOUS)


def check_anyone(called: MethodCall) -> None:
    """Refuse an anonymous caller unless the API's policy allows the call. Raises Refusal."""
    decision = evaluate_resource_policy(called.policy, called.by_anyone, called.target)
    require_allowed_to(ANYONE, decision, called.target)


def find_signer(
    request: SentRequest, region: str, find_identity: Callable[[str], Identity | None], now: datetime
) -> tuple[Identity, str]:
    """Return the identity that signed a request, and the ID of its access key.

    Args:
        request: the request as it was sent.
        region: the API's region.
        find_identity: returns the identity that an access key ID belongs to.
        now: the time, in UTC.

    Raises:
        Refusal: the request has no valid signature.
    """
    claim = read_claim(request)
    check_scope(request, claim, region, now)
    identity = find_identity(claim.access_key_id)
    check_signature(request, claim, identity.key if identity else None, now)
    assert identity is not None, "without a key no signature is valid"  # noqa: S101 - for the type checker
    return identity, claim.access_key_id


def check_signer(identity: Identity, called: MethodCall) -> None:
    """Refuse a caller who signed, unless its own policies and the API's allow the call. Raises Refusal."""
    policy, target = called.policy, called.target
    caller = identity.as_caller(target.partition, target.account_id)
    call = Call(INVOKE, target.arn, {**called.values, **identity.values}, caller)
    by_resource = evaluate_resource_policy(policy, call, target)
    to_itself = evaluate_resource_policy(policy, call, target, by_own_name=True)
    decisions = Decisions(
        by_policies=evaluate_spellings(lambda spelled: evaluate_documents(identity.policies, spelled), call, target),
        by_limits=evaluate_spellings(lambda spelled: evaluate_limits(identity.limits, spelled), call, target),
        by_resource=by_resource or Decision.IMPLICIT_DENY,
        by_resource_to_itself=to_itself or Decision.IMPLICIT_DENY,
    )
    decision = decisions.between_accounts() if caller.is_foreign else decisions.in_account()
    require_allowed_to(identity.arn, decision, target)


def check_before_authorizer(called: MethodCall) -> None:
    """Refuse a call that the API's own policy denies explicitly, before its authorizer is asked. Raises Refusal."""
    decision = evaluate_resource_policy(called.policy, called.by_anyone, called.target)
    if decision is Decision.EXPLICIT_DENY:
        require_allowed_to(ANYONE, decision, called.target)


def check_granted(grant: Grant, called: MethodCall) -> None:
    """Refuse a caller unless the authorizer's answer or the API's own policy allows the call. Raises Refusal."""
    call, target = called.by_anyone, called.target
    by_grant = evaluate_spellings(lambda spelled: evaluate([grant.policy], spelled), call, target)
    by_resource = evaluate_resource_policy(called.policy, call, target)
    require_allowed_by_authorizer(any_of([by_grant, by_resource or Decision.IMPLICIT_DENY]))


def require_allowed_to(user: str, decision: Decision | None, target: Target) -> None:
    """Refuse a user unless policies allow the call.

    Raises:
        Refusal: the decision is not that the call is allowed.
    """
    if decision is not Decision.ALLOWED:
        text = f"User: {user} is not authorized to perform: {INVOKE} on resource: {target.shown_arn}"
        raise Refusal(ACCESS_DENIED, _explicit(text, decision))


def require_allowed_by_authorizer(decision: Decision) -> None:
    """Refuse a caller unless the authorizer's policy allows the call.

    Raises:
        Refusal: the decision is not that the call is allowed.
    """
    if decision is not Decision.ALLOWED:
        raise Refusal(ACCESS_DENIED, _explicit("User is not authorized to access this resource", decision))


def _explicit(text: str, decision: Decision | None) -> str:
    return f"{text} with an explicit deny" if decision is Decision.EXPLICIT_DENY else text
