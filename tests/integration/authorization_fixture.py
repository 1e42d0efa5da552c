"""Small APIs that ask who calls, deployed by boto3: a queue that their creates go to, and what their templates see."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.integration.engine_fixture import REGION, AwsClients, RunningEngine

CALL_TIMEOUT_S = 30
JSON = {"Content-Type": "application/json"}
ENQUEUE = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
# What templates see of a caller, as JSON.
SEEN = """{
  "user": "$context.identity.user", "caller": "$context.identity.caller", "userArn": "$context.identity.userArn",
  "accessKey": "$context.identity.accessKey", "accountId": "$context.identity.accountId",
  "apiKey": "$context.identity.apiKey", "apiKeyId": "$context.identity.apiKeyId",
  "principalId": "$context.authorizer.principalId", "scope": "$context.authorizer.scope",
  "number": "$context.authorizer.number", "yes": "$context.authorizer.yes"
}"""


def enqueue(account_id: str, queue_name: str, **more: Any) -> dict[str, Any]:
    """An operation that sends the body to a queue, and answers 202."""
    return {
        **more,
        "responses": {"202": {"description": "sent"}},
        "x-amazon-apigateway-integration": {
            "type": "aws",
            "httpMethod": "POST",
            "uri": f"arn:aws:apigateway:{REGION}:sqs:path/{account_id}/{queue_name}",
            "credentials": f"arn:aws:iam::{account_id}:role/anybody",
            "passthroughBehavior": "never",
            "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
            "requestTemplates": {"application/json": ENQUEUE},
            "responses": {"default": {"statusCode": "202", "responseTemplates": {"application/json": "{}"}}},
        },
    }


def show(**more: Any) -> dict[str, Any]:
    """An operation that answers what a template sees of the caller."""
    return {
        **more,
        "responses": {"200": {"description": "seen"}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": SEEN}}},
        },
    }


@dataclass(frozen=True)
class SmallApi:
    """A deployed API and its queue."""

    api_id: str
    url: str
    queue_url: str
    aws: AwsClients

    def received(self) -> list[str]:
        """Take all messages that are in the queue."""
        taken: list[str] = []
        sqs = self.aws("sqs")
        while messages := sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                taken.append(message["Body"])
        return taken

    def post(self, path: str = "/items", body: str = '{"a": 1}', **headers: str) -> requests.Response:
        """POST, with headers whose names have dashes for underscores."""
        return self.send("POST", path, body, **headers)

    def get(self, path: str = "/items", **headers: str) -> requests.Response:
        """GET likewise."""
        return self.send("GET", path, "", **headers)

    def send(self, method: str, path: str, body: str, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, f"{self.url}{path}", data=body, headers=JSON | named, timeout=CALL_TIMEOUT_S)


@contextmanager
def deployed(
    engine: RunningEngine, aws: AwsClients, name: str, paths: Mapping[str, Any], **document: Any
) -> Iterator[SmallApi]:
    """Deploy an API of these paths as the stage `v1`, beside an empty queue of its name; both are gone after it."""
    gateway, sqs = aws("apigateway"), aws("sqs")
    queue_url = sqs.create_queue(QueueName=name)["QueueUrl"]
    whole = {"openapi": "3.0.1", "info": {"title": name, "version": "1"}, "paths": paths, **document}
    api_id = gateway.import_rest_api(body=json.dumps(whole).encode())["id"]
    try:
        set_credentials(gateway, api_id, paths)
        gateway.create_deployment(restApiId=api_id, stageName="v1")
        yield SmallApi(api_id, f"{engine.endpoint_url}/_aws/execute-api/{api_id}/v1", queue_url, aws)
    finally:
        gateway.delete_rest_api(restApiId=api_id)
        sqs.delete_queue(QueueUrl=queue_url)


def set_credentials(gateway: Any, api_id: str, paths: Mapping[str, Any]) -> None:
    """Give each integration the credentials that the document says: without them no fast way takes its requests."""
    for resource in gateway.get_resources(restApiId=api_id, embed=["methods"], limit=500)["items"]:
        for method in resource.get("resourceMethods", {}):
            integration = paths[resource["path"]][method.lower()]["x-amazon-apigateway-integration"]
            if "credentials" in integration:
                operation = {"op": "replace", "path": "/credentials", "value": integration["credentials"]}
                gateway.update_integration(
                    restApiId=api_id, resourceId=resource["id"], httpMethod=method, patchOperations=[operation]
                )


def signed_headers(
    method: str,
    url: str,
    body: str | bytes,
    credentials: Credentials,
    headers: Mapping[str, str] = JSON,
    *,
    service: str = "execute-api",
    region: str = REGION,
    ago: timedelta = timedelta(),
) -> dict[str, str]:
    """The headers of a request that botocore signs, by a clock that is so late."""
    data = body.encode() if isinstance(body, str) else body
    request = AWSRequest(method, url, headers=dict(headers), data=data)
    with patch("botocore.auth.get_current_datetime", return_value=datetime.now(UTC) - ago):
        SigV4Auth(credentials, service, region).add_auth(request)
    return {"Host": urlsplit(url).netloc, **{name: str(value) for name, value in request.headers.items()}}


def make_function(aws: AwsClients, account_id: str, name: str, source: str, *, timeout_s: int = 5) -> str:
    """Create a function of a source with a `handler`, wait until it is there, and return its ARN."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("index.py", source)
    functions = aws("lambda")
    arn: str = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{account_id}:role/anybody",
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=timeout_s,
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return arn


def invocation_uri(function_arn: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


def authorizer(uri: str, kind: str = "token", **more: Any) -> dict[str, Any]:
    """A security scheme: an authorizer whose function is asked about each request."""
    extension = {"type": kind, "authorizerUri": uri, "authorizerResultTtlInSeconds": 0, **more}
    return {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": extension,
    }
