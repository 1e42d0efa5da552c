"""Fixtures of the unit tests of DynamoDB."""

import pytest

from tests.unit.model.dynamodb.local import LocalDynamoDb


@pytest.fixture
def dynamodb() -> LocalDynamoDb:
    return LocalDynamoDb()
