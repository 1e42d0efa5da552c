"""A database as a test uses it: no engine, no network, no lock, a clock that stands still."""

from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel

from model.dynamodb import constraints
from model.dynamodb.database import Database
from model.dynamodb.dispatch import run
from model.dynamodb.errors import DynamoDbError
from model.dynamodb.lagging import LagOf
from tests.unit.model.dynamodb.virtual_time import VirtualTime

HASH = [{"AttributeName": "pk", "KeyType": "HASH"}]
HASH_AND_RANGE = [*HASH, {"AttributeName": "sk", "KeyType": "RANGE"}]


class LocalDynamoDb:
    """One account's DynamoDB, in virtual time."""

    def __init__(self, lag_of: LagOf | None = None) -> None:
        self.time = VirtualTime()
        self.database = Database("000000000000", "us-east-1", "aws", self.time.host(), lag_of)
        self.catch_up = self.database.catch_up

    def call(self, operation: str, /, **request: Any) -> dict[str, Any]:
        """Return an operation's response; the request is checked as the provider does."""
        return self._run(operation, request)

    def an_hour_ago(self, operation: str, /, **request: Any) -> dict[str, Any]:
        """Return the same as it is where reads, which need not be consistent, see what was an hour ago."""
        return self._run(operation, request, ago_s=3600)

    def refusal(self, operation: str, /, **request: Any) -> DynamoDbError:
        """Return what an operation is refused with."""
        with pytest.raises(DynamoDbError) as caught:
            self.call(operation, **request)
        return caught.value

    def create(self, name: str = "table", **overrides: Any) -> None:
        """Make a table, by default one whose only key is the string `pk`."""
        declared: dict[str, Any] = {
            "KeySchema": HASH,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        self.call("CreateTable", TableName=name, **declared | overrides)

    def put(self, **item: Any) -> None:
        """Put an item, each attribute in DynamoDB's notation."""
        self.call("PutItem", TableName="table", Item=item)

    def get(self, **key: Any) -> dict[str, Any] | None:
        """Return the item with this key, or None."""
        return self.call("GetItem", TableName="table", Key=key).get("Item")

    def _run(self, operation: str, request: dict[str, Any], ago_s: float = 0) -> dict[str, Any]:
        constraints.check(_operation_model(operation).input_shape, request)
        return run(operation, self.database, request, ago_s)


def attributes(**types: str) -> list[dict[str, str]]:
    """Return attribute definitions: `attributes(pk="S")`."""
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def index(name: str, *keys: str, projection: str = "ALL", **more: Any) -> dict[str, Any]:
    """Return an index's declaration: a hash key's name and perhaps a range key's."""
    schema = [{"AttributeName": key, "KeyType": role} for key, role in zip(keys, ("HASH", "RANGE"), strict=False)]
    return {
        "IndexName": name,
        "KeySchema": schema,
        "Projection": {"ProjectionType": projection, **more},
    }


@cache
def _service_model(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


@cache
def _operation_model(operation: str) -> OperationModel:
    streams = _service_model("dynamodbstreams")
    service = streams if operation in streams.operation_names else _service_model("dynamodb")
    return service.operation_model(operation)
