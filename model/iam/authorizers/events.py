"""The events with which a Lambda authorizer's function is called.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from model.iam.authorizers.definition import TOKEN


def token_event(method_arn: str, token: str) -> dict[str, Any]:
    """Return the event of a `TOKEN` authorizer."""
    return {"type": TOKEN, "methodArn": method_arn, "authorizationToken": token}


def request_event(
    method_arn: str,
    *,
    resource: str,
    path: str,
    method: str,
    headers: Iterable[tuple[str, str]],
    query: Mapping[str, list[str]],
    path_parameters: Mapping[str, str],
    stage_variables: Mapping[str, str],
    request_context: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the event of a `REQUEST` authorizer. It has no body.

    Args:
        method_arn: the method that is called.
        resource: the path as the API declares it.
        path: the path as it was sent, below the stage.
        method: the HTTP method.
        headers: as they were sent.
        query: all values by name.
        path_parameters: by name.
        stage_variables: by name.
        request_context: the values of `$context` in mapping templates.
    """
    several = defaultdict(list)
    for name, value in headers:
        several[name].append(value)
    return {
        "type": "REQUEST",
        "methodArn": method_arn,
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": dict(several),
        "queryStringParameters": {name: values[-1] for name, values in query.items()},
        "multiValueQueryStringParameters": dict(query),
        "pathParameters": dict(path_parameters),
        "stageVariables": dict(stage_variables),
        "requestContext": dict(request_context),
    }
