"""What makes the engine fast changes no answer to who calls: the same callers ask it with and without every speed-up.

With LocalStack as it ships there is nothing to compare: it asks nobody who he is.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.integration.differential.compare import differences
from tests.integration.differential.normalise import normalise
from tests.integration.engine_fixture import RunningEngine
from tests.integration.test_authorization_api_keys import keyed_world
from tests.integration.test_authorization_authorizers import ANSWER, REFUSALS, guarded_world
from tests.integration.test_authorization_iam import ATTACKS, sign, sign_url, signed_world

pytestmark = pytest.mark.xdist_group("without-speed-ups")

ACCOUNT_ID = "310000000021"
LET_IN = ("allowed", "member", "session", "managed", "both", "user's session", "federated", "federated-reader")

# What a refusal quotes of a signature: when it was made, and its hashes.
_OF_ITS_TIME = re.compile(r"\d{8}T\d{6}Z|[0-9a-f]{64}")

type Answers = dict[str, Any]


@pytest.mark.parametrize("kind", ["signed", "asked", "keyed"])
def test_speed_ups_change_no_answer_to_who_calls(
    kind: str, engine: RunningEngine, engine_without_speed_ups: RunningEngine
) -> None:
    ask: Callable[[RunningEngine], Answers] = {"signed": signed, "asked": asked, "keyed": keyed}[kind]
    ours, reference = ask(engine), ask(engine_without_speed_ups)
    assert len(ours) > 5
    assert differences(ours, reference) == []


def signed(engine: RunningEngine) -> Answers:
    with signed_world(engine, ACCOUNT_ID) as world:
        seen = seen_at(engine, world.api.api_id)
        answers = {name: seen(make(world).send("keep-alive")) for name, (make, _) in ATTACKS.items()}
        for who in LET_IN:
            answers[f"create by {who}"] = seen(sign(world, who).send("keep-alive"))
            answers[f"read by {who}"] = seen(sign(world, who, "/items/x", "GET").send("keep-alive"), with_body=False)
        answers["signed URL"] = seen(sign_url(world, "allowed", "/items?a=1").send("keep-alive"), with_body=False)
        answers["open"] = seen(world.api.get("/open"))
        answers["enqueued"] = world.api.received()
    return answers


def asked(engine: RunningEngine) -> Answers:
    with guarded_world(engine, ACCOUNT_ID) as world:
        seen = seen_at(engine, world.api.api_id)
        answers: Answers = {
            name: seen(world.api.post(Authorization=token))
            for name, (token, _) in REFUSALS.items()
            if "exit" not in name
        }
        for path in ("/kept", "/kept/x", "/looks", "/request/x?tenant=a", "/absent", "/forbidden", "/default", "/open"):
            for method in ("GET", "POST"):
                for token in ("allow", "this", "deny", ""):
                    answer = world.api.send(method, path, "{}", Authorization=token, x_shown="allow")
                    answers[f"{method} {path} {token}"] = seen(answer, with_body=answer.status_code != 200)
        answers["let in"] = seen(world.api.post(Authorization=f"answer {ANSWER}".replace("'", '"')))
        answers["enqueued"] = world.api.received()
    return answers


def keyed(engine: RunningEngine) -> Answers:
    with keyed_world(engine, ACCOUNT_ID) as world:
        seen = seen_at(engine, world.api.api_id)
        world.add("hasty", throttle={"rateLimit": 0.001, "burstLimit": 2})
        world.add("frugal", quota={"limit": 1, "period": "MONTH"})
        names = ("", "none", "good", "disabled", "of another stage", "without a plan", *["hasty"] * 3, *["frugal"] * 2)
        answers: Answers = {f"{number} {name}": seen(world.post(name)) for number, name in enumerate(names)}
        answers["open"] = seen(world.api.get("/open"))
        answers["enqueued"] = world.api.received()
    return answers


def seen_at(engine: RunningEngine, api_id: str) -> Callable[..., Any]:
    """Return what makes an answer of this engine one that can be compared."""
    saved = {"api_id": api_id, "host": engine.endpoint_url.removeprefix("http://")}

    def seen(answer: requests.Response, *, with_body: bool = True) -> Any:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        body = _OF_ITS_TIME.sub("<of its time>", answer.content.decode()) if with_body else ""
        return normalise({"status": answer.status_code, "headers": headers, "body": body}, saved)

    return seen
