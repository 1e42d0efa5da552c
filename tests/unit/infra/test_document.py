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
from infra.access import patch_location, patched
from infra.packaging import with_texts
from infra.served import authorization_of
from infra.sources import read_document, read_text

INFRA = Path(infra.__file__).parent
WRITTEN: Any = read_document(INFRA / "openapi.yaml")
DOCUMENT: Any = with_texts(WRITTEN, lambda path: read_text(INFRA / path))
CHOICES = {
    choice: patched(WRITTEN, read_document(INFRA / str(patch_location(choice)))) for choice in ("AWS_IAM", "JWT")
}
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
    for document in (WRITTEN, DOCUMENT, *CHOICES.values()):
        validate(document)


@pytest.mark.parametrize(("choice", "kind"), [("AWS_IAM", "AWS_IAM"), ("JWT", "CUSTOM")])
def test_no_method_is_open_where_callers_are_known(choice: str, kind: str) -> None:
    document: Any = CHOICES[choice]
    methods = [operation for methods in document["paths"].values() for operation in methods.values()]

    assert len(methods) == len(OPERATIONS)
    assert {authorization_of(operation, document) for operation in methods} == {kind}
    assert all("403" in operation["responses"] for operation in methods)


def test_every_method_is_open_where_nobody_is_asked() -> None:
    assert {authorization_of(operation, WRITTEN) for operation in OPERATIONS} == {"NONE"}


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_of_who_may_call_changes_nothing_else(choice: str) -> None:
    changed: Any = json.loads(json.dumps(CHOICES[choice]))
    del changed["components"]["securitySchemes"]
    for path, methods in changed["paths"].items():
        for name, operation in methods.items():
            del operation["security"]
            for status in ("401", "403"):
                operation["responses"].pop(status, None)
            sent = operation["x-amazon-apigateway-integration"]["requestTemplates"]
            assert all("enqueue-request-of-" in template for template in sent.values()) is (path == "/users")
            sent.update(WRITTEN["paths"][path][name]["x-amazon-apigateway-integration"]["requestTemplates"])

    assert changed == WRITTEN


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": 1, "b": {"c": 2}}, {"b": {"d": 3}}, {"a": 1, "b": {"c": 2, "d": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({}, {"a": {"b": None}}, {"a": {}}),
        (1, {"a": 2}, {"a": 2}),
    ],
)
def test_a_patch_is_made_as_its_standard_says(document: Any, patch: Any, result: Any) -> None:
    assert patched(document, patch) == result


def test_every_mapping_template_is_used_and_every_one_used_is_there() -> None:
    used: set[str] = set()
    for document in (WRITTEN, *CHOICES.values()):
        with_texts(document, lambda path: used.add(path) or path)  # type: ignore[func-returns-value]  # collects

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
