"""What a run's history holds, and in which order: look, drive, wait, look again. In virtual time."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.checking import Agreement
from harness.errors import InputOutputError, MisuseError
from harness.faults.notation import fault_in_words
from harness.faults.watching import FaultStanding
from harness.history import Message, QueueDepths, StoredItem
from harness.history.reader import read_history
from harness.judging.judge import judge_run
from harness.observation import ObservationError
from harness.running.recording import SAMPLE_EVERY_S, Breakable, Subject, record
from harness.running.run_target import RestartedStack
from harness.transport import Request, Response, Transport, TransportError, TransportFailure
from harness.verdicts import VerdictWord
from harness.workload import Deadlines, Workload
from harness.workload.arrival import ClosedLoop, ConstantRate
from tests.unit.harness.fake_api import API_URL, FakeApi
from tests.unit.harness.fake_stack import StackObserver, WatchingView
from tests.unit.harness.faults.fake_control import ACCOUNT_ID, ENDPOINT_URL, FakeControl
from tests.unit.harness.observation.fake_observer import EMPTY, FakeObserver, item, message
from tests.unit.harness.virtual_time import run_in_virtual_time

WORKLOAD = Workload(seed=7, flows=6, arrival=ClosedLoop(2), poison=1)


def subject(api: FakeApi, observer: FakeObserver | None) -> Subject:
    @asynccontextmanager
    async def open_transport(_connections: int) -> AsyncIterator[Transport]:
        yield api

    return Subject(API_URL, open_transport, observer)


def record_all(path: Path, api: FakeApi, observer: FakeObserver | None, workload: Workload = WORKLOAD) -> WatchingView:
    view = WatchingView()
    run_in_virtual_time(record("a-run", workload, subject(api, observer), path, view))
    return view


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_history_begins_with_its_header_and_ends_with_finished(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    api = FakeApi()
    record_all(path, api, StackObserver(api))

    types = [line["type"] for line in lines_of(path)]
    assert types[0] == "header"
    assert types[-1] == "finished"
    assert types.index("final") > max(place for place, kind in enumerate(types) if kind == "end")
    assert types.count("end") == 6
    history = read_history(path)
    assert history.final is not None
    assert history.final.stored is not None
    assert len(history.final.stored) == len(api.users())


def test_poison_is_sent_before_the_first_flow_and_known_in_the_end(tmp_path: Path) -> None:
    api = FakeApi()
    observer = StackObserver(api)
    record_all(tmp_path / "history.jsonl", api, observer)
    final = read_history(tmp_path / "history.jsonl").final
    assert final is not None
    assert len(final.poison_sent) == 1
    assert observer.asked.index("send_poison") < observer.asked.index("stored")


def test_what_was_there_before_is_not_taken_for_the_runs_own(tmp_path: Path) -> None:
    observer = FakeObserver(
        looks=[QueueDepths(0, 0, 0, 1), EMPTY], items=[item("old")], in_dead_letter_queue=[message("old")]
    )
    record_all(tmp_path / "history.jsonl", FakeApi(), observer)
    final = read_history(tmp_path / "history.jsonl").final
    assert final is not None
    assert (final.stored, final.dead_lettered) == ((), ())


def test_the_queues_depth_is_sampled_while_flows_run_and_no_more_often_than_asked(tmp_path: Path) -> None:
    api = FakeApi(visible_after_s=3)
    record_all(tmp_path / "history.jsonl", api, StackObserver(api))
    samples_s = [sample.at_s for sample in read_history(tmp_path / "history.jsonl").depth_samples]
    assert len(samples_s) > 10
    assert samples_s == sorted(samples_s)
    assert samples_s[-1] / SAMPLE_EVERY_S >= len(samples_s) - 3


def test_the_view_is_shown_every_stage(tmp_path: Path) -> None:
    class SlowObserver(StackObserver):
        async def queued(self) -> Sequence[Message]:
            await asyncio.sleep(1)
            return await super().queued()

        async def identities(self) -> frozenset[str]:
            await asyncio.sleep(1)
            return await super().identities()

    api = FakeApi()
    view = record_all(tmp_path / "history.jsonl", api, SlowObserver(api))
    stages = list(dict.fromkeys(standing.stage for standing in view.standings))
    assert stages == ["looking", "flows", "waiting for quiet", "reading the function's log"]
    assert view.standings[-1].progress.completed == 6


def test_an_api_without_an_engine_to_look_into_has_a_history_that_says_so(tmp_path: Path) -> None:
    record_all(tmp_path / "history.jsonl", FakeApi(), None, Workload(seed=7, flows=3))
    history = read_history(tmp_path / "history.jsonl")
    assert not history.observable
    assert history.final is None
    assert history.complete


def test_a_cancelled_run_has_a_whole_history_that_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    api = FakeApi(visible_after_s=5)

    async def interrupt() -> None:
        running = asyncio.create_task(record("a-run", WORKLOAD, subject(api, StackObserver(api)), path, WatchingView()))
        await asyncio.sleep(2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    run_in_virtual_time(interrupt())
    history = read_history(path)
    assert history.complete
    assert history.final is None
    assert [flow.ending for flow in history.flows] == ["interrupted", "interrupted"]
    assert any("interrupted" in problem for problem in history.problems)


def test_a_log_that_cannot_be_read_is_noted_and_no_failure(tmp_path: Path) -> None:
    class Mute(StackObserver):
        async def server_times(self, since_s: float) -> dict[str, Any]:
            del since_s
            raise ObservationError("no such log group")

    api = FakeApi()
    record_all(tmp_path / "history.jsonl", api, Mute(api))
    history = read_history(tmp_path / "history.jsonl")
    assert history.complete
    assert history.problems == ("the server's own times are not known: no such log group",)


def test_poison_that_cannot_be_sent_ends_the_run_before_anything_is_driven(tmp_path: Path) -> None:
    api = FakeApi()
    observer = StackObserver(api)
    observer.errors["send_poison"] = ObservationError("access denied")
    with pytest.raises(ObservationError):
        record_all(tmp_path / "history.jsonl", api, observer)
    assert api.requests == []
    assert not (tmp_path / "history.jsonl").exists()


def test_a_history_that_cannot_be_written_is_one_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(InputOutputError, match=r"history\.jsonl"):
        record_all(tmp_path / "not-there" / "history.jsonl", FakeApi(), None, Workload(seed=7, flows=3))


def test_an_open_loop_gets_a_connection_for_each_flow_that_there_may_be(tmp_path: Path) -> None:
    asked: list[int] = []

    @asynccontextmanager
    async def open_transport(connections: int) -> AsyncIterator[Transport]:
        asked.append(connections)
        yield FakeApi()

    workload = Workload(seed=7, flows=30, arrival=ConstantRate(per_s=10, most_in_flight=20))
    path = tmp_path / "history.jsonl"
    run_in_virtual_time(record("a-run", workload, Subject(API_URL, open_transport, None), path, WatchingView()))
    assert asked == [20]


FAULTY = Workload(seed=7, flows=6, arrival=ClosedLoop(2), faults=(fault_in_words("crashes"),))


def test_faults_are_healed_before_anybody_looks_at_what_is_left(tmp_path: Path) -> None:
    api, engine = FakeApi(), FakeControl()
    seen: list[set[str]] = []

    class Looking(StackObserver):
        async def stored(self) -> Sequence[StoredItem]:
            seen.append(engine.states())
            return await super().stored()

    class Both:
        """Requests to the engine's own API and to the deployed one, by their hosts."""

        async def send(self, request: Request, timeout_s: float) -> Response:
            where = engine if request.url.startswith(ENDPOINT_URL) else api
            return await where.send(request, timeout_s)

    @asynccontextmanager
    async def open_transport(_connections: int) -> AsyncIterator[Transport]:
        yield Both()

    breakable = Breakable(ENDPOINT_URL, ACCOUNT_ID)
    on = Subject(API_URL, open_transport, Looking(api), breakable=breakable)
    path, view = tmp_path / "history.jsonl", WatchingView()
    run_in_virtual_time(record("a-run", FAULTY, on, path, view))
    assert view.standings[-1].faults == (FaultStanding("crashes", is_active=False, fired=0),)
    assert seen
    assert all(states == {"healed"} for states in seen)
    [fault] = read_history(path).faults
    assert (fault.name, len(fault.periods), fault.fired) == ("crashes", 1, 0)
    assert all("X-Amzn-Trace-Id" in request.headers for request in api.requests)


def test_faults_without_an_engine_to_set_them_on_are_refused_before_anything_is_driven(tmp_path: Path) -> None:
    api = FakeApi()
    with pytest.raises(MisuseError, match="none is known here; leave out --faults"):
        record_all(tmp_path / "history.jsonl", api, None, FAULTY)
    assert api.requests == []
    assert not (tmp_path / "history.jsonl").exists()


KILLED_URL, BACK_S = "http://fake.test/again", 4.0


class FakeKillable:
    """An engine whose API is away until it is brought back, with another table and at another URL."""

    def __init__(self) -> None:
        self.first, self.second = FakeApi(), FakeApi()
        self.observers = [StackObserver(self.first), StackObserver(self.second)]
        self.is_killed = False

    async def kill(self) -> None:
        self.is_killed = True

    async def bring_back(self) -> RestartedStack:
        await asyncio.sleep(BACK_S)
        return RestartedStack(KILLED_URL, self.observers[1])

    async def send(self, request: Request, timeout_s: float) -> Response:
        if request.url.startswith(KILLED_URL):
            return await self.second.send(replace(request, url=request.url.replace(KILLED_URL, API_URL)), timeout_s)
        if self.is_killed:
            raise TransportError(TransportFailure.REFUSED)
        return await self.first.send(request, timeout_s)


def killing(engine: FakeKillable, **members: Any) -> Subject:
    @asynccontextmanager
    async def open_transport(_connections: int) -> AsyncIterator[Transport]:
        yield engine

    return Subject(API_URL, open_transport, engine.observers[0], **members)


KILLED = Workload(
    seed=7, flows=30, arrival=ClosedLoop(3), poison=1, faults=(fault_in_words("kills"),),
    deadlines=Deadlines(flow_timeout_s=8),
)  # fmt: skip


def test_a_run_goes_on_after_it_killed_its_engine_and_looks_at_the_new_one_in_the_end(tmp_path: Path) -> None:
    engine, path = FakeKillable(), tmp_path / "history.jsonl"
    run_in_virtual_time(record("a-run", KILLED, killing(engine, killable=engine), path, WatchingView()))
    history = read_history(path)
    [kill] = history.faults
    [(killed_s, back_s)] = kill.periods
    assert kill.fired == 1
    assert back_s == pytest.approx(killed_s + BACK_S)
    assert history.final is not None
    assert history.final.stored is not None
    assert {item.identity for item in history.final.stored} == set(engine.second.users()), "what the first had is gone"
    assert engine.first.users()
    assert engine.observers[1].asked.index("identities") < engine.observers[1].asked.index("stored")
    samples_s = [sample.at_s for sample in history.depth_samples]
    assert samples_s[-1] > BACK_S
    assert not [at_s for at_s in samples_s if killed_s + 1 < at_s < killed_s + BACK_S - 0.1]
    assert history.problems == ()


def test_what_a_sound_api_did_over_a_kill_is_valid(tmp_path: Path) -> None:
    engine, path = FakeKillable(), tmp_path / "history.jsonl"
    run_in_virtual_time(record("a-run", KILLED, killing(engine, killable=engine), path, WatchingView()))
    results = judge_run(read_history(path), Agreement(KILLED.shape, 30))
    assert results.verdict.word is VerdictWord.VALID, results.verdict
    assert "ended by faults that hit them" in results.verdict.reason


@pytest.mark.parametrize("loses", ["second", "mixes"])
def test_what_was_lost_or_mixed_up_on_the_new_engine_is_no_excuse(tmp_path: Path, loses: str) -> None:
    engine, path = FakeKillable(), tmp_path / "history.jsonl"
    if loses == "second":
        engine.second.stored = lambda user: user | {"name": "x"}
    else:
        engine.observers[1] = StackObserver(engine.first)  # what was before came back, and what is new did not
    run_in_virtual_time(record("a-run", KILLED, killing(engine, killable=engine), path, WatchingView()))
    results = judge_run(read_history(path), Agreement(KILLED.shape, 30))
    assert results.verdict.word is VerdictWord.INVALID, results.verdict


def test_an_engine_that_is_not_the_runs_own_is_not_killed_and_nothing_is_driven(tmp_path: Path) -> None:
    engine = FakeKillable()
    with pytest.raises(MisuseError, match="is not this run's own; leave it out"):
        run_in_virtual_time(record("a-run", KILLED, killing(engine), tmp_path / "history.jsonl", WatchingView()))
    assert engine.first.requests == []
    assert not (tmp_path / "history.jsonl").exists()
