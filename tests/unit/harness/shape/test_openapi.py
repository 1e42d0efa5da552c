"""From an OpenAPI document to the schemas of a shape's answers."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from harness.shape.document import shape_from_json
from harness.shape.openapi import WrongContractError, contract_of
from harness.shape.users import USERS_API
from tests.unit.harness.shape.jobs import JOBS_DOCUMENT

OURS = Path(__file__).parents[4] / "infra/openapi.yaml"

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "paths": {
        "/users": {
            "post": {
                "responses": {
                    202: {
                        "content": {
                            "application/json; charset=utf-8": {"schema": {"$ref": "#/components/schemas/Tree"}},
                        },
                    },
                    "4XX": {"$ref": "#/components/responses/Error"},
                    "default": {"description": "whatever"},
                },
            },
        },
        "/users/{id}": {"parameters": []},
    },
    "components": {
        "responses": {
            "Error": {
                "content": {
                    "text/html": {"schema": False},
                    "application/problem+json": {"schema": {"type": "object", "required": ["title"]}},
                },
            },
        },
        "schemas": {
            "Tree": {
                "type": "object",
                "required": ["value"],
                "properties": {
                    "value": {"$ref": "#/components/schemas/Value"},
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                },
            },
            "Value": {"type": "number", "nullable": True, "minimum": 0, "exclusiveMinimum": True},
        },
    },
}


def accepts(schema: Any, value: object) -> bool:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema).is_valid(value)


def test_our_own_contract_has_every_answer_of_the_three_calls() -> None:
    responses = contract_of(yaml.safe_load(OURS.read_text(encoding="utf-8")), USERS_API).responses
    assert {kind: sorted(by_status) for kind, by_status in responses.items()} == {
        "create": ["202", "400", "415", "500", "503"],
        "status": ["200", "400", "404", "500", "503"],
        "retrieve": ["200", "400", "404", "500", "503"],
    }
    assert accepts(responses["create"]["202"], {"messageId": "m-1"})
    assert not accepts(responses["create"]["202"], {"messageId": 1})
    assert not accepts(responses["create"]["202"], {"messageId": "m-1", "more": 1})
    assert accepts(responses["status"]["404"], {"message": "pending"})
    assert not accepts(responses["retrieve"]["200"], {"id": "u-1", "name": "Ada", "email": "a@example.com"})


def test_a_schema_holds_whatever_it_refers_to_also_in_circles() -> None:
    schema = contract_of(DOCUMENT, USERS_API).responses["create"]["202"]
    assert accepts(schema, {"value": 1, "children": [{"value": None, "children": []}]})
    assert not accepts(schema, {"value": 1, "children": [{"value": "1"}]})
    assert not accepts(schema, {"value": 1, "children": [{}]})


def test_the_words_of_openapi_3_0_become_those_of_json_schema() -> None:
    schema = contract_of(DOCUMENT, USERS_API).responses["create"]["202"]
    assert accepts(schema, {"value": 0.1})
    assert not accepts(schema, {"value": 0})
    assert accepts(schema, {"value": None})


def test_a_class_of_statuses_and_any_body_are_understood() -> None:
    responses = contract_of(DOCUMENT, USERS_API).responses["create"]
    assert sorted(responses) == ["202", "4xx", "default"]
    assert not accepts(responses["4xx"], {})
    assert responses["default"] is None


def test_a_call_that_the_document_does_not_have_is_not_in_the_contract() -> None:
    assert sorted(contract_of(DOCUMENT, USERS_API).responses) == ["create"]
    assert contract_of(DOCUMENT, shape_from_json(JOBS_DOCUMENT)).responses == {}


def test_a_path_of_other_length_is_another_path() -> None:
    document = {"paths": {"/{anything}/users": DOCUMENT["paths"]["/users"], "/other": DOCUMENT["paths"]["/users"]}}
    assert contract_of(document, USERS_API).responses == {}


@pytest.mark.parametrize("document", [None, [], {}, {"paths": []}])
def test_what_is_no_openapi_document_is_refused(document: object) -> None:
    with pytest.raises(WrongContractError, match="the contract is not an OpenAPI document"):
        contract_of(document, USERS_API)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("#/components/schemas/Missing", "is not in the document"),
        ("other.yaml#/Tree", "is not within the document"),
        (7, "is not within the document"),
    ],
)
def test_a_reference_to_elsewhere_is_named(reference: object, expected: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Value"] = {"$ref": reference}
    with pytest.raises(WrongContractError, match=expected):
        contract_of(document, USERS_API)


def test_references_in_circles_end() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["responses"]["Error"] = {"$ref": "#/components/responses/Error"}
    with pytest.raises(WrongContractError, match="do they go round in circles"):
        contract_of(document, USERS_API)


def test_a_reference_may_be_percent_encoded_and_escaped() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["a/b c"] = {"type": "string"}
    document["components"]["schemas"]["Value"] = {"$ref": "#/components/schemas/a~1b%20c"}
    schema = contract_of(document, USERS_API).responses["create"]["202"]
    assert accepts(schema, {"value": "x"})
    assert not accepts(schema, {"value": 1})
