"""Rewrites the authorization of an OpenAPI document so that LocalStack's import understands all of it.

LocalStack's import knows only security schemes with an authorizer, and lets a document's own `security` override an
operation's `security: []`. This adds AWS's other ways to declare it:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

IAM: Final = "AWS_IAM"
_NOBODY: Final = "NONE"

_METHODS: Final = frozenset(
    {"get", "put", "post", "delete", "patch", "options", "head", "x-amazon-apigateway-any-method"}
)
_AUTH: Final = "x-amazon-apigateway-auth"
_AUTH_TYPE: Final = "x-amazon-apigateway-authtype"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
_SIGNED: Final = "awssigv4"
_IAM_SCHEME: Final = "emulator-aws-iam"


def with_authorization_spelled_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document in which each operation declares its own authorization.

    An operation has its own `security`, or the document's; with `security: []` anyone may call it. Its
    `x-amazon-apigateway-auth` takes precedence over the document's `security`. Signed requests are declared by an added
    scheme with an authorizer, the only kind that LocalStack's import takes a type of authorization from; it takes the
    first one. Paths that are elsewhere in the document (`$ref`) are copied to their place; if one is not found, the
    document's `security` stays, so that everything is guarded.
    """
    spelled_out = deepcopy(dict(document))
    schemes = _schemes(spelled_out)
    found = {name: _followed(spelled_out, scheme) or {} for name, scheme in schemes.items()}
    authorizing = {name for name, scheme in found.items() if _AUTHORIZER in scheme}
    signing = {name for name, scheme in found.items() if str(scheme.get(_AUTH_TYPE, "")).lower() == _SIGNED}
    signing -= authorizing
    default = spelled_out.get("security")
    if _paths_are_put_in_place(spelled_out):
        spelled_out.pop("security", None)
    needs_scheme = False
    for operation in _operations(spelled_out):
        security = operation.get("security", default) or []
        auth = _auth_type(operation)
        if auth == _NOBODY and "security" not in operation:
            security = [each for each in security if (authorizing | signing).isdisjoint(each)]
        if auth == IAM:
            security = [{_IAM_SCHEME: []}, *security]
        elif any(signing & each.keys() for each in security):
            security = [*security, {_IAM_SCHEME: []}]
        needs_scheme = needs_scheme or {_IAM_SCHEME: []} in security
        operation["security"] = security
    if needs_scheme:
        schemes[_IAM_SCHEME] = {"type": "apiKey", "name": "Authorization", "in": "header", _AUTHORIZER: {"type": IAM}}
    return spelled_out


def _schemes(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document's security schemes, of Swagger 2.0 or OpenAPI 3.0; more may be added to them."""
    holder = document if "swagger" in document else document.setdefault("components", {})
    schemes: dict[str, Any] = holder.setdefault("securityDefinitions" if holder is document else "securitySchemes", {})
    return schemes


def _paths_are_put_in_place(document: dict[str, Any]) -> bool:
    """Copy each path that is elsewhere in the document to its place; return whether all were found."""
    paths = document.get("paths")
    if not isinstance(paths, dict):
        return True
    references = [path for path, item in paths.items() if isinstance(item, Mapping) and "$ref" in item]
    found = {path: _followed(document, paths[path]) for path in references}
    paths.update({path: deepcopy(item) for path, item in found.items() if item is not None})
    return None not in found.values()


def _followed(document: Mapping[str, Any], node: Any) -> dict[str, Any] | None:
    """Return a node, or what it refers to within the document; None if that is missing or circular.

    https://spec.openapis.org/oas/v3.0.3#reference-object
    """
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
        if reference in seen or not reference.startswith("#/"):
            return None
        seen.add(reference)
        node = document
        for name in reference.removeprefix("#/").split("/"):
            node = node.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(node, Mapping) else None
    return node if isinstance(node, dict) else None


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in (document.get("paths") or {}).values():
        if isinstance(path, Mapping):
            yield from (operation for name, operation in path.items() if name.lower() in _METHODS)


def _auth_type(operation: Mapping[str, Any]) -> str:
    auth = operation.get(_AUTH)
    return str(auth.get("type", "")).upper() if isinstance(auth, Mapping) else ""
