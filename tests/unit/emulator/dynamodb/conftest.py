"""Fixtures of the unit tests of DynamoDB."""

import pytest

from tests.unit.emulator.dynamodb.local import LocalDynamoDb


@pytest.fixture
def dynamodb() -> LocalDynamoDb:
    return LocalDynamoDb()
