"""The engine's environment: what the launcher decides is in it, what the user happens to have is not."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from emulator.settings import SERVICES, EngineSettings, base_environment, engine_environment

SETTINGS = EngineSettings("127.0.0.1", 4570, Path("/state/work"), log_level="debug")

# What changes or breaks a LocalStack, a boto3 or a requests that sees it.
HARMFUL = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_ENDPOINT_URL": "http://192.0.2.1",
    "AWS_PROFILE": "production",
    "CONFIG_PROFILE": "mine",
    "DEBUG": "1",
    "FILESYSTEM_ROOT": "/elsewhere",
    "HTTPS_PROXY": "http://192.0.2.1:3128",
    "LAMBDA_RUNTIME_EXECUTOR": "docker",
    "LOCALSTACK_AUTH_TOKEN": "secret",
    "PROVIDER_OVERRIDE_SQS": "mine",
    "PYTHONPATH": "/elsewhere",
    "SERVICES": "sns",
    "USE_SSL": "1",
    "http_proxy": "http://192.0.2.1:3128",
}


def test_every_url_that_the_engine_hands_out_has_the_address_it_serves_at() -> None:
    environment = engine_environment(SETTINGS, {})
    assert SETTINGS.endpoint_url == "http://127.0.0.1:4570"
    assert environment["GATEWAY_LISTEN"] == "127.0.0.1:4570"
    assert environment["LOCALSTACK_HOST"] == "127.0.0.1:4570"
    assert environment["SQS_ENDPOINT_STRATEGY"] == "path"


def test_the_engine_uses_our_plugins() -> None:
    environment = engine_environment(SETTINGS, {})
    assert environment["LAMBDA_RUNTIME_EXECUTOR"] == "process"
    assert environment["PROVIDER_OVERRIDE_DYNAMODB"] == "embedded"
    assert environment["SERVICES"].split(",") == list(SERVICES)


def test_our_providers_are_told_which_speed_ups_to_leave_out() -> None:
    settings = replace(SETTINGS, without=("request-models", "event-source"))
    assert engine_environment(settings, {})["EMULATOR_WITHOUT"] == "request-models,event-source"


def test_nothing_is_reported_downloaded_or_resolved() -> None:
    environment = engine_environment(SETTINGS, {})
    assert environment["DISABLE_EVENTS"] == "1"
    assert environment["SKIP_SSL_CERT_DOWNLOAD"] == "1"
    assert environment["DNS_ADDRESS"] == "0"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"


def test_everything_is_written_below_the_work_folder() -> None:
    environment = engine_environment(SETTINGS, {"HOME": "/home/user", "TMPDIR": "/somewhere"})
    assert {environment[name] for name in ("HOME", "TMPDIR", "CONFIG_DIR")} == {"/state/work"}
    assert environment["OVERRIDE_IN_DOCKER"] == "0"


def test_the_users_own_settings_do_not_reach_the_engine() -> None:
    assert engine_environment(SETTINGS, HARMFUL) == engine_environment(SETTINGS, {})
    assert base_environment(HARMFUL) == {}


def test_what_any_process_needs_is_passed_on() -> None:
    surroundings = {
        "PATH": "/usr/bin",
        "LANG": "de_DE.UTF-8",
        "TZ": "Europe/Berlin",
        "LD_LIBRARY_PATH": "/opt/lib",
    }
    assert base_environment(surroundings | HARMFUL) == surroundings
    assert surroundings.items() <= engine_environment(SETTINGS, surroundings).items()


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_surroundings_never_win_over_settings(surroundings: dict[str, str]) -> None:
    settled = engine_environment(SETTINGS, {})
    assert settled.items() <= engine_environment(SETTINGS, settled | surroundings).items()
