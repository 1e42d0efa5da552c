"""In which words API Gateway denies a call. Pure.

https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from typing import Final

from emulator.authorization.policies.evaluation import Verdict
from emulator.authorization.refusals import ACCESS_DENIED, Refusal
from emulator.authorization.resources import INVOKE, Target

ANYBODY: Final = "anonymous"


def require_allowed_to(user: str, verdict: Verdict | None, target: Target) -> None:
    """Refuse a user whom policies do not allow the call.

    Raises:
        Refusal: the verdict is none that allows it.
    """
    if verdict is not Verdict.ALLOWED:
        text = f"User: {user} is not authorized to perform: {INVOKE} on resource: {target.shown_arn}"
        raise Refusal(ACCESS_DENIED, _explicit(text, verdict))


def require_allowed_by_authorizer(verdict: Verdict) -> None:
    """Refuse whom an authorizer's policy does not allow the call.

    Raises:
        Refusal: the verdict is none that allows it.
    """
    if verdict is not Verdict.ALLOWED:
        raise Refusal(ACCESS_DENIED, _explicit("User is not authorized to access this resource", verdict))


def _explicit(text: str, verdict: Verdict | None) -> str:
    return f"{text} with an explicit deny" if verdict is Verdict.DENIED else text
