"""The answer of an authorizer's function: a grant, or an error.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from model.iam.policies.document import Policy, UnreadablePolicyError, read_policy
from model.iam.refusals import Refusal, failed, misconfigured, unauthorized

_UNAUTHORIZED: Final = "Unauthorized"
_MAX_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Grant:
    """A function's answer about a caller."""

    policy: Policy
    """What the caller may do, anywhere in the API."""
    variables: Mapping[str, str]
    """The values of `$context.authorizer` in templates, all of them text."""
    api_key: str | None
    """The caller's API key, for an API that takes keys from its authorizer; None without one."""


def read_answer(payload: bytes, *, is_error: bool) -> Grant:
    """Return a function's answer.

    Args:
        payload: the payload as it was received.
        is_error: whether it is the function's error.

    Raises:
        Refusal: 401 if the function's error is "Unauthorized", and 500 for any other error or an invalid answer.
    """
    try:
        answer = json.loads(payload)
    except ValueError:
        raise misconfigured(f"the function answered what is not JSON: {_shown(payload)}") from None
    if is_error:
        raise _error(answer, payload)
    if not isinstance(answer, Mapping):
        raise misconfigured(f"the function answered no object: {_shown(payload)}")
    principal = answer.get("principalId")
    if not isinstance(principal, str):
        raise misconfigured(f"the function answered no principalId: {_shown(payload)}")
    api_key = answer.get("usageIdentifierKey")
    if api_key is not None and not isinstance(api_key, str):
        raise misconfigured("the function answered a usageIdentifierKey that is no text")
    try:
        policy = read_policy(answer.get("policyDocument"))
    except UnreadablePolicyError as error:
        raise misconfigured(f"the function answered no policy: {error}") from None
    return Grant(policy, {**_variables(answer.get("context")), "principalId": principal}, api_key)


def _error(answer: Any, payload: bytes) -> Refusal:
    """Return the refusal for a function's error: 401 only if the message is exactly this word."""
    if isinstance(answer, Mapping) and answer.get("errorMessage") == _UNAUTHORIZED:
        return unauthorized("the function said so")
    return failed(f"the function failed: {_shown(payload)}")


def _variables(context: Any) -> Mapping[str, str]:
    if context is None:
        return {}
    if not isinstance(context, Mapping):
        raise misconfigured("the function answered a context that is no object")
    return {name: _variable(name, value) for name, value in context.items()}


def _variable(name: str, value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return json.dumps(value)
        case _:
            raise misconfigured(f"the function answered a context whose {name} is no text, number or truth value")


def _shown(payload: bytes) -> str:
    text = payload.decode(errors="replace")
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
