"""What an API's own OpenAPI 3.0 document says of the answers of a shape's three calls. Pure: it reads no file.

OpenAPI 3.0's Schema Object is not quite JSON Schema; what differs and can matter to an answer is translated to Draft
2020-12: `nullable`, `exclusiveMinimum` and `exclusiveMaximum` as booleans, and that `$ref` stands alone.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from harness.checking import Contract
from harness.errors import MisuseError
from harness.operations import OperationKind
from harness.shape import ApiShape
from harness.shape.pointer import NothingThereError, resolve

_BOUNDS: Final = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))

type _Schema = Mapping[str, Any]


class WrongContractError(MisuseError):
    """An OpenAPI document that cannot be used. Its text says where and why."""


def contract_of(document: Any, shape: ApiShape) -> Contract:
    """Return the schemas of the answers that the document lists for each of the shape's calls.

    Calls are found by method and path, whatever the path's parameters are called. One that the document does not
    have is not in the contract: nothing is checked for it.

    Args:
        document: a whole OpenAPI 3.0 document, as it was loaded.
        shape: the API.

    Raises:
        WrongContractError: it is not such a document, or refers to what is not in it.
    """
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise WrongContractError("the contract is not an OpenAPI document: it has no object `paths`")
    calls = {
        OperationKind.CREATE: (shape.create.method, shape.create.path),
        OperationKind.STATUS: (shape.status.method, shape.status.path),
        OperationKind.RETRIEVE: (shape.retrieve.method, shape.retrieve.path),
    }
    responses = {}
    for kind, (method, path) in calls.items():
        if operation := _operation(document, method, path):
            responses[kind.value] = {
                str(status).lower(): _body_schema(document, response)
                for status, response in _object(operation.get("responses"), f"{method} {path}: responses").items()
            }
    return Contract(responses)


def _operation(document: _Schema, method: str, path: str) -> _Schema | None:
    for template, item in document["paths"].items():
        if _segments(template) == _segments(path):
            operation = _object(item, f"paths.{template}").get(method.lower())
            return None if operation is None else _object(operation, f"paths.{template}.{method.lower()}")
    return None


def _segments(path: str) -> list[str]:
    """Return the parts of a path, with all parameters the same."""
    return ["{}" if part.startswith("{") and part.endswith("}") else part for part in path.strip("/").split("/")]


def _body_schema(document: _Schema, response: Any) -> _Schema | None:
    """Return the schema of a response's JSON body, which holds all that it refers to; None: any body."""
    response = _follow(document, response)
    for content_type, media in _object(response.get("content", {}), "content").items():
        bare = content_type.partition(";")[0].strip().lower()
        if bare == "application/json" or bare.endswith("+json"):
            return _self_contained(document, _object(media, content_type).get("schema", {}))
    return None


def _self_contained(document: _Schema, schema: Any) -> _Schema:
    """Return a schema in JSON Schema's own words, with whatever it refers to below its `$defs`."""
    names: dict[str, str] = {}
    translated = _translate(schema, names)
    definitions: dict[str, Any] = {}
    # Translating a definition may find more references: go on until there is no new one. Cycles end here too.
    while missing := [reference for reference, name in names.items() if name not in definitions]:
        for reference in missing:
            definitions[names[reference]] = _translate(_target(document, reference), names)
    return translated | ({"$defs": definitions} if definitions else {})


def _translate(schema: Any, names: dict[str, str]) -> dict[str, Any]:
    """Translate a schema; each reference that it has gets a name in `names`."""
    schema = _object(schema, "schema")
    if "$ref" in schema:
        name = names.setdefault(schema["$ref"], f"definition-{len(names)}")
        return {"$ref": f"#/$defs/{name}"}
    translated = {name: _translate_member(name, value, names) for name, value in schema.items() if name != "nullable"}
    for bound, exclusive in _BOUNDS:
        match translated.pop(exclusive, None):
            case True if bound in translated:
                translated[exclusive] = translated.pop(bound)
            case int() | float() as number if not isinstance(number, bool):  # OpenAPI 3.1 writes it as JSON Schema
                translated[exclusive] = number
    if schema.get("nullable") is True:
        return {"anyOf": [translated, {"type": "null"}]}
    return translated


def _translate_member(name: str, value: Any, names: dict[str, str]) -> Any:
    match name:
        case "properties" | "patternProperties":
            members = _object(value, name)
            return {member: _translate(schema, names) for member, schema in members.items()}
        case "allOf" | "anyOf" | "oneOf" if isinstance(value, list):
            return [_translate(schema, names) for schema in value]
        case "items" | "not" | "additionalProperties" if isinstance(value, dict):
            return _translate(value, names)
        case _:
            return value


def _follow(document: _Schema, value: Any) -> _Schema:
    """Return what a value, or the chain of references that begins with it, stands for."""
    for _ in range(_LONGEST_CHAIN):
        response = _object(value, "response")
        if "$ref" not in response:
            return response
        value = _target(document, response["$ref"])
    raise WrongContractError(f"$ref: more than {_LONGEST_CHAIN} one after the other; do they go round in circles?")


_LONGEST_CHAIN: Final = 20


def _target(document: _Schema, reference: Any) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise WrongContractError(f"$ref: {reference!a} is not within the document; put what it names into `components`")
    try:
        return resolve(document, unquote(reference[1:]))
    except NothingThereError:
        raise WrongContractError(f"$ref: {reference!a} is not in the document") from None


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongContractError(f"the contract's {where}: an object is expected, not {ascii(value)[:60]}")
    return value
