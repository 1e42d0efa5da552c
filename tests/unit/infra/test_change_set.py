"""Change sets: made, found empty, refused."""

import time
from typing import Any

import pytest

from infra.change_set import ChangeSet
from infra.errors import DeployFailedError


class FakeCloudFormation:
    """CloudFormation that makes one change set, which settles as it is told."""

    def __init__(self, *descriptions: tuple[str, str]) -> None:
        self._descriptions = list(descriptions)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def create_change_set(self, **request: Any) -> dict[str, str]:
        self.calls.append(("create", request))
        return {"Id": "a-change-set", "StackId": "a-stack"}

    def describe_change_set(self, **_: str) -> dict[str, str]:
        status, reason = self._descriptions.pop(0) if len(self._descriptions) > 1 else self._descriptions[0]
        return {"Status": status, "StatusReason": reason}

    def delete_change_set(self, **request: Any) -> None:
        self.calls.append(("delete", request))

    def execute_change_set(self, **request: Any) -> None:
        self.calls.append(("execute", request))


def create(fake: Any, timeout_s: float = 5) -> ChangeSet | None:
    return ChangeSet.create(
        fake,
        stack_name="s",
        kind="UPDATE",
        template={"TemplateBody": "{}"},
        parameters={"A": "1"},
        deadline=time.monotonic() + timeout_s,
    )


def test_a_change_set_has_the_template_and_all_parameters() -> None:
    fake = FakeCloudFormation(("CREATE_PENDING", ""), ("CREATE_IN_PROGRESS", ""), ("CREATE_COMPLETE", ""))

    change_set = create(fake)

    assert change_set is not None
    assert change_set.stack_id == "a-stack"
    change_set.execute()
    (_, made), (executed, which) = fake.calls
    assert made.pop("ChangeSetName").startswith("bootstrap-")
    assert made == {
        "StackName": "s",
        "ChangeSetType": "UPDATE",
        "Capabilities": ["CAPABILITY_IAM"],
        "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
        "TemplateBody": "{}",
    }
    assert (executed, which) == ("execute", {"ChangeSetName": "a-change-set", "StackName": "a-stack"})


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create a change set.",
        "No updates are to be performed.",
    ],
)
def test_a_change_set_without_changes_is_thrown_away(reason: str) -> None:
    fake = FakeCloudFormation(("FAILED", reason))

    assert create(fake) is None
    assert fake.calls[-1] == ("delete", {"ChangeSetName": "a-change-set", "StackName": "a-stack"})


def test_a_change_set_that_cannot_be_made_is_thrown_away_and_says_why() -> None:
    fake = FakeCloudFormation(("FAILED", "Parameter A must be\na number"))

    with pytest.raises(DeployFailedError, match="s cannot be changed so: Parameter A must be a number"):
        create(fake)
    assert fake.calls[-1][0] == "delete"


def test_a_change_set_that_does_not_settle_says_what_was_last_seen() -> None:
    with pytest.raises(DeployFailedError, match="did not settle in time; last seen: CREATE_PENDING"):
        create(FakeCloudFormation(("CREATE_PENDING", "")), timeout_s=0)
