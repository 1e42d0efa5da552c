"""The names that a stack gives its resources, and whether somebody else's resource has one of them.

A name that is taken is found before anything is created. Not every engine refuses to create what is there: some
take it for their own, and delete it with the stack.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.errors import DeployFailedError
from infra.references import is_made, resolved

if TYPE_CHECKING:
    from infra.engine import Engine


@dataclass(frozen=True)
class Kind:
    """A type of resource whose name is unique in its account and region."""

    word: str
    """What people call it"""
    name_property: str
    """Where a template has its name"""
    look_up: Callable[["Engine", str], object]
    """Asks an engine for the resource of a name, and raises when there is none"""


KINDS = {
    "AWS::SQS::Queue": Kind("queue", "QueueName", lambda engine, name: engine.sqs.get_queue_url(QueueName=name)),
    "AWS::DynamoDB::Table": Kind(
        "table", "TableName", lambda engine, name: engine.dynamodb.describe_table(TableName=name)
    ),
    "AWS::Lambda::Function": Kind(
        "function", "FunctionName", lambda engine, name: engine.lambda_.get_function(FunctionName=name)
    ),
}
NOT_THERE = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "ResourceNotFoundException"}


def refuse_taken_names(engine: "Engine", template: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Check each queue, table and function that the template names, for a stack that is to be created.

    Args:
        engine: where
        template: in long form
        names: what each name that the template refers to stands for, as far as that is known before there is a stack

    Raises:
        DeployFailedError: when one of them is there already.
    """
    for resource, declared in template["Resources"].items():
        kind = KINDS.get(declared["Type"])
        if kind and kind.name_property in declared.get("Properties", {}) and is_made(declared, template, names):
            name = resolved(declared["Properties"][kind.name_property], names)
            if _exists(kind, engine, name):
                raise DeployFailedError(
                    f"{resource} ({declared['Type']}): {kind.word} {name} already exists and is no part of a stack"
                    " of this name: delete it, or choose another --stack-name"
                )


def _exists(kind: Kind, engine: "Engine", name: str) -> bool:
    try:
        kind.look_up(engine, name)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in NOT_THERE:
            return False
        raise
    return True
