"""Calls an authorizer's function, if API Gateway may call it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
"""

import json
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.connect import connect_to
from localstack.utils.aws.arns import extract_account_id_from_arn, extract_region_from_arn

from emulator.services.iam.identities import role_policies
from model.iam.authorizers.definition import Authorizer, function_arn
from model.iam.identities import evaluate_documents, evaluate_within
from model.iam.policies.evaluation import Call, Caller, Decision
from model.iam.refusals import failed, misconfigured
from model.iam.resources import Target

MAX_WAIT_S: Final = 30
_INVOKE: Final = "lambda:InvokeFunction"
_API_GATEWAY: Final = Caller("Service", frozenset({"apigateway.amazonaws.com"}))
_ONCE: Final = Config(read_timeout=MAX_WAIT_S, retries={"total_max_attempts": 1})


def call_function(authorizer: Authorizer, uri: str, event: dict[str, Any], target: Target) -> tuple[bytes, bool]:
    """Return the answer of an authorizer's function, and whether it is the function's error.

    Args:
        authorizer: the authorizer.
        uri: its function, with stage variables replaced.
        event: the function's event.
        target: the method that the caller calls.

    Raises:
        Refusal: the function does not exist, API Gateway may not call it, or the call failed.
    """
    arn = function_arn(uri)
    account_id = extract_account_id_from_arn(arn)
    client = connect_to(aws_access_key_id=account_id, region_name=extract_region_from_arn(arn), config=_ONCE).lambda_
    source_arn = f"{target.api_arn}/authorizers/{authorizer.id}"
    if not _may_call(client, arn, authorizer, source_arn, target):
        by = authorizer.credentials or f"the function's own policy, for {source_arn}"
        raise misconfigured(f"API Gateway is not allowed to call {arn} by {by}")
    try:
        answer = client.invoke(FunctionName=arn, Payload=json.dumps(event).encode())
    except ClientError as error:
        raise misconfigured(f"{arn} cannot be called: {error}") from None
    except BotoCoreError as error:
        raise failed(f"{arn} did not answer: {error}") from None
    return answer["Payload"].read(), bool(answer.get("FunctionError"))


def _may_call(client: Any, arn: str, authorizer: Authorizer, source_arn: str, target: Target) -> bool:
    values = {"aws:sourcearn": (source_arn,), "aws:sourceaccount": (target.account_id,)}
    call = Call(_INVOKE, arn, values, _API_GATEWAY)
    if authorizer.credentials:
        policies, limits = role_policies(authorizer.credentials, extract_account_id_from_arn(authorizer.credentials))
        return evaluate_within(policies, limits, call) is Decision.ALLOWED
    try:
        policy = client.get_policy(FunctionName=arn)["Policy"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise failed(f"the policy of {arn} cannot be read: {error}") from None
        return False
    return evaluate_documents([policy], call) is Decision.ALLOWED
