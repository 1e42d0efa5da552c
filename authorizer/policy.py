"""What a caller may do, as API Gateway takes it: an IAM policy. Pure.

API Gateway keeps the policy for a while and holds it against every call with the same token, whatever its method. So it
says all that the token's scopes allow, and not only whether this one call may be made.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from authorizer.verification import Caller

METHODS_OF_SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "users:write": ("POST/users",),
    "users:read": ("GET/status/*", "GET/users/*"),
}
_PARTS_OF_STAGE: Final = 2


class WrongMethodError(Exception):
    """API Gateway asked about something that is no method's ARN."""


def answer_for(caller: Caller, method_arn: str) -> dict[str, Any]:
    """Return an authorizer's answer: the policy, and what mapping templates may know of the caller.

    Args:
        caller: who it is.
        method_arn: what is called, `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`. The policy is for this
            stage of this API and no other.

    Raises:
        WrongMethodError: it is none.
    """
    parts = method_arn.split("/")
    if not method_arn.startswith("arn:") or len(parts) <= _PARTS_OF_STAGE or not all(parts[:_PARTS_OF_STAGE]):
        raise WrongMethodError("not a method's ARN")
    stage_arn = "/".join(parts[:_PARTS_OF_STAGE])
    methods = [method for scope, allowed in METHODS_OF_SCOPES.items() if scope in caller.scopes for method in allowed]
    # A policy has to say something; what is said to nobody is no.
    statement = _statement("Allow", stage_arn, methods) if methods else _statement("Deny", stage_arn, ["*"])
    return {
        "principalId": caller.subject,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"subject": caller.subject},
    }


def _statement(effect: str, stage_arn: str, methods: Iterable[str]) -> dict[str, Any]:
    resources = [f"{stage_arn}/{method}" for method in methods]
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resources}
