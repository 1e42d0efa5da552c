"""The OpenAPI document of the faults' HTTP API, made of the schemas by which its requests are checked."""

from typing import Any, Final

from emulator.faults import schemas
from emulator.faults.routes import BASE_PATH

_JSON: Final = "application/json"


def openapi_document() -> dict[str, Any]:
    """Return the document."""
    one, all_of_account = f"{BASE_PATH}/{{account_id}}/{{name}}", f"{BASE_PATH}/{{account_id}}"
    account = _in_path("account_id", schemas.ACCOUNT_PATTERN, "Only what belongs to this account is hit.")
    name = _in_path("name", schemas.NAME_PATTERN, "The fault's own in its account; what it hits depends on it.")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Faults of this engine", "version": "1", "description": "What is broken on purpose."},
        "paths": {
            BASE_PATH: _all("of all accounts", "All"),
            f"{BASE_PATH}/kinds": {"get": _operation("listKinds", "What can be set.", {"200": "Kinds"})},
            all_of_account: {"parameters": [account]} | _all("of an account", "AccountsOwn"),
            one: {
                "parameters": [account, name],
                "get": _operation("getFault", "One fault.", {"200": "Fault", "404": "Error"}),
                "put": _operation(
                    "setFault",
                    "Set a fault. One that is set as it is keeps its counts, and its time to live begins again.",
                    {"200": "Fault", "201": "Fault", "400": "Error"},
                )
                | {"requestBody": {"required": True, "content": _content("Definition")}},
                "delete": _operation("healFault", "Heal a fault.", {"200": "Fault", "404": "Error"}),
            },
            f"{one}/firings": {
                "parameters": [account, name],
                "get": _operation("listFirings", "What it has hit.", {"200": "Firings", "400": "Error", "404": "Error"})
                | {
                    "parameters": [
                        _in_query("after", 0, "The first firing to return."),
                        _in_query("most", 1, "How many to return."),
                    ]
                },
            },
        },
        "components": {
            "schemas": {
                "Definition": schemas.DEFINITION,
                "Fault": schemas.FAULT,
                "Faults": schemas.FAULTS,
                "Firings": schemas.FIRINGS,
                "Kinds": schemas.KINDS,
                "Error": schemas.ERROR,
            }
        },
    }


def _all(whose: str, suffix: str) -> dict[str, Any]:
    return {
        "get": _operation(
            f"listFaults{suffix}", f"The faults {whose}, those that ended lately too.", {"200": "Faults"}
        ),
        "delete": _operation(f"healFaults{suffix}", f"Heal the faults {whose}.", {"200": "Faults"}),
    }


def _operation(operation_id: str, summary: str, responses: dict[str, str]) -> dict[str, Any]:
    return {
        "operationId": operation_id,
        "summary": summary,
        "responses": {
            status: {"description": schema, "content": _content(schema)} for status, schema in responses.items()
        },
    }


def _content(schema: str) -> dict[str, Any]:
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _in_path(name: str, pattern: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{pattern}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


def _in_query(name: str, least: int, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "integer", "minimum": least}, "description": description}
