"""Users of an emulated account, with access keys that live no longer than a run: those of a real one are its own."""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from harness.callers.signing import AccessKey
from harness.observation import ObservationError
from harness.observation.clients import AwsClients
from harness.shape import ApiShape
from harness.stack.deployment import Deployment

_POLICY: Final = "call-the-api"


@dataclass(frozen=True, slots=True)
class User:
    """One user, as the API gets to know it."""

    arn: str
    key: AccessKey


@contextmanager
def users_of_run(deployment: Deployment, shape: ApiShape) -> Iterator[tuple[User, User]]:
    """Have two users while the block runs: one who may do all that flows do, and one who may only read.

    They are nobody else's: runs may be made side by side, and a run that was killed is in nobody's way.

    Raises:
        ObservationError: the engine refused, or does not answer.
    """
    clients, run = AwsClients(deployment), secrets.token_hex(4)
    reading = readable_methods(shape)
    wanted = {"caller": [*creating_methods(shape), *reading], "reader": reading}
    names = {word: f"{deployment.stack_name}-{word}-{run}" for word in wanted}
    try:
        caller, reader = (_made(clients, names[word], _policy(deployment, methods)) for word, methods in wanted.items())
        yield caller, reader
    finally:
        for name in names.values():
            # What was recorded is worth more than an account that is tidy, and an engine may be gone by now.
            with suppress(ObservationError):
                _delete(clients, name)


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
    with clients.asking(f"user {name}"):
        arn = clients.iam.create_user(UserName=name)["User"]["Arn"]
        clients.iam.put_user_policy(UserName=name, PolicyName=_POLICY, PolicyDocument=policy)
        made = clients.iam.create_access_key(UserName=name)["AccessKey"]
    return User(arn, AccessKey(made["AccessKeyId"], made["SecretAccessKey"]))


def _delete(clients: AwsClients, name: str) -> None:
    with clients.asking(f"user {name}"):
        for key in clients.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            clients.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        clients.iam.delete_user_policy(UserName=name, PolicyName=_POLICY)
        clients.iam.delete_user(UserName=name)
