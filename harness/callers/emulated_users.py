"""Users of an emulated account, with access keys that live no longer than a run: those of a real one are its own."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from harness.callers.signing import AccessKey
from harness.deployment import Deployment
from harness.observation.clients import AwsClients
from harness.shape import ApiShape

_POLICY: Final = "call-the-api"


@dataclass(frozen=True, slots=True)
class User:
    """One user, as the API gets to know it."""

    arn: str
    key: AccessKey


@contextmanager
def users_of_run(
    deployment: Deployment, shape: ApiShape, names: Sequence[str] = ("caller", "reader")
) -> Iterator[list[User]]:
    """Have users with keys while the block runs: the first may do all that flows do, those after it only read.

    Raises:
        ObservationError: the engine refused, or does not answer.
    """
    clients = AwsClients(deployment)
    users: list[User] = []
    try:
        for name in names:
            methods = readable_methods(shape) if users else [*creating_methods(shape), *readable_methods(shape)]
            users.append(_made(clients, f"{deployment.stack_name}-{name}", _policy(deployment, methods)))
        yield users
    finally:
        for user in users:
            with clients.asking(f"user {user.arn}"):
                clients.iam.delete_access_key(UserName=user.arn.rpartition("/")[2], AccessKeyId=user.key.id)


def creating_methods(shape: ApiShape) -> list[str]:
    """Return how `execute-api` names the call that creates."""
    return [f"{shape.create.method}{shape.create.path}"]


def readable_methods(shape: ApiShape) -> list[str]:
    """Return how `execute-api` names the calls that read, whatever they ask for."""
    status, retrieve = shape.status, shape.retrieve
    return [
        f"{status.method}{status.path.replace('{handle}', '*')}",
        f"{retrieve.method}{retrieve.path.replace('{result_id}', '*')}",
    ]


def _policy(deployment: Deployment, methods: Sequence[str]) -> str:
    stage = (
        f"arn:aws:execute-api:{deployment.region}:{deployment.account_id}:{deployment.api_id}/{deployment.stage_name}"
    )
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": [f"{stage}/{method}" for method in methods],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _made(clients: AwsClients, name: str, policy: str) -> User:
    """Make a user, or take the one that an earlier run made, and give it a key."""
    with clients.asking(f"user {name}"):
        try:
            arn = clients.iam.create_user(UserName=name)["User"]["Arn"]
        except clients.iam.exceptions.EntityAlreadyExistsException:
            arn = clients.iam.get_user(UserName=name)["User"]["Arn"]
        clients.iam.put_user_policy(UserName=name, PolicyName=_POLICY, PolicyDocument=policy)
        made = clients.iam.create_access_key(UserName=name)["AccessKey"]
    return User(arn, AccessKey(made["AccessKeyId"], made["SecretAccessKey"]))
