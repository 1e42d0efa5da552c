"""The record of a run, as JSON and back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MisuseError
from harness.store.provenance import git_state, versions
from harness.store.record import EngineRecord, RunRecord, record_from_json, record_to_json
from tests.unit.harness.literal_results import RECORD

MINIMAL = RunRecord("id", "now", (), {}, "http://api", EngineRecord("external"))


@pytest.mark.parametrize("record", [RECORD, MINIMAL])
def test_a_record_survives_a_file(record: RunRecord) -> None:
    document = json.loads(json.dumps(record_to_json(record)))
    assert document["format"] == 1
    assert record_from_json(document) == record


@pytest.mark.parametrize("version", [2, 0, "1", None])
def test_another_format_is_refused_in_one_line_that_says_what_to_do(version: object) -> None:
    with pytest.raises(MisuseError, match=r"run\.json.format: 1 is expected, not .*; read this run with the version"):
        record_from_json(record_to_json(RECORD) | {"format": version}, "run.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"engine": None}, "run.engine: an object is expected"),
        ({"arguments": "run"}, "run.arguments: a list is expected"),
        ({"phases_ms": {"engine": "long"}}, "run.phases_ms.engine: a number is expected"),
        ({"password": "x"}, "run.password: not known"),
    ],
)
def test_what_is_no_record_is_refused_with_its_place(change: dict[str, object], message: str) -> None:
    with pytest.raises(MisuseError, match=message):
        record_from_json(record_to_json(RECORD) | change)


@given(user_info=st.text("abcXYZ019:%._-", min_size=1))
def test_users_and_passwords_in_urls_are_not_kept(user_info: str) -> None:
    url = f"https://{user_info}@host.example:1/path?next=a@b"
    record = replace(RECORD, api_url=url, arguments=("run", f"--api-url={url}", "--endpoint-url", url))
    kept = record_from_json(record_to_json(record))
    clean = "https://host.example:1/path?next=a@b"
    assert (kept.api_url, kept.arguments) == (clean, ("run", f"--api-url={clean}", "--endpoint-url", clean))


def test_the_versions_of_what_decides_a_run_are_there() -> None:
    found = versions()
    assert {"python", "platform", "serverless-async-api", "localstack-core", "aiohttp"} <= set(found)
    assert found["localstack-core"] == "2026.3.0"


def test_a_folder_in_no_checkout_has_no_revision(tmp_path: Path) -> None:
    assert git_state(tmp_path) is None
