"""`harness replay`, `shrink` and `bundle` on an API in memory: what is said, kept, and answered to a script."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.command_line import main
from harness.errors import ExitCode
from harness.store.runs import RunStore
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.fake_stack import dependencies, quick_api

type Harness = Callable[..., Result]

BROKEN_EMAIL = "user-7-3"
"""Of flow 3 of seed 7."""


def forgets_the_name(user: dict[str, str]) -> dict[str, str]:
    """What a sound API would not do: one user comes back with another name."""
    return user | {"name": "Somebody Else"} if user["email"].startswith(f"{BROKEN_EMAIL}@") else user


@pytest.fixture
def api() -> FakeApi:
    return quick_api()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.chdir(tmp_path)
    return RunStore(tmp_path / ".harness" / "runs")


@pytest.fixture
def harness(store: RunStore, api: FakeApi) -> Harness:  # noqa: ARG001 - it changes the folder
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, obj=dependencies(api))

    return run


def run_it(harness: Harness, *more: str) -> dict[str, Any]:
    options = ["--flows", "12", "--clients", "3", "--seed", "7", "--polling", "fixed:1ms", "--payloads", "plain"]
    done = harness("run", "--api-url", API_URL, *options, "--json", *more)
    return dict(json.loads(done.stdout))


def one_line_of(result: Result) -> str:
    line = result.stderr.splitlines()[-1]
    assert line.startswith("harness: "), result.output
    return line


class TestReplay:
    """`harness replay`."""

    def test_the_same_is_done_again_and_kept_beside_the_first(self, harness: Harness, store: RunStore) -> None:
        first = run_it(harness)["run"]["run_id"]
        again = harness("replay", first, "--json")
        assert again.exit_code == ExitCode.VALID, again.output
        shown = json.loads(again.stdout)
        assert {each["what"]: each["same"] for each in shown["sameness"]} == {
            "payloads": True,
            "faults": True,
            "verdict": True,
            "claims": True,
            "broken flows": True,
            "making": True,
        }
        assert shown["run"]["replay_of"] == first
        assert sorted(store.names()) == sorted([first, shown["run"]["run_id"]])
        assert store.find(first).read_record().workload == store.find("latest").read_record().workload

    def test_another_concurrency_sends_the_same_and_is_said_to_be_another(self, harness: Harness) -> None:
        run_it(harness)
        again = harness("replay", "latest", "--clients", "1")
        assert again.exit_code == ExitCode.VALID
        assert "12 flows sent the same bytes" in again.output
        assert "workload arrival clients 3 -> 1" in again.output

    def test_a_bug_that_is_mended_is_said_to_be_gone(self, harness: Harness, api: FakeApi) -> None:
        api.stored = forgets_the_name
        assert run_it(harness)["results"]["verdict"]["word"] == "invalid"
        api.stored = dict
        again = harness("replay", "latest")
        assert again.exit_code == ExitCode.VALID
        assert "invalid before, valid now" in again.output
        assert "broken only before: retrieved-as-sent" in again.output

    def test_a_bug_that_is_still_there_fails_again_for_the_same_flow(self, harness: Harness, api: FakeApi) -> None:
        api.stored = forgets_the_name
        run_it(harness)
        again = harness("replay", "latest")
        assert again.exit_code == ExitCode.INVALID
        assert "invalid again" in again.output

    def test_how_often_it_fails_is_said_with_how_sure_that_is(self, harness: Harness, api: FakeApi) -> None:
        run_it(harness)
        times = 0

        def every_other_time(user: dict[str, str]) -> dict[str, str]:
            nonlocal times
            times += user["email"].startswith(f"{BROKEN_EMAIL}@")
            return forgets_the_name(user) if times % 2 else user

        api.stored = every_other_time
        again = harness("replay", "latest", "--times", "4", "--json")
        assert again.exit_code == ExitCode.INVALID, again.output
        shown = json.loads(again.stdout)
        assert [each["verdict"] for each in shown["tries"]] == ["invalid", "valid", "invalid", "valid"]
        assert (shown["invalid"]["count"], shown["invalid"]["rate"]) == (2, 0.5)
        assert shown["invalid"]["interval_95"] == pytest.approx([0.150, 0.850], abs=0.001)
        assert shown["broken"]["retrieved-as-sent"]["count"] == 2
        assert "try 4 of 4: valid; 2 failed so far" in again.stderr

    def test_ctrl_c_keeps_the_tries_that_were_made(self, harness: Harness, api: FakeApi) -> None:
        run_it(harness)
        first = api.calls["create"]

        def interrupt(operation: str, ordinal: int) -> Answer | None:
            if (operation, ordinal) == ("create", first + 2 * 12 + 5):
                signal.raise_signal(signal.SIGINT)
            return None

        api.script = interrupt
        again = harness("replay", "latest", "--times", "50")
        assert again.exit_code == ExitCode.INTERRUPTED
        assert "failed 0 of 2 times: 0%, and with 95 % confidence between 0.0% and 65.8%" in again.output

    def test_a_stack_that_is_not_there_needs_its_own_address(self, harness: Harness) -> None:
        run_it(harness)
        refused = harness("replay", "latest", "--endpoint-url", "http://127.0.0.1:1")
        assert refused.exit_code == ExitCode.MISUSE
        assert "give --api-url" in one_line_of(refused)

    def test_a_run_that_there_is_not_is_one_line(self, harness: Harness) -> None:
        refused = harness("replay", "20200101")
        assert refused.exit_code == ExitCode.MISUSE
        assert "no run '20200101'" in one_line_of(refused)


class TestShrink:
    """`harness shrink`."""

    def test_what_is_left_is_the_one_flow_that_shows_it(self, harness: Harness, api: FakeApi, store: RunStore) -> None:
        api.stored = forgets_the_name
        first = run_it(harness)["run"]["run_id"]
        shrunk = harness("shrink", "latest", "--json")
        assert shrunk.exit_code == ExitCode.INVALID, shrunk.output
        shown = json.loads(shrunk.stdout)
        assert (shown["shrunk"], shown["ended"]) == (first, "nothing more can be left out")
        assert (shown["smallest"]["flows"], shown["smallest"]["clients"]) == ([3], 1)
        kept = store.find("latest")
        assert kept.run_id == shown["smallest"]["run"]
        assert kept.read_results().verdict.word == "invalid"
        assert kept.read_record().replay_of == first
        assert sorted(store.names()) == sorted([first, kept.run_id]), "candidates are not kept"
        assert shown["test"] is None, "no test deploys an API that was just there"

    def test_what_fails_no_more_is_said_to_with_how_often_it_was_tried(
        self, harness: Harness, api: FakeApi, store: RunStore
    ) -> None:
        api.stored = forgets_the_name
        run_it(harness)
        api.stored = dict
        shrunk = harness("shrink", "latest", "--tries", "1")
        assert shrunk.exit_code == ExitCode.UNKNOWN
        assert "does not fail any more, in 4 attempts" in shrunk.output
        assert len(store.names()) == 1

    def test_other_failures_are_not_taken_for_the_same(self, harness: Harness, api: FakeApi) -> None:
        api.stored = forgets_the_name
        run_it(harness)
        api.stored = dict
        api.visible_after_s = 1e9
        shrunk = harness("shrink", "latest", "--tries", "1", "--within", "1ms")
        assert shrunk.exit_code == ExitCode.UNKNOWN

    def test_ctrl_c_keeps_the_smallest_until_then(self, harness: Harness, api: FakeApi, store: RunStore) -> None:
        api.stored = forgets_the_name
        run_it(harness)
        first = api.calls["create"]

        def interrupt(operation: str, ordinal: int) -> Answer | None:
            if (operation, ordinal) == ("create", first + 2):
                signal.raise_signal(signal.SIGINT)
            return None

        api.script = interrupt
        shrunk = harness("shrink", "latest", "--json")
        assert shrunk.exit_code == ExitCode.INTERRUPTED
        assert json.loads(shrunk.stdout)["smallest"]["flows"] == [3]
        assert len(store.names()) == 2

    def test_a_run_that_is_valid_has_nothing_to_shrink(self, harness: Harness) -> None:
        run_it(harness)
        refused = harness("shrink", "latest")
        assert refused.exit_code == ExitCode.MISUSE
        assert "is valid: nothing in it is shown to be wrong" in one_line_of(refused)

    def test_what_is_to_stay_broken_must_be_broken(self, harness: Harness, api: FakeApi) -> None:
        api.stored = forgets_the_name
        run_it(harness)
        refused = harness("shrink", "latest", "--keep", "no-create-lost")
        assert refused.exit_code == ExitCode.MISUSE
        assert "it breaks every-flow-completed, retrieved-as-sent" in one_line_of(refused)


class TestBundle:
    """`harness bundle`, and what is done with one."""

    def test_a_bundle_is_replayed_and_judged_like_the_run_that_it_holds(self, harness: Harness, tmp_path: Path) -> None:
        first = run_it(harness)["run"]["run_id"]
        made = harness("bundle", "-o", "for-ada.zip")
        assert made.exit_code == 0, made.output
        assert "history.jsonl" in made.stdout
        size = f"{(tmp_path / 'for-ada.zip').stat().st_size:,} bytes"
        assert f"for-ada.zip: {size}" in made.stdout
        again = harness("replay", "for-ada.zip", "--json")
        assert again.exit_code == ExitCode.VALID, again.output
        assert json.loads(again.stdout)["run"]["replay_of"] == first
        unpacked = str(Path(".harness") / "bundles" / first)
        assert harness("check", unpacked).exit_code == ExitCode.VALID
        assert harness("report", unpacked).exit_code == 0

    def test_it_is_named_like_the_run_and_says_for_programs_what_is_in_it(self, harness: Harness) -> None:
        first = run_it(harness)["run"]["run_id"]
        made = harness("bundle", first[:12], "--json")
        shown = json.loads(made.stdout)
        assert (shown["file"], shown["run_id"]) == (f"{first}.zip", first)
        assert {"run.json", "history.jsonl", "results.json", "report.html"} <= set(shown["files"])

    def test_what_is_no_bundle_is_one_line(self, harness: Harness, tmp_path: Path) -> None:
        (tmp_path / "photos.zip").write_bytes(b"PK")
        refused = harness("replay", "photos.zip")
        assert refused.exit_code == ExitCode.MISUSE
        assert "photos.zip: no archive of ours" in one_line_of(refused)


def test_runs_are_completed_in_a_shell(harness: Harness, store: RunStore) -> None:
    first = run_it(harness)["run"]["run_id"]
    for command in ("replay", "shrink", "bundle", "show", "compare"):
        environment = {"_HARNESS_COMPLETE": "bash_complete", "COMP_WORDS": f"harness {command} 20", "COMP_CWORD": "2"}
        completed = CliRunner().invoke(main, [], env=environment, prog_name="harness")
        assert f"plain,{first}" in completed.output, command
    assert store.names() == [first]
