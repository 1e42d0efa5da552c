"""A run's own fault in virtual time: when the engine is killed, how often, and what becomes of other faults."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.clock import RunClock
from harness.errors import UnavailableError
from harness.faults.control import FaultControl
from harness.faults.flow_count import FlowCount
from harness.faults.killing import KillContext, killed_by
from harness.faults.notation import fault_in_words
from harness.faults.schedule import broken_by
from harness.history import FaultHistory, Firing, History
from harness.history.reader import read_history
from harness.history.writer import Header, HistoryWriter
from harness.operations import FlowEnding
from tests.unit.harness.faults.fake_control import ACCOUNT_ID, ENDPOINT_URL, FakeControl
from tests.unit.harness.virtual_time import run_in_virtual_time

START_TAKES_S = 3


@dataclass
class FakeVictim:
    """An engine that comes back after three seconds, and holds no faults then; what happened to it, and when."""

    engine: FakeControl = field(default_factory=FakeControl)
    fails: bool = False
    told: list[tuple[float, str]] = field(default_factory=list)

    def _tell(self, what: str) -> None:
        self.told.append((asyncio.get_running_loop().time(), what))

    async def kill(self) -> None:
        self._tell("killed")
        self.engine.gone_at_s = 0
        self.engine.faults.clear()
        self.engine.firings.clear()

    async def bring_back(self) -> None:
        await asyncio.sleep(START_TAKES_S)
        if self.fails:
            raise UnavailableError("the port is taken")
        self.engine.gone_at_s = float("inf")

    def let_flows_in(self) -> None:
        self._tell("open")

    def give_up(self, why: str) -> None:
        self._tell(why)


type Body = Callable[[FlowCount], Awaitable[None]]


async def for_60_s(_flows: FlowCount) -> None:
    await asyncio.sleep(60)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def killed(
    path: Path, victim: FakeVictim, *faults: str, others: tuple[str, ...] = (), body: Body = for_60_s, flows: int = 9
) -> History:
    async def run() -> None:
        clock, count = RunClock.start(), FlowCount(flows)
        with HistoryWriter(path, Header("r", 7, 0, observable=False, wall_clock_zero_s=0)) as writer:
            control = FaultControl(victim.engine, ENDPOINT_URL, ACCOUNT_ID)
            broken = broken_by([fault_in_words(text) for text in others], 7, control, clock, writer)
            async with broken as schedule:
                context = KillContext(victim, schedule, 7, count, clock, writer)
                async with killed_by([fault_in_words(text) for text in faults], context):
                    await body(count)
            writer.finish()

    run_in_virtual_time(run())
    return read_history(path)


def only(history: History) -> FaultHistory:
    [fault] = history.faults
    return fault


async def end_a_flow_each_second(flows: FlowCount) -> None:
    for number in range(9):
        await asyncio.sleep(1)
        flows.flow_ended(number, FlowEnding.COMPLETED, "")


def test_the_engine_is_killed_at_its_time_and_the_history_says_when_it_was_there_again(path: Path) -> None:
    victim = FakeVictim()
    fault = only(killed(path, victim, "kills from=5s delay=2s"))
    assert victim.told == [(5, "killed"), (10, "open")]
    assert fault.firings == (Firing(5, None, "engine", "kill", 1, 0),)
    assert (fault.eligible, fault.fired) == (1, 1)
    assert fault.periods == ((5, 10),)


def test_if_nobody_says_when_a_third_of_the_flows_has_ended_by_then(path: Path) -> None:
    victim = FakeVictim()
    killed(path, victim, "kills", body=end_a_flow_each_second)
    assert victim.told == [(3, "killed"), (6, "open")]


@pytest.mark.parametrize(("flows", "at_s"), [(1, 0), (2, 1), (3, 1), (4, 2)])
def test_of_few_flows_one_has_ended_and_not_the_last(path: Path, flows: int, at_s: float) -> None:
    victim = FakeVictim()
    killed(path, victim, "kills", body=end_a_flow_each_second, flows=flows)
    assert victim.told[0] == (at_s, "killed")


def test_flows_that_were_not_started_count_as_over(path: Path) -> None:
    async def leave_out(flows: FlowCount) -> None:
        await asyncio.sleep(2)
        for number in range(3):
            flows.flow_not_started(number, 2)
        await asyncio.sleep(20)

    victim = FakeVictim()
    killed(path, victim, "kills", body=leave_out)
    assert victim.told[0] == (2, "killed")


@pytest.mark.parametrize(
    ("words", "at_s"),
    [
        ("every=10s", [1, 14, 27, 40, 53]),
        ("every=10s limit=2", [1, 14]),
        ("every=10s for=30s", [1, 14, 27]),
    ],
)
def test_it_is_killed_again_so_long_after_it_was_back_as_often_as_is_said(
    path: Path, words: str, at_s: list[float]
) -> None:
    victim = FakeVictim()
    fault = only(killed(path, victim, f"kills from=1s {words}"))
    assert [time_s for time_s, what in victim.told if what == "killed"] == at_s
    assert [firing.attempt for firing in fault.firings] == list(range(1, len(at_s) + 1))
    assert (fault.fired, len(fault.periods)) == (len(at_s), len(at_s))


def test_two_that_are_due_at_once_take_turns(path: Path) -> None:
    victim = FakeVictim()
    killed(path, victim, "kills from=5s", "kills from=6s name=again")
    assert victim.told == [(5, "killed"), (8, "open"), (8, "killed"), (11, "open")]


def test_how_long_it_stays_away_is_drawn_from_the_seed(path: Path) -> None:
    ends_s = set()
    for attempt in range(2):
        fault = only(killed(path.with_name(str(attempt)), FakeVictim(), "kills from=5s delay=1s-9s"))
        ends_s.add(fault.periods[0][1])
    [end_s] = ends_s
    assert end_s is not None
    assert 5 + START_TAKES_S + 1 < end_s < 5 + START_TAKES_S + 9


def test_flows_that_end_while_the_engine_is_away_wait_for_it_to_be_looked_into(path: Path) -> None:
    async def body(_flows: FlowCount) -> None:
        await asyncio.sleep(6)

    victim = FakeVictim()
    first, late = killed(path, victim, "kills from=5s", "kills from=5s name=late", body=body).faults
    assert victim.told == [(5, "killed"), (8, "open")], "and nothing is killed any more"
    assert (first.periods, late.periods) == (((5, 8),), ())


def test_one_whose_time_never_comes_hits_nothing(path: Path) -> None:
    victim = FakeVictim()
    fault = only(killed(path, victim, "kills from=2min"))
    assert (victim.told, fault.periods, fault.fired) == ([], (), None)


def test_a_run_that_is_cancelled_does_not_wait_for_the_engine(path: Path) -> None:
    victim = FakeVictim()

    async def fail(_flows: FlowCount) -> None:
        await asyncio.sleep(6)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        killed(path, victim, "kills from=5s", body=fail)
    assert victim.told == [(5, "killed")]
    assert only(read_history(path)).periods == ((5, None),)


def test_an_engine_that_does_not_come_back_is_given_up_with_the_reason(path: Path) -> None:
    victim = FakeVictim(fails=True)
    history = killed(path, victim, "kills from=5s every=1s")
    assert victim.told == [(5, "killed"), (8, "the engine, which the run had killed, did not come back")]
    assert only(history).periods == ((5, None),)
    assert any("did not come back: the port is taken" in problem for problem in history.problems)


def test_other_faults_are_healed_before_with_all_that_they_did_and_set_anew_after(path: Path) -> None:
    victim = FakeVictim()
    engine = victim.engine

    async def hit_before_and_after(_flows: FlowCount) -> None:
        await asyncio.sleep(4.9)
        engine.hit("crashes", 1)
        await asyncio.sleep(5)
        engine.hit("crashes", 2)
        await asyncio.sleep(20)

    history = killed(
        path, victim, "kills from=5s", others=("crashes limit=9", "gsi-lag from=6s"), body=hit_before_and_after
    )
    crashes, lag, kills = history.faults
    assert engine.times_s("DELETE", "crashes") == [5, pytest.approx(29.9)]
    assert [*crashes.periods] == [(0, 5), (8, 29.9)]
    assert [firing.flow for firing in crashes.firings] == [1, 2]
    assert (crashes.eligible, crashes.fired) == (4, 2)
    assert engine.faults["crashes"]["limit"] == 8, "what it hit before counts"
    assert [*lag.periods] == [(8, 29.9)], "what was to begin while nobody was there"
    assert [*kills.periods] == [(5, 8)]
    assert not history.problems


def test_one_that_did_all_it_may_is_not_set_on_the_new_engine(path: Path) -> None:
    victim = FakeVictim()

    async def body(_flows: FlowCount) -> None:
        await asyncio.sleep(1)
        crashes = victim.engine.faults["crashes"]
        victim.engine.hit("crashes", 3)
        crashes |= {"state": "limited", "ended_at_s": crashes["set_at_s"] + 1}
        await asyncio.sleep(20)

    history = killed(path, victim, "kills from=5s", others=("crashes limit=1",), body=body)
    crashes = history.faults[0]
    assert victim.engine.faults == {}
    assert (crashes.fired, crashes.periods) == (1, ((0, 1),))


def test_what_a_silent_engine_did_before_it_was_killed_is_never_guessed(path: Path) -> None:
    victim = FakeVictim()

    async def body(_flows: FlowCount) -> None:
        victim.engine.gone_at_s = 4
        await asyncio.sleep(20)

    history = killed(path, victim, "kills from=5s", others=("crashes",), body=body)
    crashes = history.faults[0]
    assert (crashes.eligible, crashes.fired) == (None, None)
    assert [*crashes.periods] == [(0, 5), (8, 20)]
    assert any("what it did in the end is not known" in problem for problem in history.problems)
