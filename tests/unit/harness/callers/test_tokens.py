"""Tokens of the local issuer: good ones are let in by the authorizer, and of the others not one."""

import json
import stat
import threading
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from authorizer.keys import keys_of
from authorizer.policy import answer_for
from authorizer.refusal import RefusedError
from authorizer.verification import Caller, Rules, verified_caller
from harness.callers import Auth
from harness.callers.false_tokens import FalseTokens
from harness.callers.local_issuer import ISSUER, LocalIssuer, local_issuer, state_dir
from harness.callers.token_caller import LIFETIME_S, RENEWED_BEFORE_S, TokenCaller
from harness.errors import InputOutputError, MisuseError
from harness.transport import Request
from harness.workload.unauthorized_callers import WAYS

NOW_S = 1_795_461_015
STAGE = "arn:aws:execute-api:us-east-1:111111111111:abcdef/v1"


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    return local_issuer(tmp_path)


def judged(issuer: LocalIssuer, token: str, now_s: int = NOW_S) -> Caller:
    """Return what the authorizer makes of a token, in a stack that trusts the issuer."""
    return verified_caller(token, keys_of(issuer.key_set()).get, Rules(ISSUER, "users-api", 30), now_s)


def may_create(caller: Caller) -> bool:
    (statement,) = answer_for(caller, f"{STAGE}/POST/users")["policyDocument"]["Statement"]
    matches = any(fnmatchcase(f"{STAGE}/POST/users", resource) for resource in statement["Resource"])
    return statement["Effect"] == "Allow" and matches


def test_a_token_is_good_for_the_stack_that_it_is_for(issuer: LocalIssuer) -> None:
    token = issuer.token("users-api", subject="ada", scopes=["users:write"], now_s=NOW_S)
    assert judged(issuer, token) == Caller("ada", frozenset({"users:write"}))
    with pytest.raises(RefusedError, match="it is for another audience"):
        judged(issuer, issuer.token("another", now_s=NOW_S))


def test_the_key_is_made_once_and_is_nobody_else_s_to_read(tmp_path: Path) -> None:
    first, second = local_issuer(tmp_path / "new"), local_issuer(tmp_path / "new")
    (path,) = (tmp_path / "new").iterdir()
    assert first.key_id == second.key_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "d" in json.loads(path.read_text())


def test_what_a_stack_gets_to_know_is_not_the_private_key(issuer: LocalIssuer) -> None:
    (member,) = json.loads(issuer.key_set())["keys"]
    assert set(member) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    local_issuer(tmp_path)
    (path,) = tmp_path.iterdir()
    path.chmod(0o640)
    with pytest.raises(MisuseError, match="others may read this private key; chmod 600 it"):
        local_issuer(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"kty": "oct", "k": "AA"}', '{"kty": "EC", "crv": "P-256"}'])
def test_a_file_that_is_no_key_is_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "issuer-key.json"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(MisuseError, match="no private key"):
        local_issuer(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputOutputError, match="check the folder"):
        local_issuer(tmp_path / "file" / "below")


def test_many_at_once_get_one_key(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(local_issuer(tmp_path).key_id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["issuer-key.json"]


@pytest.mark.parametrize(("given", "is_used"), [("/somewhere", True), ("", False), ("relative", False)])
def test_the_state_folder_is_the_user_s_own(monkeypatch: pytest.MonkeyPatch, given: str, is_used: bool) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", given)
    folder = state_dir()
    assert folder.is_absolute()
    assert (folder == Path("/somewhere/serverless-async-api")) is is_used


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_caller_sends_the_same_token_until_shortly_before_it_expires() -> None:
    clock, minted = Clock(), iter(map(str, range(10)))
    caller = TokenCaller(lambda: next(minted), clock)
    request = Request("GET", "http://h/p", {"Accept": "application/json"}, b"x")

    def sent() -> str:
        return caller.authorized(request).headers["Authorization"]

    assert sent() == sent() == "Bearer 0"
    clock.now_s = LIFETIME_S - RENEWED_BEFORE_S - 1
    assert sent() == "Bearer 0"
    clock.now_s += 1
    assert sent() == sent() == "Bearer 1"
    whole = caller.authorized(request)
    assert (whole.method, whole.url, whole.body) == (request.method, request.url, request.body)
    assert whole.headers["Accept"] == "application/json"


@pytest.mark.parametrize("way", [way for way in WAYS[Auth.JWT] if way != "no-token"])
def test_no_stranger_may_create(issuer: LocalIssuer, way: str) -> None:
    header = FalseTokens(issuer, "users-api", lambda: NOW_S).header(way)
    assert header is not None
    try:
        caller = judged(issuer, header.removeprefix("Bearer "))
    except RefusedError:
        return
    assert not may_create(caller)


@pytest.mark.parametrize("way", ["no-scope", "reads-only", "prefix-of-scope"])
def test_some_strangers_are_known_and_may_not_create_all_the_same(issuer: LocalIssuer, way: str) -> None:
    header = FalseTokens(issuer, "users-api", lambda: NOW_S).header(way) or ""
    assert judged(issuer, header.removeprefix("Bearer ")).subject == "stranger"


def test_a_stranger_s_token_differs_in_what_is_wrong_and_in_nothing_else(issuer: LocalIssuer) -> None:
    token = FalseTokens(issuer, "users-api", lambda: NOW_S).signed()
    assert may_create(judged(issuer, token))


def test_every_way_of_a_stranger_can_be_sent(issuer: LocalIssuer) -> None:
    strangers = FalseTokens(issuer, "users-api", lambda: NOW_S)
    sent: list[Any] = [strangers.one(way).authorized(Request("GET", "http://h")).headers for way in WAYS[Auth.JWT]]
    assert [headers for headers in sent if not headers] == [{}]
