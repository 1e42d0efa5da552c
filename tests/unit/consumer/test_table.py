"""The one call that is made of DynamoDB."""

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from consumer.table import UserTable
from consumer.user import User

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

USER = User("an-id", "a-message", "Ada", "a@b", "2026-11-23T19:10:15.550Z")
EXPECTED_CALL = {
    "TableName": "users",
    "Item": {
        "id": {"S": "an-id"},
        "messageId": {"S": "a-message"},
        "name": {"S": "Ada"},
        "email": {"S": "a@b"},
        "createdAt": {"S": "2026-11-23T19:10:15.550Z"},
    },
    "ConditionExpression": "attribute_not_exists(id)",
}


@pytest.fixture
def client() -> "DynamoDBClient":
    session = boto3.Session("test", "test", region_name="us-east-1")
    dynamodb: DynamoDBClient = session.client("dynamodb")
    return dynamodb


def test_a_new_user_is_put(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        stub.add_response("put_item", {}, EXPECTED_CALL)

        assert UserTable(client, "users").put_if_absent(USER) is True


def test_a_user_that_is_there_stays(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_item", "ConditionalCheckFailedException", expected_params=EXPECTED_CALL)

        assert UserTable(client, "users").put_if_absent(USER) is False


def test_any_other_refusal_is_raised(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_item", "ProvisionedThroughputExceededException")

        with pytest.raises(ClientError):
            UserTable(client, "users").put_if_absent(USER)
