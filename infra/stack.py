"""A stack as CloudFormation tells of it: its status, its outputs, its resources, and what happens to it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from botocore.exceptions import ClientError

from infra.errors import DeployFailedError, one_line

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

STACK_TYPE = "AWS::CloudFormation::Stack"
# What an earlier create left behind when it failed, or was never executed: it can only be deleted.
NEVER_CREATED = {
    "CREATE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "REVIEW_IN_PROGRESS",
    "DELETE_FAILED",
}
BELIEVE_FAILURE_AFTER_S = 1.0
SUCCEEDED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}


@dataclass(frozen=True)
class Stack:
    """What CloudFormation says of a stack."""

    id: str
    status: str
    outputs: dict[str, str]


@dataclass(frozen=True)
class Event:
    """A change of one resource's status, or of the stack's own."""

    id: str
    resource: str
    resource_type: str
    status: str
    reason: str

    @classmethod
    def of(cls, event: "StackEventTypeDef") -> Self:
        """Read one of CloudFormation's events."""
        return cls(
            id=event["EventId"],
            resource=event.get("LogicalResourceId", ""),
            resource_type=event.get("ResourceType", ""),
            status=event.get("ResourceStatus", ""),
            reason=one_line(event.get("ResourceStatusReason", "")),
        )

    @property
    def settled(self) -> bool:
        """Whether this is the end of something that was begun."""
        return not self.status.endswith("_IN_PROGRESS")

    @property
    def failed(self) -> bool:
        """Whether the resource failed by itself, and not because another one did before it."""
        return self.status.endswith("_FAILED") and bool(self.reason) and "cancelled" not in self.reason


def find_stack(cloudformation: "CloudFormationClient", name_or_id: str) -> Stack | None:
    """Return the stack, or None when there is none (one that was deleted is found by its ID only)."""
    try:
        found = cloudformation.describe_stacks(StackName=name_or_id)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    return Stack(found["StackId"], found["StackStatus"], outputs)


def find_resting_stack(
    cloudformation: "CloudFormationClient", name: str, deadline: float, note: Callable[[str], None]
) -> Stack | None:
    """Return the stack once nothing happens to it any more, or None when there is none.

    Args:
        cloudformation: the client
        name: the stack's
        deadline: on the monotonic clock
        note: is told when there is something to wait for

    Raises:
        DeployFailedError: when the deadline passes first.
    """
    told = False
    for pause_s in pauses_s():
        stack = find_stack(cloudformation, name)
        if stack is None or stack.status == "REVIEW_IN_PROGRESS" or not stack.status.endswith("_IN_PROGRESS"):
            return stack
        if not told:
            note(f"waiting for what an earlier run began ({stack.status})")
            told = True
        if time.monotonic() > deadline:
            raise DeployFailedError(f"stack {name} is busy; last seen: {stack.status}. Try again later")
        time.sleep(pause_s)
    raise AssertionError("pauses never end")


def physical_ids(cloudformation: "CloudFormationClient", stack_id: str) -> dict[str, tuple[str, str]]:
    """Return each resource's type and physical ID, by its logical ID."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    return {
        each["LogicalResourceId"]: (each["ResourceType"], each.get("PhysicalResourceId", ""))
        for page in pages
        for each in page["StackResourceSummaries"]
    }


def pauses_s() -> Iterator[float]:
    """Return how long to wait between one look and the next: often at first, at most every two seconds."""
    pause_s = 0.03
    while True:
        yield pause_s
        pause_s = min(pause_s * 1.1, 2.0)


class EventLog:
    """The events of one stack, each told once. What happened before this was made is not told."""

    def __init__(self, cloudformation: "CloudFormationClient", stack_id: str) -> None:
        self._cloudformation = cloudformation
        self._stack_id = stack_id
        self._last_seen = ""
        self.news()

    def news(self) -> list[Event]:
        """Return the events since the last call, oldest first."""
        fresh: list[Event] = []
        paginator = self._cloudformation.get_paginator("describe_stack_events")
        for page in paginator.paginate(StackName=self._stack_id):  # newest first
            for each in page["StackEvents"]:
                if each["EventId"] == self._last_seen:
                    break
                fresh.append(Event.of(each))
            else:
                continue
            break
        if fresh:
            self._last_seen = fresh[0].id
        return fresh[::-1]


def settle(
    events: EventLog,
    deadline: float,
    tell: Callable[[Event], None],
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[str, list[Event]]:
    """Wait until the stack itself has settled.

    That something failed is believed when nothing has followed for a while: some engines say so and go on.

    Args:
        events: made before what is waited for was begun
        deadline: on the monotonic clock
        tell: is given each event as it is seen
        sleep: waits for so many seconds

    Returns:
        The stack's status, and the events of what failed, oldest first.

    Raises:
        DeployFailedError: when the deadline passes first.
    """
    failures: list[Event] = []
    statuses: dict[str, str] = {}
    quiet_since = time.monotonic()
    stack_event: Event | None = None
    for pause_s in pauses_s():
        for event in events.news():
            tell(event)
            quiet_since = time.monotonic()
            statuses[event.resource] = event.status
            if event.resource_type == STACK_TYPE:
                stack_event = event
            elif event.failed:
                failures.append(event)
        quiet = time.monotonic() - quiet_since > BELIEVE_FAILURE_AFTER_S
        if stack_event and stack_event.settled and (stack_event.status in SUCCEEDED or quiet):
            return stack_event.status, failures
        if time.monotonic() > deadline:
            break
        sleep(pause_s)
    unsettled = ", ".join(f"{name} {status}" for name, status in statuses.items() if status.endswith("_IN_PROGRESS"))
    raise DeployFailedError(
        f"the stack did not settle in time; last seen: {unsettled or 'nothing'}. Try a longer --timeout-s"
    )
