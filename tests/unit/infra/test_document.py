"""The API's document: that it is one, and that what it lets pass is what can come back."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

import infra
from infra.packaging import with_texts
from infra.sources import read_document, read_text

INFRA = Path(infra.__file__).parent
WRITTEN: Any = read_document(INFRA / "openapi.yaml")
DOCUMENT: Any = with_texts(WRITTEN, lambda path: read_text(INFRA / path))
OPERATIONS = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
SCHEMAS = DOCUMENT["components"]["schemas"]
EMAIL = "a@b"


def accepted(user: Any) -> bool:
    schema = {"$ref": "#/components/schemas/NewUser", "components": {"schemas": SCHEMAS}}
    return bool(jsonschema.Draft4Validator(schema).is_valid(user))


def accepted_by_units(text: str) -> bool:
    """Match as a language does whose texts are UTF-16 units, as API Gateway's is."""
    units = text.encode("utf-16-be", "surrogatepass")
    as_units = "".join(chr(int.from_bytes(units[at : at + 2])) for at in range(0, len(units), 2))
    return re.search(SCHEMAS["Text"]["pattern"], as_units) is not None


def test_it_is_an_openapi_document() -> None:
    for document in (WRITTEN, DOCUMENT):
        validate(document)


def test_every_mapping_template_is_used_and_every_one_used_is_there() -> None:
    used: set[str] = set()
    with_texts(WRITTEN, lambda path: used.add(path) or path)  # type: ignore[func-returns-value]  # collects

    assert used == {f"templates/{path.name}" for path in (INFRA / "templates").iterdir()}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation["operationId"])
def test_nothing_passes_to_a_service_as_it_came(operation: dict[str, Any]) -> None:
    integration = operation["x-amazon-apigateway-integration"]

    assert integration["passthroughBehavior"] == "never"
    assert integration["type"] == "aws"
    assert all(integration["requestTemplates"].values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation["operationId"])
def test_every_answer_of_an_integration_is_declared_and_in_json(operation: dict[str, Any]) -> None:
    responses = operation["x-amazon-apigateway-integration"]["responses"]

    statuses = [response["statusCode"] for response in responses.values()]
    assert len(set(statuses)) == len(statuses)  # API Gateway keeps one for each status
    assert {"default", "400", "5\\d{2}"} < set(responses)
    assert set(statuses) <= set(operation["responses"])
    assert all(list(response["responseTemplates"]) == ["application/json"] for response in responses.values())
    assert all(list(response["content"]) == ["application/json"] for response in operation["responses"].values())


def test_a_body_is_validated_whatever_it_is_declared_as_when_there_is_a_template_for_it() -> None:
    operation = DOCUMENT["paths"]["/users"]["post"]

    assert operation["x-amazon-apigateway-request-validator"] == "body"
    assert set(operation["requestBody"]["content"]) == set(
        operation["x-amazon-apigateway-integration"]["requestTemplates"]
    )


@pytest.mark.parametrize("path", ["/status/{messageId}", "/users/{userId}"])
def test_no_get_has_its_body_validated(path: str) -> None:
    name = DOCUMENT["paths"][path]["get"]["x-amazon-apigateway-request-validator"]

    assert DOCUMENT["x-amazon-apigateway-request-validators"][name]["validateRequestBody"] is False


@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1))
def test_any_name_that_can_come_back_is_accepted(name: str) -> None:
    assert accepted({"name": name, "email": EMAIL})
    assert accepted_by_units(name)


@given(
    before=st.text(st.characters(exclude_categories=["Cs"])),
    half=st.characters(categories=["Cs"]) | st.sampled_from("\ufffe\uffff"),
    after=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_half_a_surrogate_pair_and_what_sqs_refuses_is_refused(before: str, half: str, after: str) -> None:
    assert not accepted({"name": before + half + after, "email": EMAIL})
    assert not accepted({"name": "Ada", "email": f"a{half}@b"})
    assert not accepted_by_units(before + half + after)


def test_a_name_of_100_kilobytes_is_accepted_and_a_longer_one_is_not() -> None:
    assert accepted({"name": "x" * 102_400, "email": EMAIL})
    assert accepted({"name": "\U0001f600" * 102_400, "email": EMAIL})
    assert accepted_by_units("\U0001f600" * 102_400)
    assert not accepted({"name": "x" * 102_401, "email": EMAIL})


@pytest.mark.parametrize("email", ["a@b", "a'\"\\&+%$#@b", "\u00fc@\u4f8b", "\U0001f600@\U0001f600", "a" * 252 + "@b"])
def test_an_email_has_something_on_both_sides_of_one_at(email: str) -> None:
    assert accepted({"name": "Ada", "email": email})


@pytest.mark.parametrize(
    "email", ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "\na@b", "a\u0000@b", "a\x7f@b", "a" * 253 + "@b"]
)
def test_what_is_no_email_is_refused(email: str) -> None:
    assert not accepted({"name": "Ada", "email": email})


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "Ada",
        {},
        {"name": "Ada"},
        {"email": EMAIL},
        {"name": "", "email": EMAIL},
        {"name": None, "email": EMAIL},
        {"name": 1, "email": EMAIL},
        {"name": ["Ada"], "email": EMAIL},
        {"name": "Ada", "email": EMAIL, "id": "mine"},
    ],
)
def test_what_is_no_user_is_refused(body: Any) -> None:
    assert not accepted(body)


def test_nothing_in_it_changes_when_it_is_sent_as_json() -> None:
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT  # YAML would make 200 a number and on a boolean
