"""Which runs of a soak are kept, on an API in memory."""

import signal
from pathlib import Path

import pytest

from harness.errors import InputOutputError
from harness.running.phases import Phases
from harness.running.request import RunRequest
from harness.running.run import Run, make_run
from harness.running.site import Place
from harness.soaking.round_maker import RoundMaker
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from harness.workload import Workload
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.fake_stack import QUICK, dependencies, quick_api

WORKLOAD = Workload(seed=7, flows=5, polling=QUICK)


def maker_on(api: FakeApi, folder: Path, *, keeps_all: bool = False) -> RoundMaker:
    def try_out(request: RunRequest, store: RunStore) -> Run:
        return make_run(request, Place(API_URL, "none"), store, Phases({}), dependencies(api))

    request = RunRequest(Workload(seed=0, flows=1), arguments=("soak",))
    return RoundMaker(request, try_out, RunStore(folder / "scratch"), RunStore(folder / "runs"), keeps_all)


def forgetful(user: dict[str, str]) -> dict[str, str]:
    return user | {"name": "Somebody Else"}


def test_a_round_that_is_valid_leaves_nothing(tmp_path: Path) -> None:
    made = maker_on(quick_api(), tmp_path).make(3, WORKLOAD)
    assert made is not None
    assert (made.number, made.verdict.word, made.folder) == (3, "valid", None)
    assert made.workload == WORKLOAD
    assert made.duration_s > 0
    assert RunStore(tmp_path / "scratch").names() == RunStore(tmp_path / "runs").names() == []


def test_a_round_that_is_not_valid_is_kept_as_any_run_is(tmp_path: Path) -> None:
    api = quick_api()
    api.stored = forgetful
    made = maker_on(api, tmp_path).make(1, WORKLOAD)
    assert made is not None
    assert made.verdict.word == "invalid"
    kept = RunStore(tmp_path / "runs").find("latest")
    assert (kept.run_id, kept.path) == (made.run_id, made.folder)
    assert kept.read_record().arguments == ("soak",)
    assert str(kept.path) in kept.junit_path.read_text()
    assert RunStore(tmp_path / "scratch").names() == []


def test_all_are_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    made = maker_on(quick_api(), tmp_path, keeps_all=True).make(1, WORKLOAD)
    assert made is not None
    assert RunStore(tmp_path / "runs").names() == [made.run_id]


def test_a_round_that_ctrl_c_ended_is_none_and_what_there_is_of_it_is_kept(tmp_path: Path) -> None:
    def interrupt(operation: str, ordinal: int) -> Answer | None:
        if (operation, ordinal) == ("create", 3):
            signal.raise_signal(signal.SIGINT)
        return None

    assert maker_on(quick_api(interrupt), tmp_path).make(1, WORKLOAD) is None
    [name] = RunStore(tmp_path / "runs").names()
    assert RunFolder(tmp_path / "runs" / name).read_results().verdict.word == "unknown"


def test_a_disk_that_takes_no_more_runs_ends_the_soak(tmp_path: Path) -> None:
    maker = maker_on(quick_api(), tmp_path, keeps_all=True)
    (tmp_path / "runs").write_text("no folder")
    with pytest.raises(InputOutputError, match="runs"):
        maker.make(1, WORKLOAD)
