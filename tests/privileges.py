"""Is each role allowed what is done on its behalf, and nothing else? Pure: policies and uses in, what is wrong out.

A *grant* is one action on one resource that a policy allows, either with wildcards; a *use* is one that really
happened, or that a service makes by its own documentation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """What a policy allows."""

    action: str
    resource: str

    def covers(self, use: "Use") -> bool:
        """Whether it allows this use. Actions are the same in any case, resources are not."""
        return _matches(self.action.lower(), use.action.lower()) and _matches(self.resource, use.resource)


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """What is done on behalf of a role."""

    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with a role."""

    missing: tuple[Use, ...]
    """Done, and not allowed."""
    unused: tuple[Grant, ...]
    """Allowed, and never done."""


def judge(grants: Iterable[Grant], uses: Iterable[Use]) -> Judgement:
    """Hold what a role is allowed against what is done on its behalf."""
    allowed, done = sorted(set(grants)), sorted(set(uses))
    missing = tuple(use for use in done if not any(grant.covers(use) for grant in allowed))
    unused = tuple(grant for grant in allowed if not any(grant.covers(use) for use in done))
    return Judgement(missing, unused)


def grants_of(policies: Iterable[Mapping[str, Any]]) -> set[Grant]:
    """Return what policy documents allow.

    Raises:
        ValueError: a statement says something that is not understood here, so that nothing is taken for granted.
    """
    found: set[Grant] = set()
    for policy in policies:
        for statement in _list(policy["Statement"]):
            if statement.keys() - {"Sid", "Effect", "Action", "Resource"} or statement["Effect"] != "Allow":
                raise ValueError(f"a statement that is not simply an Allow: {statement}")
            pairs = (
                (action, resource) for action in _list(statement["Action"]) for resource in _list(statement["Resource"])
            )
            found |= {Grant(action, resource) for action, resource in pairs}
    return found


def use_of_integration(integration: Mapping[str, Any], variables: Mapping[str, str]) -> Use:
    """Return what an API's integration does on behalf of its role.

    Args:
        integration: as API Gateway describes it.
        variables: of the stage.

    Raises:
        ValueError: it is of a kind that is not known here.
    """
    (text,) = set(integration["requestTemplates"].values())
    for name, value in variables.items():
        text = text.replace(f"$stageVariables.{name}", value)
    match re.split(r"[:/]", integration["uri"]):
        case ["arn", partition, "apigateway", region, "sqs", "path", account, queue]:
            action = re.match(r"Action=(\w+)&", text)
            if action:
                return Use(f"sqs:{action[1]}", f"arn:{partition}:sqs:{region}:{account}:{queue}")
        case ["arn", partition, "apigateway", region, "dynamodb", "action", action]:
            account = integration["credentials"].split(":")[4]
            names = {name: re.search(rf'"{name}": "([^"]+)"', text) for name in ("TableName", "IndexName")}
            table, index = (found[1] if found else None for found in names.values())
            if table:
                arn = f"arn:{partition}:dynamodb:{region}:{account}:table/{table}"
                return Use(f"dynamodb:{action}", f"{arn}/index/{index}" if index else arn)
    raise ValueError(f"an integration that is not understood: {integration['uri']}")


def use_of_authorizer(authorizer: Mapping[str, Any]) -> Use:
    """Return what an API does on behalf of the role that it asks its authorizer by."""
    function = re.search(r"functions/(arn:[^/]+)/invocations$", authorizer["authorizerUri"])
    if function is None:
        raise ValueError(f"an authorizer that is not understood: {authorizer['authorizerUri']}")
    return Use("lambda:InvokeFunction", function[1])


def uses_of_lambda(configuration: Mapping[str, Any], log_group_arn: str, queue_arns: Sequence[str]) -> set[Use]:
    """Return what Lambda itself does on behalf of a function's role.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html

    Args:
        configuration: the function's.
        log_group_arn: of the group that it logs to, which is there already: nobody has to make it.
        queue_arns: of the queues that its event source mappings read.
    """
    # A stream's own ARN begins with its group's, which ends in `:*` for all of them.
    uses = {Use(f"logs:{action}", log_group_arn) for action in ("CreateLogStream", "PutLogEvents")}
    if configuration.get("TracingConfig", {}).get("Mode") == "Active":
        uses |= {Use(f"xray:{action}", "*") for action in ("PutTraceSegments", "PutTelemetryRecords")}
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return uses | {Use(f"sqs:{action}", arn) for arn in queue_arns for action in actions}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _matches(pattern: str, text: str) -> bool:
    # IAM's patterns have `*` and `?` alone.
    return re.fullmatch(translate(pattern.replace("[", "[[]")), text) is not None
