"""What an OpenAPI document says of authorization, put so that LocalStack's import understands all of it. Pure.

Its import knows only security schemes with an authorizer, and has a document's own `security` override `security: []`
of an operation. What is added here is AWS's other ways to say it:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

IAM: Final = "AWS_IAM"

_METHODS: Final = frozenset(
    {"get", "put", "post", "delete", "patch", "options", "head", "x-amazon-apigateway-any-method"}
)
_AUTH: Final = "x-amazon-apigateway-auth"
_AUTH_TYPE: Final = "x-amazon-apigateway-authtype"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
_SIGNED: Final = "awssigv4"
_IAM_SCHEME: Final = "emulator-aws-iam"


def with_authorization_spelled_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document each of whose operations says by itself who may call it.

    An operation has its own `security`, or the document's; `security: []` is nobody's business. Who signs requests is
    said by a scheme of the one kind that LocalStack's import takes a type of authorization from.
    """
    spelled_out = deepcopy(dict(document))
    schemes = _schemes(spelled_out)
    signing = {name for name, scheme in schemes.items() if str(scheme.get(_AUTH_TYPE, "")).lower() == _SIGNED}
    signing -= {name for name in signing if _AUTHORIZER in schemes[name]}
    default = spelled_out.pop("security", None)
    needs_scheme = False
    for operation in _operations(spelled_out):
        security = operation.get("security", default) or []
        is_signed = _auth_type(operation) == IAM or any(signing & each.keys() for each in security)
        if is_signed:
            needs_scheme = True
            security = [*security, {_IAM_SCHEME: []}]
        operation["security"] = security
    if needs_scheme:
        schemes[_IAM_SCHEME] = {"type": "apiKey", "name": "Authorization", "in": "header", _AUTHORIZER: {"type": IAM}}
    return spelled_out


def _schemes(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document's security schemes, of Swagger 2.0 or OpenAPI 3.0, to be added to."""
    holder = document if "swagger" in document else document.setdefault("components", {})
    schemes: dict[str, Any] = holder.setdefault("securityDefinitions" if holder is document else "securitySchemes", {})
    return schemes


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in (document.get("paths") or {}).values():
        if isinstance(path, Mapping):
            yield from (operation for name, operation in path.items() if name.lower() in _METHODS)


def _auth_type(operation: Mapping[str, Any]) -> str:
    auth = operation.get(_AUTH)
    return str(auth.get("type", "")).upper() if isinstance(auth, Mapping) else ""
