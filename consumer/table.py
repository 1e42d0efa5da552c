"""The table of users: one conditional write."""

from typing import TYPE_CHECKING

from consumer.user import User

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


class UserTable:
    """A DynamoDB table whose key is the user's ID."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def put_if_absent(self, user: User) -> bool:
        """Store the user; return whether it was new. One that is there stays as it is.

        Raises:
            botocore.exceptions.BotoCoreError: or `ClientError`, when the table did not answer, or refused.
                The user may then be stored or not; another try is safe.
        """
        try:
            self._client.put_item(
                TableName=self._name, Item=user.item(), ConditionExpression="attribute_not_exists(id)"
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
