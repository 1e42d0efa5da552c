"""Tokens that must not be let in, at a stack that asks for tokens: each is refused as AWS refuses it, without a trace.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html (UNAUTHORIZED, 401;
ACCESS_DENIED, 403; MISSING_AUTHENTICATION_TOKEN is for signed APIs, a TOKEN authorizer without its header is 401)
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from harness.callers import Auth
from harness.callers.false_tokens import FalseTokens
from harness.callers.local_issuer import LocalIssuer, local_issuer
from harness.stack.deployment import DeploymentRequest, delete
from harness.stack.deployment import deploy as deploy_stack
from harness.workload.unauthorized_callers import WAYS
from tests.integration.engine_fixture import RunningEngine, aws_clients
from tests.integration.stack_fixture import CALL_TIMEOUT_S, QUICK_REDELIVERY, Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("jwt-attacks")

ACCOUNT_ID = "310000000011"
STACK_NAME = "tokens"
UNAUTHORIZED = (401, {"message": "Unauthorized"})
ACCESS_DENIED = (403, {"message": "User is not authorized to access this resource"})
EXPLICITLY_DENIED = (403, {"message": "User is not authorized to access this resource with an explicit deny"})
LEEWAY_S = 30


@dataclass
class World:
    """A stack that asks for tokens, and the issuer that it trusts."""

    stack: Stack
    issuer: LocalIssuer
    attacks: int = 0

    @property
    def tokens(self) -> FalseTokens:
        return FalseTokens(self.issuer, STACK_NAME, time.time)

    def post(self, authorization: str | None, name: str) -> requests.Response:
        body = json.dumps({"name": name, "email": f"{name}@example.com"})
        headers = {"Content-Type": "application/json"} | self._header(authorization)
        return requests.post(f"{self.stack.api_url}/users", data=body, headers=headers, timeout=CALL_TIMEOUT_S)

    def attack(self, authorization: str | None) -> tuple[int, object]:
        """Create a user of a name that nobody else has, and return what was answered."""
        self.attacks += 1
        answer = self.post(authorization, f"attacker-{self.attacks}")
        return answer.status_code, answer.json()

    def get(self, path: str, token: str) -> requests.Response:
        headers = self._header(f"Bearer {token}")
        return requests.get(f"{self.stack.api_url}{path}", headers=headers, timeout=CALL_TIMEOUT_S)

    @staticmethod
    def _header(authorization: str | None) -> dict[str, str]:
        return {} if authorization is None else {"Authorization": authorization}


@pytest.fixture(scope="module")
def world(engine: RunningEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stack in an account of its own; afterwards nothing of any attack may be anywhere in it."""
    folder = tmp_path_factory.mktemp("tokens")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(folder))
        parameters = [f"{key}={value}" for key, value in QUICK_REDELIVERY.items()]
        request = DeploymentRequest(
            engine.endpoint_url, ACCOUNT_ID, stack_name=STACK_NAME, parameters=parameters, auth=Auth.JWT
        )
        outputs = Path(folder / "outputs.json")
        deployment = deploy_stack(request, outputs)
        made = World(Stack(deployment.to_json(), aws_clients(engine.endpoint_url, ACCOUNT_ID)), local_issuer())
        try:
            yield made
            leave_no_trace(made)
        finally:
            delete(request, outputs)


def leave_no_trace(world: World) -> None:
    world.stack.wait_until_quiet()
    stored = {item["name"] for item in world.stack.items()}
    assert not [name for name in stored if name.startswith("attacker")]
    assert world.stack.queue_depth("dead_letter_queue_url") == 0
    assert world.attacks > len(WAYS[Auth.JWT])


def test_who_has_a_good_token_is_let_in_and_known(world: World) -> None:
    token = world.issuer.token(STACK_NAME, subject="ada@example.com|1")
    accepted = world.post(f"Bearer {token}", "Ada")
    assert accepted.status_code == 202, accepted.text
    message_id = accepted.json()["messageId"]
    status = wait_until(lambda: world.get(f"/status/{message_id}", token), lambda seen: seen.ok, deadline_s=60)
    user = world.get(f"/users/{status.json()['userId']}", token).json()
    assert set(user) == {"id", "name", "email", "createdAt"}
    (stored,) = [item for item in world.stack.items() if item["messageId"] == message_id]
    assert stored["createdBy"] == "ada@example.com|1"


ANSWERS = {"no-scope": EXPLICITLY_DENIED, "reads-only": ACCESS_DENIED, "prefix-of-scope": ACCESS_DENIED}


@pytest.mark.parametrize("way", WAYS[Auth.JWT])
def test_a_stranger_is_refused(world: World, way: str) -> None:
    assert world.attack(world.tokens.header(way)) == ANSWERS.get(way, UNAUTHORIZED)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer a b.c.d"])
def test_what_is_no_bearer_token_is_refused(world: World, authorization: str) -> None:
    assert world.attack(authorization) == UNAUTHORIZED


def test_a_token_is_good_for_its_leeway_and_not_a_second_longer(world: World) -> None:
    tokens = world.tokens
    assert world.attack(f"Bearer {tokens.signed(exp=tokens.later(-LEEWAY_S - 1))}") == UNAUTHORIZED
    assert world.attack(f"Bearer {tokens.signed(nbf=tokens.later(LEEWAY_S + 5))}") == UNAUTHORIZED
    late = tokens.signed(exp=tokens.later(-LEEWAY_S / 2))
    assert world.get("/users/nobody", late).status_code == 404


def test_a_policy_that_was_kept_from_a_read_does_not_let_a_create_in(world: World) -> None:
    token = world.tokens.signed(scope="users:read")
    assert [world.get(path, token).status_code for path in ("/users/nobody", "/status/nobody")] == [404, 404]
    assert world.attack(f"Bearer {token}") == ACCESS_DENIED


def test_a_policy_that_was_kept_from_a_create_does_not_let_a_read_in(world: World) -> None:
    token = world.tokens.signed(scope="users:write", sub="writer")
    assert world.post(f"Bearer {token}", "Grace").status_code == 202
    assert [world.get(path, token).status_code for path in ("/users/nobody", "/status/nobody")] == [403, 403]


def test_a_token_with_any_one_character_changed_is_never_let_in(world: World) -> None:
    drawn, token = random.Random(7), world.issuer.token(STACK_NAME)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    assert world.get("/users/nobody", token).status_code == 404
    for place in drawn.sample(range(len(token)), 20):
        other = drawn.choice(letters.replace(token[place], ""))
        assert world.attack(f"Bearer {token[:place]}{other}{token[place + 1 :]}") == UNAUTHORIZED


def test_a_body_that_is_wrong_is_not_even_looked_at(world: World) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{world.stack.api_url}/users", data="{", headers=headers, timeout=CALL_TIMEOUT_S)
    assert (answer.status_code, answer.json()) == UNAUTHORIZED
