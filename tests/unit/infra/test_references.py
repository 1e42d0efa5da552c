"""References, resolved as CloudFormation resolves them."""

import pytest

from infra.errors import DeployFailedError
from infra.references import resolved

NAMES = {"AWS::Region": "eu-west-1", "Role": "a-role", "Table": "a-table"}


def test_references_are_resolved_at_any_depth() -> None:
    value = {
        "a": [{"Fn::Sub": "arn:${AWS::Region}:role/${Role}"}],
        "b": {"Ref": "Table"},
        "c": "${Role}",
        "d": {"Ref": "Table", "and": "more"},
        "e": 1,
    }

    assert resolved(value, NAMES) == {
        "a": ["arn:eu-west-1:role/a-role"],
        "b": "a-table",
        "c": "${Role}",
        "d": {"Ref": "Table", "and": "more"},
        "e": 1,
    }


def test_what_is_to_stay_literal_does() -> None:
    assert resolved({"Fn::Sub": "${!Literal}"}, NAMES) == "${Literal}"


@pytest.mark.parametrize("value", [{"Ref": "Unknown"}, {"Fn::Sub": "x${Unknown}"}])
def test_a_name_that_is_nothing_is_an_error(value: object) -> None:
    with pytest.raises(DeployFailedError, match="Unknown is referred to, and is nothing in the stack"):
        resolved(value, NAMES)
