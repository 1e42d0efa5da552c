"""What a deployment tells, and its file."""

import json
from pathlib import Path

import pytest

from infra.engine import Engine
from infra.errors import DeployFailedError
from infra.outputs import Outputs, outputs_of
from infra.stack import Stack

SAID = {
    "ApiId": "an-api",
    "ApiUrl": "https://an-api.execute-api.eu-west-1.amazonaws.com/v1",
    "StageName": "v1",
    "QueueUrl": "http://queue",
    "DeadLetterQueueUrl": "http://dead-letters",
    "TableName": "a-table",
    "IndexName": "an-index",
    "FunctionName": "a-function",
}


def outputs(endpoint_url: str | None, said: dict[str, str] = SAID) -> Outputs:
    stack = Stack("arn:stack", "CREATE_COMPLETE", said)
    return outputs_of(stack, "a-stack", Engine(endpoint_url, "eu-west-1", "111122223333"), changed=True)


def test_the_file_says_where_all_parts_are(tmp_path: Path) -> None:
    path = tmp_path / "a" / "new" / "folder" / "a-stack.json"

    outputs("http://127.0.0.1:1234").write(path)

    assert json.loads(path.read_text()) == {
        "stack_name": "a-stack",
        "stack_id": "arn:stack",
        "region": "eu-west-1",
        "account_id": "111122223333",
        "endpoint_url": "http://127.0.0.1:1234",
        "api_id": "an-api",
        "stage_name": "v1",
        "api_url": "http://127.0.0.1:1234/_aws/execute-api/an-api/v1",
        "queue_url": "http://queue",
        "dead_letter_queue_url": "http://dead-letters",
        "table_name": "a-table",
        "index_name": "an-index",
        "function_name": "a-function",
        "changed": True,
    }
    assert [each.name for each in path.parent.iterdir()] == ["a-stack.json"]


def test_on_aws_the_api_is_where_aws_has_it() -> None:
    on_aws = outputs(None)

    assert on_aws.endpoint_url is None
    assert on_aws.api_url == "https://an-api.execute-api.eu-west-1.amazonaws.com/v1"
    assert "\n" not in on_aws.as_json


def test_a_file_that_cannot_be_replaced_leaves_no_other_behind(tmp_path: Path) -> None:
    in_the_way = tmp_path / "a-stack.json"
    in_the_way.mkdir()

    with pytest.raises(OSError, match="directory"):
        outputs(None).write(in_the_way)
    assert list(tmp_path.iterdir()) == [in_the_way]


def test_an_output_that_the_stack_does_not_have_is_named() -> None:
    said = {name: value for name, value in SAID.items() if name != "QueueUrl"}

    with pytest.raises(DeployFailedError, match="stack a-stack has no output QueueUrl"):
        outputs(None, said)
