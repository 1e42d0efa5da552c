"""What is made of the sources: the same anywhere, and new exactly when something changed."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import consumer
import infra
from infra.errors import MisuseError
from infra.packaging import Package, archive, content_hash, package, renamed, with_texts
from infra.sources import read_document, read_function, read_template, read_text

INFRA, CONSUMER = Path(infra.__file__).parent, Path(consumer.__file__).parent

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Api": {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": "n",
                "Body": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "doc"}}},
            },
        },
        "Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "DependsOn": ["Deployment", "Api"],
            "Properties": {"DeploymentId": {"Ref": "Deployment"}, "Variables": {"table": {"Ref": "Table"}}},
        },
    },
    "Outputs": {"Id": {"Value": {"Fn::GetAtt": ["Deployment", "DeploymentId"]}}},
}
DOCUMENT = {"paths": {"/users": {"post": {"template": "templates/a.vtl"}}}}


def packaged(
    text: str = "text", document: dict[str, Any] | None = None, function: dict[str, bytes] | None = None
) -> Package:
    return package(TEMPLATE, lambda _: document or DOCUMENT, lambda _: text, function or {"consumer/a.py": b"1"})


def deployment_id(made: Package) -> str:
    (found,) = [name for name in made.template["Resources"] if name.startswith("Deployment")]
    return str(found)


def test_the_document_takes_its_place_with_the_text_of_its_mapping_templates() -> None:
    body = packaged("the text").template["Resources"]["Api"]["Properties"]

    assert body == {"Name": "n", "Body": {"paths": {"/users": {"post": {"template": "the text"}}}}}


def test_the_deployment_is_renamed_wherever_it_is_named() -> None:
    made = packaged()
    name = deployment_id(made)
    stage = made.template["Resources"]["Stage"]

    assert name == "Deployment" + made.document_hash
    assert made.template["Resources"][name]["Properties"]["Description"] == made.document_hash
    assert stage["DependsOn"] == [name, "Api"]
    assert stage["Properties"]["DeploymentId"] == {"Ref": name}
    assert made.template["Outputs"]["Id"]["Value"] == {"Fn::GetAtt": [name, "DeploymentId"]}
    assert '"Deployment"' not in made.template_body


def test_the_deployment_is_a_new_one_when_a_mapping_template_or_the_document_changed() -> None:
    same, again = deployment_id(packaged()), deployment_id(packaged())
    other_text = deployment_id(packaged(text="other text"))
    other_document = deployment_id(packaged(document=DOCUMENT | {"info": "other"}))

    assert same == again
    assert len({same, other_text, other_document}) == 3


def test_the_deployment_is_the_old_one_when_something_else_changed() -> None:
    assert deployment_id(packaged()) == deployment_id(packaged(function={"consumer/a.py": b"2"}))


def test_the_archive_is_named_by_what_is_in_it() -> None:
    same, again = packaged(), packaged()
    other_code, other_name = packaged(function={"consumer/a.py": b"2"}), packaged(function={"consumer/b.py": b"1"})

    assert same.function == again.function
    assert len({same.function.name, other_code.function.name, other_name.function.name}) == 3


CHOOSING = {
    **TEMPLATE,
    "Parameters": {"Authorization": {"Default": "NONE", "AllowedValues": ["NONE", "AWS_IAM", "JWT"]}},
}
PATCH = {"paths": {"/users": {"post": {"security": [{"token": []}], "template": "templates/b.vtl"}}}}


def chosen(choice: str | None) -> Package:
    documents: dict[str, dict[str, Any]] = {"doc": DOCUMENT, "authorization/jwt.yaml": PATCH}
    documents["authorization/aws-iam.yaml"] = PATCH | {"info": {}}
    given_parameters = {"Authorization": choice} if choice else {}
    authorizer = {"authorizer/a.py": b"2"}
    return package(
        CHOOSING,
        documents.__getitem__,
        str.upper,
        {"consumer/a.py": b"1"},
        authorizer=lambda: authorizer,
        parameters=given_parameters,
    )


def test_a_choice_of_who_may_call_is_in_the_document_and_in_the_deployment_s_name() -> None:
    assert chosen(None).document == chosen("NONE").document == with_texts(DOCUMENT, str.upper)
    post = chosen("JWT").document["paths"]["/users"]["post"]
    assert post == {"template": "TEMPLATES/B.VTL", "security": [{"token": []}]}
    assert len({deployment_id(chosen(choice)) for choice in ("NONE", "AWS_IAM", "JWT")}) == 3


def test_there_is_an_authorizer_only_where_tokens_are_asked_for() -> None:
    made = chosen("JWT").authorizer
    assert made is not None
    assert made.name.startswith("authorizer-")
    assert [chosen(choice).authorizer for choice in (None, "NONE", "AWS_IAM")] == [None, None, None]


def test_a_template_cannot_be_given_another_choice_than_its_document_was_made_for() -> None:
    assert chosen("JWT").template["Parameters"]["Authorization"]["AllowedValues"] == ["JWT"]
    assert chosen(None).template["Parameters"]["Authorization"]["AllowedValues"] == ["NONE"]


def test_a_choice_that_there_is_not_is_refused() -> None:
    with pytest.raises(MisuseError, match="Authorization=OPEN: there is no such choice; there are NONE, AWS_IAM, JWT"):
        chosen("OPEN")


@given(files=st.dictionaries(st.text("abc/", min_size=1).map(lambda name: f"x{name}y"), st.binary()))
def test_an_archive_holds_all_files_and_the_same_files_make_the_same_archive(files: dict[str, bytes]) -> None:
    made = archive(files)

    with zipfile.ZipFile(io.BytesIO(made)) as zipped:
        assert {name: zipped.read(name) for name in zipped.namelist()} == files
        assert zipped.namelist() == sorted(files)
        assert {entry.date_time for entry in zipped.infolist()} <= {(1980, 1, 1, 0, 0, 0)}
    assert made == archive(dict(reversed(files.items())))


def test_a_hash_says_whether_content_changed_and_not_in_which_order_it_was_written() -> None:
    assert content_hash({"a": 1, "b": [2]}) == content_hash({"b": [2], "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": "1"})


def test_texts_are_put_in_at_any_depth() -> None:
    value = {"a": ["x.vtl", {"b": "y.vtl"}], "c": "vtl", "d": 1}

    assert with_texts(value, str.upper) == {"a": ["X.VTL", {"b": "Y.VTL"}], "c": "vtl", "d": 1}


def test_a_name_within_another_is_left_alone() -> None:
    assert renamed({"Old": {"Ref": "OldOne"}}, "Old", "New") == {"New": {"Ref": "OldOne"}}


@pytest.mark.parametrize("missing", ["Api", "Deployment"])
def test_a_template_without_an_api_or_its_deployment_is_refused(missing: str) -> None:
    resources = {name: each for name, each in TEMPLATE["Resources"].items() if name != missing}

    with pytest.raises(MisuseError, match="has 0 resources of type AWS::ApiGateway"):
        package({"Resources": resources}, lambda _: {}, str, {})


def test_an_api_that_includes_no_document_is_refused() -> None:
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {}}}

    with pytest.raises(MisuseError, match="no Body that includes a document"):
        package({"Resources": TEMPLATE["Resources"] | {"Api": api}}, lambda _: {}, str, {})


@pytest.mark.parametrize("choice", ["NONE", "AWS_IAM", "JWT"])
def test_the_projects_own_sources_make_a_template_that_needs_no_transform_and_fits_in_a_request(choice: str) -> None:
    made = package(
        read_template(INFRA),
        lambda location: read_document(INFRA / location),
        lambda path: read_text(INFRA / path),
        read_function(CONSUMER),
        parameters={"Authorization": choice},
    )

    assert "Fn::Transform" not in made.template_body
    assert '.vtl"' not in made.template_body
    assert len(made.template_body.encode()) <= 51_200
    assert json.loads(made.template_body) == made.template
    assert made.stage_variables == {"tableName": {"Ref": "Table"}, "indexName": "by-message-id"}
    with zipfile.ZipFile(io.BytesIO(made.function.content)) as zipped:
        assert zipped.namelist() == sorted(f"consumer/{path.name}" for path in CONSUMER.glob("*.py"))
