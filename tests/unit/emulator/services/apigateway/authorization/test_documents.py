"""However a document says who may call an operation, its import sees it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
"""

from typing import Any

import pytest

from emulator.services.apigateway.authorization.documents import with_authorization_spelled_out

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


GUARDED: dict[str, Any] = {"components": {"securitySchemes": {"guard": AUTHORIZER}}, "security": [{"guard": []}]}


def test_an_operation_that_asks_for_none_is_open_in_a_document_that_is_guarded() -> None:
    assert security_of({}, **GUARDED)[0] == [{"guard": []}]
    assert security_of({"x-amazon-apigateway-auth": {"type": "NONE"}}, **GUARDED)[0] == []


def test_an_operation_that_asks_for_none_keeps_an_api_key_and_what_it_asks_for_by_itself() -> None:
    key = {"type": "apiKey", "name": "x-api-key", "in": "header"}
    schemes = {"securitySchemes": {"guard": AUTHORIZER, "key": key}}
    none = {"x-amazon-apigateway-auth": {"type": "NONE"}}
    more: dict[str, Any] = {"components": schemes, "security": [{"guard": []}, {"key": []}]}
    assert security_of(none, **more)[0] == [{"key": []}]
    assert security_of(none | {"security": [{"guard": []}]}, **more)[0] == [{"guard": []}]


def test_an_operation_that_asks_for_signatures_asks_for_them_first_in_a_document_that_is_guarded() -> None:
    found = security_of({"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}, **GUARDED)
    assert authorizer_types(*found)[0] == "AWS_IAM"


def test_a_path_that_is_elsewhere_is_guarded_as_the_others() -> None:
    items = {"x": {"get": {}, "post": {"security": []}}, "again": {"$ref": "#/components/pathItems/x"}}
    document = {
        "openapi": "3.1.0",
        "security": [{"guard": []}],
        "paths": {"/x": {"$ref": "#/components/pathItems/x"}, "/y": {"$ref": "#/components/pathItems/again"}},
        "components": {"pathItems": items, "securitySchemes": {"guard": AUTHORIZER}},
    }
    spelled_out = with_authorization_spelled_out(document)
    for path in ("/x", "/y"):
        assert spelled_out["paths"][path]["get"]["security"] == [{"guard": []}]
        assert spelled_out["paths"][path]["post"]["security"] == []
    assert "security" not in spelled_out


@pytest.mark.parametrize("reference", ["#/components/pathItems/none", "https://example.com/x", "#/paths/~1x"])
def test_a_document_with_a_path_that_is_not_to_be_found_stays_guarded(reference: str) -> None:
    spelled_out = with_authorization_spelled_out({**GUARDED, "paths": {"/x": {"$ref": reference}}})
    assert spelled_out["security"] == [{"guard": []}]


def test_a_scheme_that_is_elsewhere_asks_for_signatures_too() -> None:
    schemes = {"signed": {"$ref": "#/components/securitySchemes/other"}, "other": SIGNED}
    found = security_of({"security": [{"signed": []}]}, components={"securitySchemes": schemes})
    assert authorizer_types(*found) == ["AWS_IAM"]


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
