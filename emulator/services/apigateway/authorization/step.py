"""The authorization handlers in the gateway's chain, in AWS's order: after routing, before validation.

For a method that anyone may call, of an API without a policy, only these two settings are read.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.helpers import render_uri_with_stage_variables

from emulator.services.apigateway.authorization.documents import IAM
from emulator.services.apigateway.authorization.errors import to_gateway_error
from emulator.services.apigateway.authorization.functions import call_function
from emulator.services.apigateway.authorization.plans import plans_of
from emulator.services.apigateway.authorization.requests import call_values, request_values, sent_request, target_of
from emulator.services.apigateway.authorization.shared import SharedGrants, SharedMeter
from emulator.services.iam.identities import find_identity
from model.iam.access import (
    MethodCall,
    check_anyone,
    check_before_authorizer,
    check_granted,
    check_signer,
    find_signer,
)
from model.iam.api_keys.plans import (
    Place,
    find_plan,
    limits_nothing,
    quotas_of_key,
    rates_of_key,
    rates_of_stage,
)
from model.iam.authorizers.answers import Grant, read_answer
from model.iam.authorizers.cache import Key
from model.iam.authorizers.definition import TOKEN, Authorizer, read_authorizer
from model.iam.authorizers.events import request_event, token_event
from model.iam.authorizers.identity import identity_of
from model.iam.refusals import Refusal, misconfigured
from model.iam.resources import Target

LOG = logging.getLogger(__name__)

CUSTOM: Final = "CUSTOM"
_OPEN: Final = frozenset({"NONE", "", None})

GRANTS: Final = SharedGrants(time.monotonic)
METER: Final = SharedMeter(time.time)


class WouldWaitError(Exception):
    """A function has to be called where nothing may wait. Nothing has been done yet."""


class AuthorizationStep:
    """Handler of the gateway's chain that refuses callers who may not call the method."""

    def __init__(
        self, *, may_wait: bool, grants: SharedGrants = GRANTS, clock_s: Callable[[], float] = time.time
    ) -> None:
        """Prepare.

        Args:
            may_wait: whether an authorizer's function may be called; if not, a request that needs it terminates the
                chain.
            grants: answers of authorizers that are still valid.
            clock_s: the time, in seconds since 1970.
        """
        self._may_wait = may_wait
        self._grants = grants
        self._clock_s = clock_s

    def __call__(self, chain: Any, context: RestApiInvocationContext, _response: Any) -> None:
        """Continue, with what is known of the caller in the context, or raise the gateway's error."""
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
        now = datetime.fromtimestamp(self._clock_s(), UTC)
        target = target_of(context)
        called = MethodCall(target, policy, call_values(context, now))
        if kind == IAM:
            find = partial(find_identity, partition=target.partition)
            identity, access_key_id = find_signer(sent_request(context), target.region, find, now)
            context.context_variables["identity"].update(
                accountId=identity.account_id,
                accessKey=access_key_id,
                caller=identity.user_id,
                user=identity.user_id,
                userArn=identity.arn,
            )
            check_signer(identity, called)
        elif kind == CUSTOM:
            check_before_authorizer(called)
            grant = self._grant(context, target)
            context.context_variables["authorizer"] = dict(grant.variables)
            check_granted(grant, called)
            if grant.api_key is not None:
                context.context_variables["identity"]["apiKey"] = grant.api_key
        elif kind in _OPEN:
            check_anyone(called)
        else:
            raise misconfigured(f"authorization type {kind} is not supported here, so every call is refused")

    def _grant(self, context: RestApiInvocationContext, target: Target) -> Grant:
        """Return the authorizer's answer about the caller: one that is still valid, or a new one."""
        models = context.deployment.rest_api.authorizers
        authorizer = read_authorizer(models.get(context.resource_method.get("authorizerId")))
        key = Key(target.api_id, target.stage, authorizer, identity_of(authorizer, request_values(context)))
        grant = self._grants.get(key)
        if grant is None:
            if not self._may_wait:
                raise WouldWaitError
            grant = _ask(authorizer, key.identity, context, target)
            self._grants.put(key, grant)
        return grant


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
    """Handler of the gateway's chain that counts a request against its key's plan and its stage's rates."""
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
    """Return the key that the caller sent, or that its authorizer answered.

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
