"""Brings a stack to a template by a change set: what would change is known before anything does."""

import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from infra.errors import DeployFailedError, one_line
from infra.stack import pauses_s

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.literals import ChangeSetTypeType

# CloudFormation's longest template in a request; a longer one has to be in a bucket:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LONGEST_TEMPLATE_BYTES = 51_200
WITHOUT_CHANGES = ("didn't contain changes", "No updates are to be performed")


class ChangeSet:
    """What would change in a stack. It belongs to whoever made it, who executes it or deletes it."""

    def __init__(self, cloudformation: "CloudFormationClient", change_set_id: str, stack_id: str) -> None:
        self._cloudformation = cloudformation
        self._id = change_set_id
        self.stack_id = stack_id

    @classmethod
    def create(
        cls,
        cloudformation: "CloudFormationClient",
        *,
        stack_name: str,
        kind: "ChangeSetTypeType",
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        deadline: float,
    ) -> "ChangeSet | None":
        """Make a change set; return None, and leave nothing behind, when there is nothing to change.

        Args:
            cloudformation: the client
            stack_name: of a stack that exists (`kind` UPDATE) or does not (CREATE)
            kind: CREATE or UPDATE
            template: either `TemplateBody` or `TemplateURL`
            parameters: all of the template's parameters
            deadline: on the monotonic clock

        Raises:
            DeployFailedError: when CloudFormation can make no change set of these.
        """
        made = cloudformation.create_change_set(
            StackName=stack_name,
            ChangeSetName=f"bootstrap-{uuid.uuid4().hex[:12]}",
            ChangeSetType=kind,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            **template,  # type: ignore[arg-type]  # the two keys that its docstring names
        )
        change_set = cls(cloudformation, made["Id"], made["StackId"])
        status, reason = change_set._settle(deadline)
        if status == "CREATE_COMPLETE":
            return change_set
        change_set.delete()
        if any(words in reason for words in WITHOUT_CHANGES):
            return None
        raise DeployFailedError(f"{stack_name} cannot be changed so: {reason or status}")

    def execute(self) -> None:
        """Begin to do what the change set says."""
        self._cloudformation.execute_change_set(ChangeSetName=self._id, StackName=self.stack_id)

    def delete(self) -> None:
        """Throw the change set away."""
        self._cloudformation.delete_change_set(ChangeSetName=self._id, StackName=self.stack_id)

    def _settle(self, deadline: float) -> tuple[str, str]:
        for pause_s in pauses_s():
            seen = self._cloudformation.describe_change_set(ChangeSetName=self._id, StackName=self.stack_id)
            status = seen["Status"]
            if not status.endswith(("_PENDING", "_IN_PROGRESS")):
                return status, one_line(seen.get("StatusReason", ""))
            if time.monotonic() > deadline:
                raise DeployFailedError(f"the change set did not settle in time; last seen: {status}")
            time.sleep(pause_s)
        raise AssertionError("pauses never end")
