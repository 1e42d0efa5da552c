"""The authorizer as API Gateway calls it."""

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from authorizer.settings import SettingsError
from tests.unit.authorizer.issuing import AUDIENCE, ISSUER, KEY_SET, signed

METHOD = "arn:aws:execute-api:us-east-1:111111111111:abcdef/v1/POST/users"
CONTEXT = SimpleNamespace(aws_request_id="r-1")

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Handler:
    """Return the handler as in an execution environment with these variables."""
    for name in ("ISSUER", "AUDIENCE", "JWKS", "JWKS_URL", "LEEWAY_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("authorizer.handler", None)
    handler: Handler = importlib.import_module("authorizer.handler").handler
    return handler


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    yield load(monkeypatch, ISSUER=ISSUER, AUDIENCE=AUDIENCE, JWKS=KEY_SET, JWKS_URL="")
    sys.modules.pop("authorizer.handler", None)


def event(header: object) -> dict[str, Any]:
    return {"type": "TOKEN", "authorizationToken": header, "methodArn": METHOD}


def good(**changes: Any) -> str:
    now_s = int(time.time())
    return signed(**{"iat": now_s, "exp": now_s + 60} | changes)


def test_a_good_token_is_answered_with_what_it_allows(handler: Handler) -> None:
    answer = handler(event(f"Bearer {good(sub='grace', scope='users:write')}"), CONTEXT)

    assert answer == {
        "principalId": "grace",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [METHOD]}],
        },
        "context": {"subject": "grace"},
    }


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic eDp5", f"bearer {signed()}", signed(), 7],
    ids=["none", "empty", "no-token", "blank-token", "basic", "lower-case", "bare-token", "number"],
)
def test_without_a_bearer_token_nobody_is_let_in(handler: Handler, header: object) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handler(event(header), CONTEXT)


def test_a_refusal_says_why_in_the_log_and_nothing_of_the_token(
    handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    token = good(exp=1)
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handler(event(f"Bearer {token}"), CONTEXT)

    said = capsys.readouterr().out
    assert json.loads(said) == {
        "level": "WARNING",
        "message": "The token is refused",
        "reason": "it has expired",
        "requestId": "r-1",
    }
    assert not any(part in said for part in token.split("."))


def test_what_is_longer_than_any_token_is_not_even_read(handler: Handler) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handler(event(f"Bearer {'x' * 9000}"), CONTEXT)


def test_a_set_that_has_no_keys_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = load(monkeypatch, ISSUER=ISSUER, AUDIENCE=AUDIENCE, JWKS="{}")
    with pytest.raises(Exception, match="keys are not known"):
        handler(event(f"Bearer {good()}"), CONTEXT)


@pytest.mark.parametrize(
    "environment",
    [
        {"AUDIENCE": AUDIENCE, "JWKS": KEY_SET},
        {"ISSUER": ISSUER, "JWKS": KEY_SET},
        {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE},
        {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "JWKS": KEY_SET, "JWKS_URL": "https://issuer.example/keys"},
        {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "JWKS_URL": "http://issuer.example/keys"},
        {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "JWKS_URL": "file:///etc/keys"},
        {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "JWKS_URL": "http://localhost.issuer.example/keys"},
    ],
)
def test_a_function_that_was_set_up_wrong_does_not_start(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    with pytest.raises(SettingsError):
        load(monkeypatch, **environment)
