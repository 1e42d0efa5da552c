"""Removes the stack and all else that deploying it made."""

import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra.artifacts import Artifacts
from infra.errors import DeployFailedError
from infra.stack import EventLog, find_resting_stack, physical_ids, settle

if TYPE_CHECKING:
    from infra.engine import Engine
    from infra.options import Options
    from infra.progress import Progress


def remove(options: "Options", engine: "Engine", progress: "Progress") -> list[str]:
    """Remove the stack, its logs, its artifacts and the outputs file; return what there was of them.

    Raises:
        BootstrapError: when that was not possible; what failed has been told to `progress`.
    """
    deadline = time.monotonic() + options.timeout_s
    removed = []
    stack = find_resting_stack(engine.cloudformation, options.stack_name, deadline, progress.note)
    if stack:
        removed += [f"stack {options.stack_name}", *delete_stack(engine, stack.id, progress, deadline)]
    removed += Artifacts(engine, options.stack_name).delete()
    if options.outputs_path.exists():
        options.outputs_path.unlink()
        removed.append(str(options.outputs_path))
    return removed


def delete_stack(engine: "Engine", stack_id: str, progress: "Progress", deadline: float) -> list[str]:
    """Delete a stack, and the logs that were written again while it went; return the names of those.

    Args:
        engine: where it is
        stack_id: not its name: once deleted, it is only found by its ID
        progress: is told what happens
        deadline: on the monotonic clock

    Raises:
        DeployFailedError: when a resource could not be deleted, or the deadline passed.
    """
    resources = physical_ids(engine.cloudformation, stack_id).values()
    log_groups = [physical_id for kind, physical_id in resources if kind == "AWS::Logs::LogGroup" and physical_id]
    events = EventLog(engine.cloudformation, stack_id)
    engine.cloudformation.delete_stack(StackName=stack_id)
    status, failures = settle(events, deadline, progress.event)
    if status != "DELETE_COMPLETE":
        reasons = "; ".join(f"{each.resource}: {each.reason}" for each in failures) or "no reason given"
        raise DeployFailedError(f"the stack could not be deleted ({status}): {reasons}")
    return [f"log group {name}" for name in log_groups if _delete_log_group(engine, name)]


def _delete_log_group(engine: "Engine", name: str) -> bool:
    try:
        engine.logs.delete_log_group(logGroupName=name)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
            return False
        raise
    return True
