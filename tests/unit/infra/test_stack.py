"""Waiting for a stack, by what CloudFormation tells of it."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.errors import DeployFailedError
from infra.stack import STACK_TYPE, Event, EventLog, find_resting_stack, find_stack, physical_ids, settle

STACK_ID = "arn:aws:cloudformation:us-east-1:000000000000:stack/s/1"
SOON_S = 5.0


def of(resource: str, status: str, reason: str = "") -> dict[str, str]:
    kind = STACK_TYPE if resource == "s" else "AWS::SQS::Queue"
    return {
        "LogicalResourceId": resource,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


class FakeStack:
    """CloudFormation with one stack: each look at its events shows those of one more step."""

    def __init__(self, *steps: list[dict[str, str]]) -> None:
        self._steps = iter(steps)
        self._events: list[dict[str, str]] = []

    def get_paginator(self, _: str) -> "FakeStack":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        for event in next(self._steps, []):
            self._events.insert(0, {**event, "EventId": str(len(self._events))})
        return [{"StackEvents": self._events[:2]}, {"StackEvents": self._events[2:]}]


@pytest.fixture(autouse=True)
def _believes_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.stack.BELIEVE_FAILURE_AFTER_S", 0.05)


def settled(*steps: list[dict[str, str]], timeout_s: float = SOON_S) -> tuple[str, list[Event], list[Event]]:
    told: list[Event] = []
    events = EventLog(FakeStack([of("s", "REVIEW_IN_PROGRESS")], *steps), STACK_ID)  # type: ignore[arg-type]  # a fake
    status, failures = settle(events, time.monotonic() + timeout_s, told.append, sleep=lambda _: None)
    return status, failures, told


def test_each_event_is_told_once_and_in_order_until_the_stack_has_settled() -> None:
    status, failures, told = settled(
        [of("s", "CREATE_IN_PROGRESS"), of("Queue", "CREATE_IN_PROGRESS")],
        [],
        [of("Queue", "CREATE_COMPLETE"), of("Other", "CREATE_IN_PROGRESS"), of("Other", "CREATE_COMPLETE")],
        [of("s", "CREATE_COMPLETE")],
    )

    assert (status, failures) == ("CREATE_COMPLETE", [])
    assert [(event.resource, event.status) for event in told] == [
        ("s", "CREATE_IN_PROGRESS"),
        ("Queue", "CREATE_IN_PROGRESS"),
        ("Queue", "CREATE_COMPLETE"),
        ("Other", "CREATE_IN_PROGRESS"),
        ("Other", "CREATE_COMPLETE"),
        ("s", "CREATE_COMPLETE"),
    ]


def test_what_failed_by_itself_is_returned_with_its_reason_on_one_line() -> None:
    status, failures, _ = settled(
        [of("Queue", "CREATE_FAILED", "because\n  it failed")],
        [of("Other", "CREATE_FAILED", "Resource creation cancelled"), of("Third", "CREATE_FAILED")],
        [of("s", "ROLLBACK_IN_PROGRESS"), of("s", "ROLLBACK_COMPLETE")],
    )

    assert status == "ROLLBACK_COMPLETE"
    assert [(event.resource, event.reason) for event in failures] == [("Queue", "because it failed")]


@pytest.mark.parametrize("passing", ["DELETE_FAILED", "ROLLBACK_COMPLETE"])
def test_a_failure_that_is_followed_by_something_else_is_not_the_end(passing: str) -> None:
    status, _, _ = settled([of("s", passing)], [], [], [of("Queue", "DELETE_COMPLETE"), of("s", "DELETE_COMPLETE")])

    assert status == "DELETE_COMPLETE"


def test_the_end_of_waiting_says_what_was_last_seen() -> None:
    with pytest.raises(DeployFailedError) as failed:
        settled(
            [of("s", "CREATE_IN_PROGRESS"), of("A", "CREATE_IN_PROGRESS"), of("A", "CREATE_COMPLETE")],
            [of("B", "CREATE_IN_PROGRESS")],
            timeout_s=0.01,
        )

    assert str(failed.value) == (
        "the stack did not settle in time; last seen: s CREATE_IN_PROGRESS, B CREATE_IN_PROGRESS."
        " Try a longer --timeout-s"
    )


class FakeDescriptions:
    """CloudFormation whose stack has one status after another, and the last one from then on."""

    def __init__(self, *statuses: str | None) -> None:
        self._statuses = list(statuses)

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if status is None:
            message = "Stack with id s does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        outputs = [{"OutputKey": "A", "OutputValue": "1"}]
        return {"Stacks": [{"StackId": STACK_ID, "StackStatus": status, "Outputs": outputs}]}


def test_a_stack_is_found_or_there_is_none() -> None:
    found = find_stack(FakeDescriptions("CREATE_COMPLETE"), "s")  # type: ignore[arg-type]  # a fake

    assert found is not None
    assert (found.id, found.status, found.outputs) == (STACK_ID, "CREATE_COMPLETE", {"A": "1"})
    assert find_stack(FakeDescriptions(None), "s") is None  # type: ignore[arg-type]  # a fake


@pytest.mark.parametrize(
    ("statuses", "found", "notes"),
    [
        (["CREATE_COMPLETE"], "CREATE_COMPLETE", 0),
        (["REVIEW_IN_PROGRESS"], "REVIEW_IN_PROGRESS", 0),
        (["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"], "CREATE_COMPLETE", 1),
        (["DELETE_IN_PROGRESS", None], None, 1),
        ([None], None, 0),
    ],
)
def test_what_an_earlier_run_began_is_waited_for(statuses: list[str | None], found: str | None, notes: int) -> None:
    told: list[str] = []
    fake: Any = FakeDescriptions(*statuses)

    stack = find_resting_stack(fake, "s", time.monotonic() + SOON_S, told.append)

    assert (stack.status if stack else None, len(told)) == (found, notes)


def test_a_stack_that_stays_busy_is_an_error() -> None:
    fake: Any = FakeDescriptions("UPDATE_IN_PROGRESS")

    with pytest.raises(DeployFailedError, match=r"stack s is busy; last seen: UPDATE_IN_PROGRESS"):
        find_resting_stack(fake, "s", time.monotonic(), lambda _: None)


def test_resources_are_listed_with_their_types_also_those_that_were_never_made() -> None:
    class Fake:
        def get_paginator(self, _: str) -> "Fake":
            return self

        def paginate(self, **_: str) -> list[dict[str, Any]]:
            queue = {"LogicalResourceId": "Queue", "ResourceType": "Q", "PhysicalResourceId": "url"}
            return [{"StackResourceSummaries": [queue, {"LogicalResourceId": "Role", "ResourceType": "R"}]}]

    fake: Any = Fake()

    assert physical_ids(fake, STACK_ID) == {"Queue": ("Q", "url"), "Role": ("R", "")}
