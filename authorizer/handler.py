"""The function's entry point: wires the token to the keys, the rules and the policy."""

import os
import re
import time
from typing import Any, Final

from authorizer.key_source import key_source
from authorizer.keys import Keys
from authorizer.log import write_line
from authorizer.policy import answer_for
from authorizer.refusal import RefusedError
from authorizer.settings import Settings
from authorizer.verification import Rules, verified_caller

_BEARER: Final = re.compile(r"Bearer +(\S+) *", re.ASCII)
_LONGEST_HEADER: Final = 8192

# Made once for each execution environment, so that keys are fetched once and not with each call.
_settings = Settings.of(os.environ)
_keys = Keys(key_source(_settings), time.monotonic, write_line)
_rules = Rules(_settings.issuer, _settings.audience, _settings.leeway_s)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # Lambda's, untyped
    """Say what the caller may do.

    Args:
        event: a TOKEN authorizer's, as in
            https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
        context: Lambda's; only its request ID is read.

    Returns:
        The policy, as in
        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html

    Raises:
        Exception: with the text that API Gateway answers 401 for. Whatever else is raised it answers 500 for.
    """
    try:
        token = _token_of(event.get("authorizationToken"))
        caller = verified_caller(token, _keys.find, _rules, int(time.time()))
    except RefusedError as refusal:
        write_line("WARNING", "The token is refused", reason=str(refusal), requestId=context.aws_request_id)
        raise Exception("Unauthorized") from None  # noqa: TRY002 - the type does not matter to API Gateway, the text does
    return answer_for(caller, event["methodArn"])


def _token_of(header: object) -> str:
    if not isinstance(header, str) or len(header) > _LONGEST_HEADER or not (found := _BEARER.fullmatch(header)):
        raise RefusedError("there is no bearer token")
    return found[1]
