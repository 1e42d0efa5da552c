"""The gateway's steps of authorization, in AWS's order: after routing, before anything is validated or sent.

A method that anybody may call, of an API without a policy, costs a look at the two.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

import logging
import time
from datetime import UTC, datetime
from typing import Any, Final

from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.helpers import render_uri_with_stage_variables

from emulator.authorization.api_keys.meter import Meter
from emulator.authorization.api_keys.plans import (
    Place,
    find_plan,
    limits_nothing,
    quotas_of_key,
    rates_of_key,
    rates_of_stage,
)
from emulator.authorization.authorizers.answers import Grant, read_answer
from emulator.authorization.authorizers.cache import GrantCache, Key
from emulator.authorization.authorizers.definition import TOKEN, Authorizer, read_authorizer
from emulator.authorization.authorizers.events import request_event, token_event
from emulator.authorization.authorizers.identity import identity_of
from emulator.authorization.callers import find_identity
from emulator.authorization.denials import ANYBODY, require_allowed_by_authorizer, require_allowed_to
from emulator.authorization.documents import IAM
from emulator.authorization.errors import to_gateway_error
from emulator.authorization.functions import call_function
from emulator.authorization.identities import Identity, Said, judge_documents, judge_limits
from emulator.authorization.plans import plans_of
from emulator.authorization.policies.evaluation import ANONYMOUS, Call, Verdict, any_of, judge
from emulator.authorization.refusals import Refusal, misconfigured
from emulator.authorization.resources import INVOKE, Target, judge_by_resource, judge_each
from emulator.authorization.sent import call_values, sent_request, shown_by, target_of
from emulator.authorization.signatures.claim import read_claim
from emulator.authorization.signatures.verification import check_scope, check_signature

LOG = logging.getLogger(__name__)

CUSTOM: Final = "CUSTOM"
_OPEN: Final = frozenset({"NONE", "", None})

GRANTS: Final = GrantCache(time.monotonic)
METER: Final = Meter(time.time)


class WouldWaitError(Exception):
    """A function has to be asked, where nothing may wait. Nothing has been done."""


class AuthorizationStep:
    """Lets in who may call the method."""

    def __init__(self, *, may_wait: bool) -> None:
        """Prepare.

        Args:
            may_wait: whether a function may be asked; else the chain is terminated where one has to be.
        """
        self._may_wait = may_wait

    def __call__(self, chain: Any, context: RestApiInvocationContext, _response: Any) -> None:
        """Go on, with what is known of the caller, or raise what the gateway answers instead."""
        kind = context.resource_method.get("authorizationType")
        policy = context.deployment.rest_api.rest_api.get("policy")
        if kind in _OPEN and not policy:
            return
        try:
            self._authorize(kind, policy, context)
        except WouldWaitError:
            chain.terminate()
        except Refusal as refusal:
            raise _logged(refusal, context) from None

    def _authorize(self, kind: str | None, policy: str | None, context: RestApiInvocationContext) -> None:
        target = target_of(context)
        if kind == IAM:
            _authorize_signed(context, policy, target)
        elif kind == CUSTOM:
            self._authorize_granted(context, policy, target)
        elif kind in _OPEN:
            call = Call(INVOKE, target.arn, call_values(context), ANONYMOUS)
            require_allowed_to(ANYBODY, judge_by_resource(policy, call, target), target)
        else:
            raise misconfigured(f"no authorization of the type {kind} is enforced here, so nobody is let in")

    def _authorize_granted(self, context: RestApiInvocationContext, policy: str | None, target: Target) -> None:
        """Let in whom a Lambda authorizer's policy, or the API's, allows the call."""
        call = Call(INVOKE, target.arn, call_values(context), ANONYMOUS)
        by_resource = judge_by_resource(policy, call, target)
        if by_resource is Verdict.DENIED:
            require_allowed_to(ANYBODY, by_resource, target)
        grant = self._grant(context, target)
        context.context_variables["authorizer"] = dict(grant.variables)
        by_grant = judge_each(lambda spelled: judge([grant.policy], spelled), call, target)
        require_allowed_by_authorizer(any_of([by_grant, by_resource or Verdict.UNSAID]))
        if grant.api_key is not None:
            context.context_variables["identity"]["apiKey"] = grant.api_key

    def _grant(self, context: RestApiInvocationContext, target: Target) -> Grant:
        """Return what an authorizer says of the caller, or said not long ago."""
        models = context.deployment.rest_api.authorizers
        authorizer = read_authorizer(models.get(context.resource_method.get("authorizerId")))
        key = Key(target.api_id, target.stage, authorizer, identity_of(authorizer, shown_by(context)))
        grant = GRANTS.get(key)
        if grant is None:
            if not self._may_wait:
                raise WouldWaitError
            grant = _ask(authorizer, key.identity, context, target)
            GRANTS.put(key, grant)
        return grant


def _authorize_signed(context: RestApiInvocationContext, policy: str | None, target: Target) -> None:
    """Let in who signed the request, and is allowed the call."""
    identity, access_key_id = _signer(context, target)
    context.context_variables["identity"].update(
        accountId=identity.account_id,
        accessKey=access_key_id,
        caller=identity.user_id,
        user=identity.user_id,
        userArn=identity.arn,
    )
    caller = identity.as_caller(target.partition, target.account_id)
    call = Call(INVOKE, target.arn, {**call_values(context), **identity.values}, caller)
    said = Said(
        by_policies=judge_each(lambda spelled: judge_documents(identity.policies, spelled), call, target),
        by_limits=judge_each(lambda spelled: judge_limits(identity.limits, spelled), call, target),
        by_resource=judge_by_resource(policy, call, target) or Verdict.UNSAID,
        by_resource_to_itself=judge_by_resource(policy, call, target, by_own_name=True) or Verdict.UNSAID,
    )
    verdict = said.between_accounts() if caller.is_foreign else said.in_account()
    require_allowed_to(identity.arn, verdict, target)


def _signer(context: RestApiInvocationContext, target: Target) -> tuple[Identity, str]:
    request, now = sent_request(context), datetime.now(UTC)
    claim = read_claim(request)
    check_scope(request, claim, target.region, now)
    identity = find_identity(claim.access_key_id, target.partition)
    check_signature(request, claim, identity.key if identity else None, now)
    assert identity is not None, "a signature is nobody's without a key"  # noqa: S101 - for the type checker
    return identity, claim.access_key_id


def _ask(authorizer: Authorizer, identity: tuple[str, ...], context: RestApiInvocationContext, target: Target) -> Grant:
    if authorizer.kind == TOKEN:
        event = token_event(target.arn, identity[0])
    else:
        request = context.invocation_request
        event = request_event(
            target.arn,
            resource=context.resource["path"],
            path=request["path"],
            method=request["http_method"],
            headers=list(request["headers"]),
            query=request["multi_value_query_string_parameters"],
            path_parameters=request["path_parameters"],
            stage_variables=context.stage_variables or {},
            request_context=context.context_variables,
        )
    uri = render_uri_with_stage_variables(authorizer.uri, context.stage_variables)
    payload, is_error = call_function(authorizer, uri, event, target)
    return read_answer(payload, is_error=is_error)


def meter_request(_chain: Any, context: RestApiInvocationContext, _response: Any) -> None:
    """Count a request against its key's plan and its stage's rates, or raise what the gateway answers instead."""
    if not is_metered(context):
        return
    try:
        _meter(context)
    except Refusal as refusal:
        raise _logged(refusal, context) from None


def is_metered(context: RestApiInvocationContext) -> bool:
    """Whether the method needs a key, or its stage limits it."""
    if context.resource_method.get("apiKeyRequired"):
        return True
    settings = context.stage_configuration.get("methodSettings")
    return bool(settings and not limits_nothing(settings) and rates_of_stage(settings, _place(context)))


def _place(context: RestApiInvocationContext) -> Place:
    return Place(context.api_id, context.stage, f"{context.resource['path']}/{context.request.method}")


def _meter(context: RestApiInvocationContext) -> None:
    place = _place(context)
    rates = dict(rates_of_stage(context.stage_configuration.get("methodSettings") or {}, place))
    quotas = {}
    if context.resource_method.get("apiKeyRequired"):
        plan, key = find_plan(plans_of(context.account_id, context.region), place, _shown_key(context))
        identity = context.context_variables["identity"]
        identity["apiKey"], identity["apiKeyId"] = key.value, key.id
        rates |= rates_of_key(plan, key, place)
        quotas = dict(quotas_of_key(plan, key))
    METER.take(rates, quotas)


def _shown_key(context: RestApiInvocationContext) -> str | None:
    """Return the key that the caller shows, or that its authorizer says it has.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
    """
    if context.deployment.rest_api.rest_api.get("apiKeySource") == "AUTHORIZER":
        return context.context_variables["identity"].get("apiKey")
    value: str | None = context.invocation_request["headers"].get("x-api-key")
    return value


def _logged(refusal: Refusal, context: RestApiInvocationContext) -> Exception:
    if refusal.why:
        LOG.warning("%s %s: %s: %s", context.request.method, context.api_id, refusal.response_type, refusal.why)
    return to_gateway_error(refusal)
