"""A run's faults in virtual time: when they are set, renewed and healed, and what the history says of them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from harness.clock import RunClock
from harness.errors import MisuseError
from harness.faults import Fault
from harness.faults.control import FaultControl, FaultControlError
from harness.faults.kept_fault import RENEWED_EVERY_S, TTL_S
from harness.faults.notation import fault_in_words
from harness.faults.schedule import broken_by
from harness.history import FaultHistory, History
from harness.history.reader import read_history
from harness.history.writer import Header, HistoryWriter
from harness.transport import Request, Response
from tests.unit.harness.faults.fake_control import ACCOUNT_ID, ENDPOINT_URL, FakeControl
from tests.unit.harness.virtual_time import run_in_virtual_time

type Body = Callable[[FakeControl], Awaitable[None]]


async def for_20_s(_engine: FakeControl) -> None:
    await asyncio.sleep(20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


async def break_it(path: Path, engine: FakeControl, faults: list[Fault], body: Body) -> None:
    clock = RunClock.start()
    with HistoryWriter(path, Header("r", 7, 0, observable=False, wall_clock_zero_s=clock.wall_clock_zero_s)) as writer:
        control = FaultControl(engine, ENDPOINT_URL, ACCOUNT_ID)
        try:
            async with broken_by(faults, 7, control, clock, writer):
                await body(engine)
        finally:
            writer.finish()


def broken(path: Path, engine: FakeControl, *faults: str, body: Body = for_20_s) -> History:
    run_in_virtual_time(break_it(path, engine, [fault_in_words(text) for text in faults], body))
    return read_history(path)


def only(history: History) -> FaultHistory:
    [fault] = history.faults
    return fault


def test_a_fault_is_set_before_the_first_flow_kept_alive_and_healed_after_the_last(path: Path) -> None:
    engine = FakeControl()
    seen: list[str] = []

    async def body(engine: FakeControl) -> None:
        seen.append(engine.faults["crashes"]["state"])
        await asyncio.sleep(17)

    fault = only(broken(path, engine, "crashes rate=0.5 flows=0-9", body=body))
    assert seen == ["active"]
    assert engine.times_s("PUT", "crashes") == [0, 5, 10, 15]
    assert engine.times_s("DELETE", "crashes") == [17]
    assert engine.faults["crashes"]["state"] == "healed"
    assert engine.faults["crashes"]["ttl_s"] == TTL_S > 2 * RENEWED_EVERY_S
    assert engine.faults["crashes"]["seed"] == 7
    assert engine.faults["crashes"]["scope"]["flows"] == [0, 9]
    assert fault.periods == ((0, 17),)


def test_a_fault_with_its_own_time_begins_and_ends_then(path: Path) -> None:
    engine = FakeControl()
    fault = only(broken(path, engine, "crashes from=3s for=6s"))
    assert engine.times_s("PUT", "crashes") == [3, 8]
    assert engine.times_s("DELETE", "crashes") == [9]
    assert fault.periods == ((3, 9),)


def test_a_fault_whose_time_never_comes_is_defined_and_has_no_period(path: Path) -> None:
    fault = only(broken(path, FakeControl(), "crashes from=30s"))
    assert (fault.periods, fault.fired) == ((), None)


def test_what_it_hit_is_told_in_the_runs_time_and_counted(path: Path) -> None:
    async def body(engine: FakeControl) -> None:
        for flow in range(7):
            engine.hit("crashes", flow)
            await asyncio.sleep(1)

    async def later() -> None:
        await asyncio.sleep(100)  # the engine's clock and the run's have not the same zero
        await break_it(path, FakeControl(), [fault_in_words("crashes")], body)

    run_in_virtual_time(later())
    fault = only(read_history(path))
    assert (fault.eligible, fault.fired) == (14, 7)
    assert [firing.flow for firing in fault.firings] == list(range(7))
    assert [firing.at_s for firing in fault.firings] == pytest.approx(list(range(7)), abs=1e-6)
    assert {firing.delay_s for firing in fault.firings} == {0.02}


def test_a_run_that_is_cancelled_heals_all_and_keeps_what_was_hit(path: Path) -> None:
    engine = FakeControl(latency_s=0.1)

    async def interrupt() -> None:
        faults = [fault_in_words("crashes"), fault_in_words("gsi-lag from=2s")]
        running = asyncio.create_task(break_it(path, engine, faults, for_20_s))
        await asyncio.sleep(6)
        engine.hit("crashes", 3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    run_in_virtual_time(interrupt())
    assert engine.states() == {"healed"}
    crashes, lag = read_history(path).faults
    assert [firing.flow for firing in crashes.firings] == [3]
    assert crashes.periods[0][1] == pytest.approx(6.1, abs=0.11)
    assert len(lag.periods) == 1


def test_one_that_is_being_set_when_the_run_is_cancelled_is_healed_too(path: Path) -> None:
    engine = FakeControl(latency_s=1)

    async def interrupt() -> None:
        running = asyncio.create_task(break_it(path, engine, [fault_in_words("crashes from=2s")], for_20_s))
        await asyncio.sleep(3.5)
        assert engine.states() == {"active"}
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    run_in_virtual_time(interrupt())
    assert engine.states() == {"healed"}
    assert only(read_history(path)).periods[0][1] is not None


def test_one_that_did_all_it_may_is_not_set_again(path: Path) -> None:
    engine = FakeControl()

    async def body(engine: FakeControl) -> None:
        await asyncio.sleep(1)
        engine.hit("crashes", 3)
        engine.faults["crashes"] |= {"state": "limited", "ended_at_s": engine.faults["crashes"]["set_at_s"] + 1}
        await asyncio.sleep(20)

    fault = only(broken(path, engine, "crashes limit=1", body=body))
    assert engine.times_s("PUT", "crashes") == [0]
    assert fault.fired == 1
    assert fault.periods == ((0, 1),)


def test_an_engine_that_dies_leaves_what_is_known_and_no_invented_end(path: Path) -> None:
    engine = FakeControl(gone_at_s=8)

    async def body(engine: FakeControl) -> None:
        engine.hit("crashes", 3)
        await asyncio.sleep(20)

    history = broken(path, engine, "crashes", body=body)
    fault = only(history)
    assert [firing.flow for firing in fault.firings] == [3]
    assert (fault.eligible, fault.fired) == (None, None)
    assert any("what it did in the end is not known" in problem for problem in history.problems)
    assert fault.periods == ((0, None),)


def test_one_that_expired_is_set_anew_and_its_counts_are_added(path: Path) -> None:
    engine = FakeControl()

    async def body(engine: FakeControl) -> None:
        engine.hit("crashes", 3)
        await asyncio.sleep(6)
        engine.faults["crashes"]["expires_at_s"] = 0
        await asyncio.sleep(5)
        engine.hit("crashes", 4)

    history = broken(path, engine, "crashes", body=body)
    fault = only(history)
    assert (fault.eligible, fault.fired) == (4, 2)
    assert [firing.flow for firing in fault.firings] == [3, 4]
    assert len(fault.periods) == 2
    assert any("set anew" in problem for problem in history.problems)


def test_what_it_hit_right_before_it_expired_is_not_lost_when_it_is_set_anew(path: Path) -> None:
    async def body(engine: FakeControl) -> None:
        await asyncio.sleep(4)
        for flow in range(3):
            engine.hit("crashes", flow)
        engine.faults["crashes"]["expires_at_s"] = 0
        await asyncio.sleep(5)
        engine.hit("crashes", 4)

    fault = only(broken(path, FakeControl(), "crashes", body=body))
    assert [firing.flow for firing in fault.firings] == [0, 1, 2, 4]
    assert (fault.eligible, fault.fired) == (8, 4)


def test_where_hits_are_lost_nobody_says_how_many_there_were(path: Path) -> None:
    """It expires after it was looked at and before it is renewed: what it hit since then is forgotten."""

    class Late(FakeControl):
        async def send(self, request: Request, timeout_s: float) -> Response:
            if request.method == "PUT" and "crashes" in self.faults:
                self.hit("crashes", 3)
                self.faults["crashes"]["expires_at_s"] = 0
            return await super().send(request, timeout_s)

    async def for_7_s(_engine: FakeControl) -> None:
        await asyncio.sleep(7)

    history = broken(path, Late(), "crashes", body=for_7_s)
    fault = only(history)
    assert (fault.eligible, fault.fired) == (None, None)
    assert any("what it hit since it was looked at last is not known" in problem for problem in history.problems)


def test_an_engine_that_takes_seconds_for_each_call_is_told_often_enough(path: Path) -> None:
    async def for_a_minute(engine: FakeControl) -> None:
        await asyncio.sleep(60)
        engine.hit("crashes", 3)

    fault = only(broken(path, FakeControl(latency_s=6), "crashes", body=for_a_minute))
    assert (len(fault.periods), fault.fired) == (1, 1)


def test_an_engine_that_does_not_answer_at_the_begin_ends_the_run(path: Path) -> None:
    with pytest.raises(FaultControlError, match="nobody is there"):
        broken(path, FakeControl(gone_at_s=0), "crashes")


@pytest.mark.parametrize(
    ("known", "complaint"), [(None, "lets nobody set faults"), (["crashes"], "has no fault gsi-lag; it is older")]
)
def test_an_engine_without_these_faults_is_refused_with_what_to_do(known: list[str] | None, complaint: str) -> None:
    control = FaultControl(FakeControl(known=known), ENDPOINT_URL, ACCOUNT_ID)
    with pytest.raises(MisuseError, match=complaint):
        run_in_virtual_time(control.check_kinds(frozenset({"gsi-lag", "crashes"})))
