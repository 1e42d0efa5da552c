"""What API Gateway answers by itself has the headers and the body that the API's gateway responses say."""

import pytest

from emulator.services.apigateway.responses import body_of, error_variables, gateway_responses_in, headers_of

VARIABLES = {
    "context": {"requestId": "r", "error": error_variables('No "more"', "THROTTLED"), "identity": {"sourceIp": "::1"}},
    "stageVariables": {"color": "red"},
}


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ('{"message":$context.error.messageString}', '{"message":"No \\"more\\""}'),
        ("$context.error.message|$context.error.responseType", 'No "more"|THROTTLED'),
        ("$context.identity.sourceIp $stageVariables.color", "::1 red"),
        ("[$context.none][$context.requestId.deeper][$stageVariables.none]", "[][][]"),
        ("$other $contexts.x ${context.requestId} $", "$other $contexts.x ${context.requestId} $"),
    ],
)
def test_a_template_has_variables_and_nothing_else(template: str, body: str) -> None:
    assert body_of({"application/json": template}, VARIABLES, "default") == ("application/json", body)


def test_the_template_for_json_is_used_if_there_is_one() -> None:
    assert body_of({"text/xml": "x", "application/json": "j"}, VARIABLES, "") == ("application/json", "j")
    assert body_of({"text/xml": "x", "text/html": "h"}, VARIABLES, "") == ("text/xml", "x")
    assert body_of({}, VARIABLES, "default") == ("application/json", "default")


def test_headers_are_static_or_variables() -> None:
    parameters = {
        "gatewayresponse.header.Retry-After": "'1'",
        "gatewayresponse.header.X-Request": "context.requestId",
        "gatewayresponse.header.X-None": "method.request.header.X",
        "gatewayresponse.path.x": "'2'",
    }
    assert headers_of(parameters, VARIABLES) == {"Retry-After": "1", "X-Request": "r"}


def test_a_document_has_gateway_responses_as_an_extension() -> None:
    document = {
        "x-amazon-apigateway-gateway-responses": {
            "DEFAULT_4XX": {"responseTemplates": {"application/json": "x"}},
            "THROTTLED": {"statusCode": 503, "responseParameters": {"gatewayresponse.header.A": "'1'"}},
        }
    }
    assert gateway_responses_in({}) == {}
    assert gateway_responses_in(document) == {
        "DEFAULT_4XX": {
            "responseType": "DEFAULT_4XX",
            "statusCode": None,
            "responseParameters": {},
            "responseTemplates": {"application/json": "x"},
            "defaultResponse": False,
        },
        "THROTTLED": {
            "responseType": "THROTTLED",
            "statusCode": "503",
            "responseParameters": {"gatewayresponse.header.A": "'1'"},
            "responseTemplates": {},
            "defaultResponse": False,
        },
    }
