"""Names that somebody else's resources have are found before anything is created."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.errors import DeployFailedError
from infra.names import refuse_taken_names

TEMPLATE = {
    "Conditions": {"Asked": {"Fn::Equals": [{"Ref": "Choice"}, "yes"]}},
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "the-queue"}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "the-table"}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "the-function"}},
        "Unnamed": {"Type": "AWS::SQS::Queue"},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "the-role"}},
    },
}


def engine(*there: str, code: str = "ResourceNotFoundException") -> Any:
    """Return an engine that has what is named, and answers `code` for what it has not."""

    def look_up(**request: str) -> None:
        if not set(request.values()) & set(there):
            raise ClientError({"Error": {"Code": code, "Message": "..."}}, "Operation")

    return SimpleNamespace(
        sqs=SimpleNamespace(get_queue_url=look_up),
        dynamodb=SimpleNamespace(describe_table=look_up),
        lambda_=SimpleNamespace(get_function=look_up),
    )


@pytest.mark.parametrize(
    "code", ["ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"]
)
def test_names_that_nobody_has_are_free(code: str) -> None:
    refuse_taken_names(engine("the-role", "another-queue", code=code), TEMPLATE, {})


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ("the-queue", "Queue (AWS::SQS::Queue): queue the-queue"),
        ("the-table", "Table (AWS::DynamoDB::Table): table the-table"),
        ("the-function", "Function (AWS::Lambda::Function): function the-function"),
    ],
)
def test_a_name_that_is_taken_is_refused_with_what_to_do(there: str, words: str) -> None:
    with pytest.raises(DeployFailedError) as refused:
        refuse_taken_names(engine(there), TEMPLATE, {})

    assert str(refused.value) == (
        f"{words} already exists and is no part of a stack of this name: delete it, or choose another --stack-name"
    )


def test_names_are_looked_up_as_they_will_be() -> None:
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}}}

    with pytest.raises(DeployFailedError, match="queue the-queue already exists"):
        refuse_taken_names(engine("the-queue"), template, {"Name": "the-queue"})


def test_an_engine_that_does_not_tell_is_an_error() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        refuse_taken_names(engine(code="AccessDenied"), TEMPLATE, {})


@pytest.mark.parametrize("choice", ["yes", "no"])
def test_the_name_of_what_is_not_made_may_be_somebody_else_s(choice: str) -> None:
    function = {"Type": "AWS::Lambda::Function", "Condition": "Asked", "Properties": {"FunctionName": "theirs"}}
    template = TEMPLATE | {"Resources": {"Other": function}}
    if choice == "no":
        refuse_taken_names(engine("theirs"), template, {"Choice": choice})
        return
    with pytest.raises(DeployFailedError, match="function theirs already exists"):
        refuse_taken_names(engine("theirs"), template, {"Choice": choice})
