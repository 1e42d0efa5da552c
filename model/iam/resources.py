"""The resource of a call to an API, as policies name it, and the decision of the API's own policy.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from model.iam.policies.document import Policy, Statement, UnreadablePolicyError, read_policy
from model.iam.policies.evaluation import Call, Decision, all_of, evaluate

INVOKE: Final = "execute-api:Invoke"

_SHORT_FORM: Final = "execute-api:/"
_MAX_POLICIES: Final = 256
_SHOWN_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Target:
    """The method that a request calls."""

    partition: str
    """`aws`, except in some regions."""
    region: str
    """The API's."""
    account_id: str
    """The API's."""
    api_id: str
    """The API."""
    stage: str
    """Its stage."""
    method: str
    """The request's."""
    path: str
    """The request's below the stage, with its escapes."""

    @property
    def api_arn(self) -> str:
        """The API's ARN."""
        return f"arn:{self.partition}:execute-api:{self.region}:{self.account_id}:{self.api_id}"

    @property
    def arn(self) -> str:
        """The ARN of the method as it was called, as authorizers see it."""
        return f"{self.api_arn}/{self.stage}/{self.method}/{self.path.lstrip('/')}"

    @property
    def shown_arn(self) -> str:
        """The ARN as error messages have it, with most of the account ID hidden."""
        shown = f"********{self.account_id[-_SHOWN_DIGITS:]}"
        return self.arn.replace(f":{self.account_id}:", f":{shown}:", 1)

    def spellings(self) -> list[str]:
        """Return the ARN as policies may spell it: with the path's escapes, and without.

        The gateway routes a path with a trailing slash, or with escapes, as the one without, so a policy has to apply
        to all of them.
        """
        path = self.path.strip("/")
        plain = unquote(path)
        return [f"{self.api_arn}/{self.stage}/{self.method}/{each}" for each in dict.fromkeys((path, plain))]


def evaluate_spellings(evaluate_one: Callable[[Call], Decision], call: Call, target: Target) -> Decision:
    """Return the decision about a call in all spellings of its path: it is allowed if all of them are."""
    return all_of(evaluate_one(replace(call, resource=resource)) for resource in target.spellings())


def evaluate_resource_policy(
    text: str | None, call: Call, target: Target, *, by_own_name: bool = False
) -> Decision | None:
    """Return the decision of an API's own policy; None without one. A policy that cannot be read denies the call.

    Args:
        text: the policy, as API Gateway's API shows it: JSON within a string of JSON.
        call: the call.
        target: what is called.
        by_own_name: as for `evaluate`.
    """
    if not text:
        return None
    try:
        policy = _read(text, target.api_arn)
    except UnreadablePolicyError:
        return Decision.EXPLICIT_DENY
    return evaluate_spellings(lambda spelled: evaluate([policy], spelled, by_own_name=by_own_name), call, target)


@lru_cache(_MAX_POLICIES)
def _read(text: str, api_arn: str) -> Policy:
    return tuple(_with_whole_arns(statement, api_arn) for statement in read_policy(_unescaped(text)))


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"')) if text.startswith("{\\") else text
    except ValueError as error:
        raise UnreadablePolicyError(f"not JSON: {error}") from None


def _with_whole_arns(statement: Statement, api_arn: str) -> Statement:
    """Return a statement with whole ARNs in place of API Gateway's short form."""
    texts = tuple(
        f"{api_arn}/{text.removeprefix(_SHORT_FORM)}" if text.startswith(_SHORT_FORM) else text
        for text in statement.resource.texts
    )
    return replace(statement, resource=replace(statement.resource, texts=texts))
