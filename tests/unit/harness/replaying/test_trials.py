"""Many tries on one engine: each as if it were the first, without a deployment where none is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import DeploymentFailedError
from harness.faults.notation import fault_in_words
from harness.history import QueueDepths
from harness.replaying.trials import TryOut, trials_on_stack
from harness.running.request import RunRequest
from harness.running.site import Site
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from harness.workload import Deadlines, Workload
from tests.unit.harness.fake_engine import FakeEngine, MortalFakeEngine
from tests.unit.harness.fake_stack import QUICK, StackObserver, dependencies, quick_api

REQUEST = RunRequest(
    Workload(seed=7, flows=3, polling=QUICK, deadlines=Deadlines(quiet_timeout_s=0.05)), replay_of="the-first"
)


class Bench:
    """A bench on a fake engine, and what was asked of it."""

    def __init__(self, folder: Path, *, fails_to_delete: bool = False) -> None:
        self.engine = FakeEngine()
        self.api = quick_api()
        self.observer = StackObserver(self.api)
        self.deployed: list[DeploymentRequest] = []
        self.deleted: list[DeploymentRequest] = []
        self.renewed: list[Deployment] = []
        self.store = RunStore(folder / "runs")
        self._folder = folder
        self._fails_to_delete = fails_to_delete

    def _delete(self, request: DeploymentRequest) -> None:
        self.deleted.append(request)
        if self._fails_to_delete:
            raise DeploymentFailedError("it does not go")

    @contextmanager
    def open(self, *, cleans_up: bool = False) -> Iterator[TryOut]:
        around = dependencies(
            self.api,
            observer=self.observer,
            on_deploy=self.deployed.append,
            on_delete=self._delete,
            on_renew=self.renewed.append,
        )
        outputs = self._folder / "stacks" / "users-api.json"
        site = Site(self.engine, "embedded", "000000000000", "us-east-1", "users-api", outputs, ("A=1",))
        with trials_on_stack(site, around, self._folder, cleans_up=cleans_up) as try_out:
            yield try_out


def test_a_stack_that_is_clean_is_used_again_and_its_function_forgets_in_between(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with bench.open() as try_out:
        runs = [try_out(REQUEST, bench.store) for _ in range(3)]
    assert [run.verdict.word for run in runs] == ["valid"] * 3
    assert (len(bench.deployed), len(bench.renewed)) == (1, 2)
    assert bench.deployed[0].quiet
    assert bench.engine.stopped
    assert {RunFolder(run.folder).read_record().replay_of for run in runs} == {"the-first"}


def test_the_first_stack_is_there_before_the_first_try(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with bench.open():
        assert len(bench.deployed) == 1


def test_what_a_run_left_in_a_queue_is_not_met_by_the_next_one(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.observer.looks = [QueueDepths(visible=0, in_flight=1, delayed=0, dead_lettered=0)]
    with bench.open() as try_out:
        for _ in range(2):
            try_out(REQUEST, bench.store)
    accounts = [request.account for request in bench.deployed]
    assert len(set(accounts)) == 2
    assert all(len(account) == 12 and account.startswith("8") for account in accounts)
    assert bench.renewed == []


def test_a_dead_letter_is_something_that_was_left(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.observer.looks = [QueueDepths(visible=0, in_flight=0, delayed=0, dead_lettered=1)]
    with bench.open() as try_out:
        for _ in range(2):
            try_out(REQUEST, bench.store)
    assert len(bench.deployed) == 2


@pytest.mark.parametrize("fails_to_delete", [False, True])
def test_on_an_engine_that_goes_on_all_stacks_are_deleted_or_it_was_tried(
    tmp_path: Path, *, fails_to_delete: bool
) -> None:
    bench = Bench(tmp_path, fails_to_delete=fails_to_delete)
    bench.observer.looks = [QueueDepths(visible=0, in_flight=0, delayed=0, dead_lettered=1)]
    with bench.open(cleans_up=True) as try_out:
        for _ in range(2):
            try_out(REQUEST, bench.store)
    assert [request.account for request in bench.deleted] == [request.account for request in bench.deployed]


def test_an_engine_of_our_own_takes_its_stacks_with_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with bench.open() as try_out:
        try_out(replace(REQUEST), bench.store)
    assert bench.deleted == []
    assert bench.engine.stopped


def test_the_engine_stops_when_a_try_fails(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with pytest.raises(ZeroDivisionError), bench.open():
        raise ZeroDivisionError
    assert bench.engine.stopped


def test_after_a_run_that_killed_the_engine_the_next_one_has_a_stack_of_its_own(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.engine = MortalFakeEngine(tmp_path / "engine.log")
    workload = replace(REQUEST.workload, flows=20, faults=(fault_in_words("kills"),))
    with bench.open() as try_out:
        for _ in range(2):
            try_out(replace(REQUEST, workload=workload), bench.store)
    first, again, second, *_ = [request.account for request in bench.deployed]
    assert first == again != second, "what was killed is deployed again where it was"
    assert bench.renewed == []
