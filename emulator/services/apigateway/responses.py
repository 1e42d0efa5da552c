"""What API Gateway answers by itself, as the API words it: LocalStack imports none, and takes only statuses from them.

Headers and bodies are those of the API's gateway responses, which know no mapping language but simple variables:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
A document has them as an extension:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

JSON: Final = "application/json"
DEFAULT_TEMPLATES: Final = {JSON: '{"message":$context.error.messageString}'}
EXTENSION: Final = "x-amazon-apigateway-gateway-responses"

_HEADER: Final = "gatewayresponse.header."
_VARIABLE = re.compile(r"\$(?P<path>(?:context|stageVariables)(?:\.\w+)+)")
_STATIC = re.compile(r"'(?P<value>.*)'", re.DOTALL)


def gateway_responses_in(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the gateway responses of an API's document by their types, as the API of API Gateway has them."""
    return {
        response_type: {
            "responseType": response_type,
            "statusCode": str(response["statusCode"]) if "statusCode" in response else None,
            "responseParameters": dict(response.get("responseParameters") or {}),
            "responseTemplates": dict(response.get("responseTemplates") or {}),
            "defaultResponse": False,
        }
        for response_type, response in (document.get(EXTENSION) or {}).items()
    }


def body_of(templates: Mapping[str, str], variables: Mapping[str, Any], default: str) -> tuple[str, str]:
    """Return the type and the body: by the template for JSON, else by the first that there is.

    Args:
        templates: by their content types.
        variables: `context` and `stageVariables`.
        default: the body where there is no template.
    """
    if not templates:
        return JSON, default
    content_type = JSON if JSON in templates else next(iter(templates))
    return content_type, _VARIABLE.sub(lambda found: _value(found["path"], variables), templates[content_type])


def headers_of(parameters: Mapping[str, str], variables: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers: static values in quotes, and variables."""
    headers = {}
    for name, source in parameters.items():
        if not name.startswith(_HEADER):
            continue
        static = _STATIC.fullmatch(source)
        value = static["value"] if static else _value(source, variables)
        if value:
            headers[name.removeprefix(_HEADER)] = value
    return headers


def error_variables(message: str | None, response_type: str) -> dict[str, str | None]:
    """Return `context.error`: its message as it is, and as a string of JSON with its quotes."""
    return {"message": message, "messageString": json.dumps(message), "responseType": response_type}


def _value(path: str, variables: Mapping[str, Any]) -> str:
    value: Any = variables
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)
