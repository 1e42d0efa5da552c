"""Who calls in a run, by how the API knows its callers."""

from pathlib import Path

import pytest

from harness.callers import ANYBODY, Auth
from harness.callers.emulated_users import creating_methods, readable_methods
from harness.callers.of_run import callers_of_run
from harness.callers.parameters import parameters_of_auth
from harness.errors import UnavailableError
from harness.shape.users import USERS_API
from harness.transport import Request
from harness.workload import Workload

REQUEST = Request("GET", "http://h/v1/users/x", {"Accept": "application/json"})


def workload(auth: Auth) -> Workload:
    return Workload(seed=1, flows=1, auth=auth)


def test_where_nobody_is_asked_everybody_calls() -> None:
    with callers_of_run(None, workload(Auth.NONE)) as callers:
        assert callers is ANYBODY
        assert callers.authorized_caller.authorized(REQUEST) is REQUEST


def test_where_tokens_are_asked_for_the_local_issuer_s_are_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with callers_of_run(None, workload(Auth.JWT)) as callers:
        sent = callers.authorized_caller.authorized(REQUEST).headers
    assert sent["Accept"] == "application/json"
    assert sent["Authorization"].startswith("Bearer ey")
    assert callers.name == "local-developer"


def test_on_aws_calls_are_signed_with_the_credentials_that_are_configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with callers_of_run(None, workload(Auth.IAM)) as callers:
        sent = callers.authorized_caller.authorized(REQUEST).headers
    assert "Credential=AKIAIOSFODNN7EXAMPLE/" in sent["Authorization"]
    assert sent["X-Amz-Security-Token"] == "a-token"
    assert callers.name is None


def test_without_credentials_there_is_nobody_to_sign_as(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.Session.get_credentials", lambda _session: None)
    with (
        pytest.raises(UnavailableError, match="no AWS credentials to sign with"),
        callers_of_run(None, workload(Auth.IAM)),
    ):
        pass


def test_policies_name_the_calls_of_a_flow() -> None:
    assert creating_methods(USERS_API) == ["POST/users"]
    assert readable_methods(USERS_API) == ["GET/status/*", "GET/users/*"]


def test_what_a_person_says_of_who_may_call_is_left_as_it_is() -> None:
    assert parameters_of_auth(Auth.IAM, "mine", ["BatchSize=5"]) == ["Authorization=AWS_IAM"]
    assert parameters_of_auth(Auth.IAM, "mine", ["Authorization=JWT", "JwtIssuer=i"]) == []
