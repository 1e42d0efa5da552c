"""Where our engine is meant to answer otherwise than LocalStack as it ships, and why."""

from tests.integration.differential.compare import Wanted

_WELL_FORMED = (
    "API Gateway refuses a body that it cannot read as JSON with 400, in JSON; LocalStack lets its own error out as "
    "500, which leaves a client in doubt whether anything was sent"
)
_MEDIA_TYPE = (
    "API Gateway checks the content type before the body: what no template is for gets 415, whatever the body is; "
    "LocalStack holds any body against the model for JSON first"
)
_KEY_LENGTH = "DynamoDB's keys have at most 2,048 bytes, and the API answers 400 to a longer one; moto takes any"
_CHECKSUM = "DynamoDB sends a checksum with each response; moto does not"
_GATEWAY_RESPONSES = (
    "API Gateway imports an OpenAPI document's own gateway responses; LocalStack leaves them out and answers with its "
    "defaults"
)
_DESCRIPTION = "moto describes a table with other members than DynamoDB does"

_UNTEMPLATED = (
    "'APPLICATION/JSON'",
    "'application/json; charset=UTF-8'",
    "'text/json'",
    "'text/plain'",
    "'application/octet-stream'",
    "'nonsense'",
    "''",
)

FROM_STOCK: tuple[Wanted, ...] = (
    Wanted("api: body, not UTF-8", "", _WELL_FORMED),
    Wanted("api: body, a number of 5,000 digits", "", _WELL_FORMED),
    Wanted("api: body, nested 100,000 deep", "", _WELL_FORMED),
    Wanted("api: content type 'application/x-www-form-urlencoded'", "", _MEDIA_TYPE),
    *(Wanted(f"api: content type {kind}, no user", "", _MEDIA_TYPE) for kind in _UNTEMPLATED),
    Wanted("api: status of 2049", "", _KEY_LENGTH),
    Wanted("api: user 2049", "", _KEY_LENGTH),
    Wanted("apigateway: gateway response", "body", _GATEWAY_RESPONSES),
    Wanted("dynamodb: ", "headers.x-amz-crc32", _CHECKSUM),
    Wanted("dynamodb: create", "body.TableDescription", _DESCRIPTION),
    Wanted("dynamodb: active", "body.Table", _DESCRIPTION),
    Wanted("dynamodb: delete again", "body.Attributes", "without an old item DynamoDB leaves the member out"),
)
