"""The control API's own OpenAPI document, from the schemas that it is held against. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from model.faults import schemas

ROOT: Final = "/_emulator/faults"

_SCHEMAS: Final[Mapping[str, schemas.Schema]] = {
    "FaultDefinition": schemas.PUT_BODY,
    "Fault": schemas.FAULT,
    "Firing": schemas.FIRING,
    "Kind": schemas.KIND,
    "Error": schemas.ERROR,
}
_ACCOUNT_ID: Final = {"name": "account_id", "in": "path", "required": True, "schema": schemas.ACCOUNT_ID}
_NAME: Final = {"name": "name", "in": "path", "required": True, "schema": schemas.NAME}
_QUERY: Final = (
    {"name": "after", "in": "query", "schema": schemas.AFTER},
    {"name": "most", "in": "query", "schema": schemas.MOST},
)


def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Faults of the engine",
            "version": "1",
            "description": "What is broken on purpose, and how it heals: list, set, heal. See docs/faults.md.",
        },
        "paths": {
            ROOT: {
                "get": _operation("listFaults", "All faults, those that have ended included.", _faults()),
                "delete": _operation("healFaults", "Heal all faults.", _faults()),
            },
            f"{ROOT}/kinds": {
                "get": _operation("listKinds", "The kinds of faults that there are.", _list_of("kinds", "Kind")),
            },
            f"{ROOT}/openapi.json": {
                "get": _operation("getDocument", "This document.", {"type": "object"}),
            },
            f"{ROOT}/{{account_id}}": {
                "parameters": [_ACCOUNT_ID],
                "get": _operation("listFaultsOfAccount", "All faults of an account.", _faults(), 400),
                "delete": _operation("healFaultsOfAccount", "Heal all faults of an account.", _faults(), 400),
            },
            f"{ROOT}/{{account_id}}/{{name}}": {
                "parameters": [_ACCOUNT_ID, _NAME],
                "get": _operation("getFault", "A fault, and what became of it.", _ref("Fault"), 400, 404),
                "put": _put(),
                "delete": _operation("healFault", "Heal a fault.", _ref("Fault"), 400, 404),
            },
            f"{ROOT}/{{account_id}}/{{name}}/firings": {
                "parameters": [_ACCOUNT_ID, _NAME],
                "get": _operation(
                    "listFirings",
                    "What a fault has hit, in order. The next page begins `after` what `next` says.",
                    _list_of("firings", "Firing", next={"type": "integer", "minimum": 0}),
                    400,
                    404,
                )
                | {"parameters": list(_QUERY)},
            },
        },
        "components": {"schemas": dict(_SCHEMAS)},
    }


def _put() -> dict[str, Any]:
    operation = _operation(
        "setFault", "Set a fault. Set again as it is, it keeps its counts and lives on.", _ref("Fault"), 400
    )
    operation["requestBody"] = {"required": True, "content": _json(_ref("FaultDefinition"))}
    renewed = operation["responses"]["200"] | {"description": "It was set so already, and lives on."}
    operation["responses"] |= {
        "200": renewed,
        "201": renewed | {"description": "It is set, in the place of another of this name if there was one."},
    }
    return operation


_ERRORS: Final = {400: "What was sent is not what is expected.", 404: "There is no such fault."}


def _operation(name: str, summary: str, answer: schemas.Schema, *errors: int) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": _json(answer)},
            **{str(status): {"description": _ERRORS[status], "content": _json(_ref("Error"))} for status in errors},
        },
    }


def _json(schema: schemas.Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> schemas.Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _faults() -> schemas.Schema:
    return _list_of("faults", "Fault")


def _list_of(name: str, schema: str, **more: schemas.Schema) -> schemas.Schema:
    properties = {name: {"type": "array", "items": _ref(schema)}, **more}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
