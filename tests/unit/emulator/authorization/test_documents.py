"""However a document says who may call an operation, its import sees it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
"""

from typing import Any

import pytest

from emulator.authorization.documents import with_authorization_spelled_out

AUTHORIZER = {"type": "apiKey", "x-amazon-apigateway-authorizer": {"type": "token"}}
SIGNED = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}


def security_of(operation: dict[str, Any], **document: Any) -> tuple[Any, dict[str, Any]]:
    whole = {"openapi": "3.0.1", "paths": {"/x": {"get": operation, "parameters": []}}, **document}
    spelled_out = with_authorization_spelled_out(whole)
    assert "security" not in spelled_out
    return spelled_out["paths"]["/x"]["get"]["security"], spelled_out["components"]["securitySchemes"]


def authorizer_types(security: Any, schemes: dict[str, Any]) -> list[str]:
    """What LocalStack's import takes a method's type of authorization from."""
    return [
        schemes[name]["x-amazon-apigateway-authorizer"]["type"]
        for each in security
        for name in each
        if "x-amazon-apigateway-authorizer" in schemes.get(name, {})
    ]


def test_an_operation_has_its_own_security_or_the_documents() -> None:
    more: dict[str, Any] = {"components": {"securitySchemes": {"guard": AUTHORIZER}}, "security": [{"guard": []}]}
    assert authorizer_types(*security_of({}, **more)) == ["token"]
    assert authorizer_types(*security_of({"security": []}, **more)) == []
    assert authorizer_types(*security_of({"security": [{"guard": []}]}, **more)) == ["token"]
    assert security_of({})[0] == []


@pytest.mark.parametrize(
    ("operation", "document"),
    [
        ({"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}, {}),
        ({"x-amazon-apigateway-auth": {"type": "aws_iam"}}, {}),
        ({"security": [{"signed": []}]}, {}),
        ({}, {"security": [{"signed": []}]}),
        ({"security": [{"key": []}, {"signed": []}]}, {}),
    ],
)
def test_signatures_are_asked_for_in_three_ways(operation: dict[str, Any], document: dict[str, Any]) -> None:
    schemes = {"signed": SIGNED, "key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
    found = security_of(operation, components={"securitySchemes": schemes}, **document)
    assert authorizer_types(*found) == ["AWS_IAM"]


def test_an_operation_that_asks_for_none_has_none() -> None:
    security, schemes = security_of({"x-amazon-apigateway-auth": {"type": "NONE"}})
    assert (security, schemes) == ([], {})


def test_swagger_has_its_schemes_elsewhere() -> None:
    document = {
        "swagger": "2.0",
        "securityDefinitions": {"signed": SIGNED},
        "paths": {"/x": {"x-amazon-apigateway-any-method": {"security": [{"signed": []}]}}},
    }
    spelled_out = with_authorization_spelled_out(document)
    security = spelled_out["paths"]["/x"]["x-amazon-apigateway-any-method"]["security"]
    assert authorizer_types(security, spelled_out["securityDefinitions"]) == ["AWS_IAM"]


def test_the_document_that_was_given_stays_as_it_is() -> None:
    document: dict[str, Any] = {"openapi": "3.0.1", "paths": {"/x": {"get": {}}}, "security": [{"a": []}]}
    with_authorization_spelled_out(document)
    assert document == {"openapi": "3.0.1", "paths": {"/x": {"get": {}}}, "security": [{"a": []}]}
