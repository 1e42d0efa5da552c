"""`harness runs`, `show`, `check` and `compare` on runs that are really on disk."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.callers import Auth
from harness.command_line import main
from harness.errors import ExitCode
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from harness.workload import Deadlines
from tests.unit.harness.stored_runs import WORKLOAD, CallTimes, store_run


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.chdir(tmp_path)
    return RunStore(tmp_path / ".harness" / "runs")


def harness(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def one_line_of(result: Result) -> str:
    [line] = result.output.splitlines()
    assert line.startswith("harness: ")
    return line


def judged(store: RunStore, minutes: float = 0) -> RunFolder:
    folder = store_run(store, minutes=minutes)
    assert harness("check", folder.run_id, "--write").exit_code == 0
    return folder


class TestCheck:
    """`harness check`."""

    def test_a_sound_history_is_valid(self, store: RunStore) -> None:
        store_run(store)
        checked = harness("check")
        assert checked.exit_code == ExitCode.VALID
        assert checked.output.startswith("valid: 50 of 50 flows completed")

    def test_it_does_not_change_the_run_unless_told_to(self, store: RunStore) -> None:
        folder = store_run(store)
        harness("check")
        assert not folder.results_path.exists()
        harness("check", "--write")
        assert folder.read_results().verdict.word == "valid"
        assert folder.junit_path.exists()

    def test_a_threshold_that_is_missed_makes_it_invalid(self, store: RunStore) -> None:
        store_run(store)
        checked = harness("check", "--require", "visible.p99<29ms", "--require", "errors<1%")
        assert checked.exit_code == ExitCode.INVALID
        assert "visible.p99<29ms (measured 30 ms)" in checked.output

    def test_what_the_run_required_is_required_again(self, store: RunStore) -> None:
        store_run(store, thresholds=("visible.p99<29ms",))
        checked = harness("check", "--require", "errors<1%", "--json")
        held = [(each["text"], each["verdict"]) for each in json.loads(checked.output)["thresholds"]]
        assert held == [("visible.p99<29ms", "invalid"), ("errors<1%", "valid")]

    def test_the_agreed_bound_is_the_run_s_own_or_the_one_that_is_given(self, store: RunStore) -> None:
        store_run(store, workload=replace(WORKLOAD, deadlines=Deadlines(visible_within_s=0.001)))
        # Within a millisecond: polls were too far apart to know.
        assert harness("check").exit_code == ExitCode.UNKNOWN
        assert harness("check", "--visible-within", "1s").exit_code == ExitCode.VALID

    def test_warm_up_is_left_out_of_the_figures_as_it_was_in_the_run(self, store: RunStore) -> None:
        store_run(store, workload=replace(WORKLOAD, warm_up_s=1.0))
        assert json.loads(harness("check", "--json").output)["figures"]["timings"]["create"]["count"] == 25

    def test_who_may_call_is_judged_again_too(self, store: RunStore) -> None:
        folder = store_run(store, workload=replace(WORKLOAD, auth=Auth.JWT))
        assert "strangers-refused" in harness("check", folder.run_id, "--json").output

    def test_a_run_that_was_killed_is_judged_by_what_there_is(self, store: RunStore) -> None:
        store_run(store, finished=False)
        checked = harness("check")
        assert checked.exit_code == ExitCode.UNKNOWN
        assert "the run was killed, or is still going on" in checked.output

    def test_a_bare_history_file_is_judged_too(self, store: RunStore, tmp_path: Path) -> None:
        bare = tmp_path / "elsewhere.jsonl"
        shutil.copyfile(store_run(store).history_path, bare)
        checked = harness("check", str(bare))
        assert checked.exit_code == ExitCode.VALID
        assert "held against users" in checked.output

    def test_a_history_file_in_a_run_s_folder_is_judged_as_that_run(self, store: RunStore) -> None:
        folder = store_run(store, thresholds=("visible.p99<29ms",))
        assert harness("check", str(folder.history_path)).exit_code == ExitCode.INVALID

    def test_a_bare_history_has_no_place_to_write_to(self, store: RunStore, tmp_path: Path) -> None:
        bare = tmp_path / "elsewhere.jsonl"
        shutil.copyfile(store_run(store).history_path, bare)
        refused = harness("check", str(bare), "--write")
        assert refused.exit_code == ExitCode.MISUSE
        assert "--write has no place" in one_line_of(refused)

    def test_what_is_no_history_is_one_line(self, store: RunStore, tmp_path: Path) -> None:
        store_run(store)
        (tmp_path / "notes.txt").write_text("shopping list\n")
        refused = harness("check", "notes.txt")
        assert refused.exit_code == ExitCode.MISUSE
        assert "not a history" in one_line_of(refused)

    def test_a_threshold_that_cannot_be_parsed_is_one_line(self, store: RunStore) -> None:
        store_run(store)
        refused = harness("check", "--require", "fast please")
        assert refused.exit_code == ExitCode.MISUSE
        assert "visible.p99<2s" in one_line_of(refused)

    def test_a_run_without_its_history_is_one_line(self, store: RunStore) -> None:
        store_run(store).history_path.unlink()
        refused = harness("check")
        assert refused.exit_code == ExitCode.INPUT_OUTPUT
        assert "history.jsonl" in one_line_of(refused)

    def test_a_workload_of_another_format_names_the_record(self, store: RunStore) -> None:
        folder = store_run(store)
        folder.write_record(replace(folder.read_record(), workload={"format": 9}))
        refused = harness("check")
        assert refused.exit_code == ExitCode.MISUSE
        assert "run.json: workload.format" in one_line_of(refused)


class TestShow:
    """`harness show`."""

    def test_the_results_of_a_run(self, store: RunStore) -> None:
        folder = judged(store)
        shown = harness("show")
        assert shown.exit_code == 0
        assert shown.output.startswith("valid: ")
        assert "seed 7" in shown.output
        assert Path(shown.output.splitlines()[-1]).resolve() == folder.path

    def test_everything_as_json(self, store: RunStore) -> None:
        folder = judged(store)
        shown = json.loads(harness("show", folder.run_id[:13], "--json").output)
        assert set(shown) == {"folder", "run", "results"}
        assert shown["run"]["run_id"] == folder.run_id
        assert shown["results"]["verdict"]["word"] == "valid"

    def test_a_flow_call_by_call(self, store: RunStore) -> None:
        store_run(store)
        lines = harness("show", "--flow", "17").output.splitlines()
        assert lines[0] == "flow 17: completed"
        assert [line.split()[3] for line in lines[3:]] == ["create", "status", "status", "retrieve"]

    def test_a_flow_as_json(self, store: RunStore) -> None:
        store_run(store)
        flow = json.loads(harness("show", "--flow", "17", "--json").output)
        assert (flow["number"], len(flow["operations"])) == (17, 4)

    def test_a_flow_that_is_not_there_is_one_line(self, store: RunStore) -> None:
        store_run(store)
        refused = harness("show", "--flow", "50")
        assert refused.exit_code == ExitCode.MISUSE
        assert "there is no flow 50" in one_line_of(refused)

    def test_a_run_that_was_not_judged_says_how_to(self, store: RunStore) -> None:
        folder = store_run(store)
        refused = harness("show")
        assert refused.exit_code == ExitCode.INPUT_OUTPUT
        assert f"harness check {folder.run_id} --write" in one_line_of(refused)

    @pytest.mark.parametrize(("name", "code"), [("latest", ExitCode.UNAVAILABLE), ("2025", ExitCode.MISUSE)])
    def test_no_run_is_one_line(self, store: RunStore, name: str, code: ExitCode) -> None:
        del store
        refused = harness("show", name)
        assert refused.exit_code == code
        assert ".harness/runs" in one_line_of(refused)


class TestRuns:
    """`harness runs`."""

    def test_all_runs_newest_first_and_what_is_wrong_with_them(self, store: RunStore) -> None:
        whole, unjudged = judged(store), store_run(store, minutes=1)
        lines = harness("runs").output.splitlines()
        rows = [line.split() for line in lines if line.strip().startswith("2026")]
        assert rows == [
            [unjudged.run_id, "-", "-", "-", "-", "-"],
            [whole.run_id, "valid", "50", "25.0", "30.0", "30.0"],
        ]
        assert lines[-1].endswith(f"`harness check {unjudged.run_id} --write`")

    def test_as_json(self, store: RunStore) -> None:
        folder = judged(store)
        [run] = json.loads(harness("runs", "--json").output)
        assert (run["run"], run["verdict"], run["flows"], run["problem"]) == (folder.run_id, "valid", 50, None)

    def test_no_runs_is_no_error(self, store: RunStore) -> None:
        del store
        listed = CliRunner().invoke(main, ["runs"])
        assert (listed.exit_code, listed.stdout) == (0, "")
        assert "make one with `harness run`" in listed.stderr

    def test_pruning_says_how_many(self, store: RunStore) -> None:
        kept = [judged(store, minutes) for minutes in range(3)][-1]
        assert harness("runs", "prune", "--keep", "1").output == "2 removed\n"
        assert [run.folder for run in store.list()] == [kept]

    def test_pruning_is_of_the_store_that_is_named_before_it(self, store: RunStore, tmp_path: Path) -> None:
        mine = judged(store, 0)
        other, at_other = RunStore(tmp_path / "other" / "runs"), ("--state-dir", str(tmp_path / "other"))
        assert harness("check", store_run(other).run_id, "--write", *at_other).exit_code == 0
        assert harness("runs", *at_other, "prune", "--keep", "0").output == "1 removed\n"
        assert [run.folder for run in store.list()] == [mine]
        assert other.list() == []


class TestCompare:
    """`harness compare`."""

    @staticmethod
    def compared(store: RunStore, call_s_a: CallTimes, call_s_b: CallTimes, *options: str) -> Result:
        a, b = store_run(store, call_s=call_s_a), store_run(store, minutes=1, call_s=call_s_b)
        return harness("compare", a.run_id, b.run_id, *options)

    def test_a_run_that_is_slower_is_said_to_be(self, store: RunStore) -> None:
        compared = self.compared(store, lambda _: 0.010, lambda _: 0.013)
        assert compared.exit_code == ExitCode.INVALID
        assert compared.output.startswith("slower: create.p50 +30%, ")

    def test_a_run_that_is_faster_is_no_failure(self, store: RunStore) -> None:
        compared = self.compared(store, lambda _: 0.013, lambda _: 0.010)
        assert compared.exit_code == ExitCode.VALID
        assert compared.output.startswith("faster: ")

    def test_runs_that_are_alike(self, store: RunStore) -> None:
        compared = self.compared(store, lambda _: 0.010, lambda _: 0.010, "--json")
        assert compared.exit_code == ExitCode.VALID
        shown = json.loads(compared.output)
        assert (shown["outcome"], shown["obstacles"], shown["others"]) == ("no difference shown", [], [])

    def test_runs_that_did_different_things_are_not_comparable(self, store: RunStore) -> None:
        a, b = store_run(store), store_run(store, minutes=1, workload=replace(WORKLOAD, flows=60))
        compared = harness("compare", a.run_id, b.run_id)
        assert compared.exit_code == ExitCode.UNKNOWN
        assert compared.output.startswith("not comparable: ")
        assert "workload flows 50 -> 60" in compared.output

    def test_runs_that_are_too_short_say_so(self, store: RunStore) -> None:
        compared = self.compared(store, lambda _: 0.001, lambda _: 0.001)
        assert compared.exit_code == ExitCode.UNKNOWN
        assert compared.output.startswith("too little to tell: ")
