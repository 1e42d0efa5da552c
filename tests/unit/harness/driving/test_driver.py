"""The driver, whole, on a loop with virtual time and a transport without sockets."""

import asyncio
import gc
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.clock import RunClock
from harness.driving.availability import Availability
from harness.driving.driver import drive
from harness.faults.notation import faults_of_kinds
from harness.history.recorder import Recorders
from harness.operations import FlowEnding, Meaning, OperationKind
from harness.running.live_counts import LiveCounts
from harness.transport import Request, Response, TransportFailure
from harness.workload import Deadlines, Workload
from harness.workload.arrival import Arrival, Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp, schedule
from harness.workload.payloads import PayloadMix
from harness.workload.polling import FixedInterval
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.recording import KeepingRecorder
from tests.unit.harness.virtual_time import run_in_virtual_time


class DeafRecorder:
    """Hears nothing, and answers what it is told about with an error, if it has to."""

    def __init__(self, failing: str = "") -> None:
        self._failing = failing

    def __getattr__(self, name: str) -> Callable[..., None]:
        def hear(*_heard: object) -> None:
            if name == self._failing:
                raise OSError(28, "No space left on device")

        return hear


def workload(flows: int, arrival: Arrival) -> Workload:
    return Workload(seed=7, flows=flows, arrival=arrival, confirming_polls=0)


def drive_through(api: FakeApi, work: Workload) -> tuple[KeepingRecorder, str | None]:
    recorder = KeepingRecorder()
    return recorder, run_in_virtual_time(drive(work, api, API_URL, recorder))


def creates_s(recorder: KeepingRecorder) -> list[tuple[float, float]]:
    """Return when each flow's create was meant to be made, and was, by the number of the flow."""
    creates = {each.flow: each for each in recorder.invocations if each.kind is OperationKind.CREATE}
    return [(creates[flow].scheduled_s, creates[flow].started_s) for flow in sorted(creates)]


def test_hundreds_of_seconds_of_polling_pass_in_virtual_time() -> None:
    began_s = time.perf_counter()
    work = replace(workload(20, ClosedLoop(2)), payloads=PayloadMix(invalid_share=0))
    recorder, abandoned = drive_through(FakeApi(latency_s=0.2, visible_after_s=50), work)
    assert time.perf_counter() - began_s < 5
    assert abandoned is None
    assert recorder.ended(FlowEnding.COMPLETED) == 20
    assert 500 < recorder.flows[-1].operations[-1].ended_s < 520


@pytest.mark.parametrize("arrival", [ClosedLoop(8), PoissonRate(50)])
def test_two_runs_in_virtual_time_are_the_same_to_the_microsecond(arrival: Arrival) -> None:
    runs = [drive_through(FakeApi(visible_after_s=0.4), workload(50, arrival))[0].invocations for _ in range(2)]
    times = [[(each.op, each.flow, each.kind, each.scheduled_s, each.started_s) for each in run] for run in runs]
    assert times[0] == times[1]
    assert len(times[0]) > 200


@pytest.mark.parametrize(("flows", "clients", "at_once"), [(30, 5, 5), (3, 10, 3), (10, 1, 1)])
def test_so_many_clients_make_one_flow_each_at_a_time(flows: int, clients: int, at_once: int) -> None:
    api = FakeApi()
    recorder, _ = drive_through(api, workload(flows, ClosedLoop(clients)))
    assert api.most_at_once == at_once
    assert api.calls["create"] == flows
    assert recorder.ended(FlowEnding.COMPLETED) == flows
    assert {invocation.process for invocation in recorder.invocations} == set(range(at_once))


@pytest.mark.parametrize("arrival", [ClosedLoop(1), ClosedLoop(16), ConstantRate(100), Bursts(7, 1)])
def test_the_same_seed_sends_the_same_however_flows_arrive(arrival: Arrival) -> None:
    def bodies(which: Arrival) -> list[bytes]:
        api = FakeApi()
        drive_through(api, workload(40, which))
        return sorted(request.body for request in api.requests if request.body is not None)

    assert bodies(arrival) == bodies(ClosedLoop(4))
    assert len(bodies(arrival)) == 40


@pytest.mark.parametrize("arrival", [ConstantRate(20), PoissonRate(20), Ramp(5, 50, 2), Bursts(5, 0.5)])
def test_flows_of_an_open_loop_start_when_it_is_their_time(
    arrival: ConstantRate | PoissonRate | Ramp | Bursts,
) -> None:
    api = FakeApi(latency_s=0.3, visible_after_s=2)  # far slower than flows arrive
    recorder, _ = drive_through(api, workload(60, arrival))
    expected = [pytest.approx(at_s, abs=1e-6) for at_s in schedule(arrival, 60, seed=7)]
    assert [scheduled_s for scheduled_s, _ in creates_s(recorder)] == expected
    assert [started_s for _, started_s in creates_s(recorder)] == expected
    assert recorder.ended(FlowEnding.COMPLETED) == 60


def test_a_flow_that_starts_late_counts_from_when_it_was_meant_to() -> None:
    class Stalling(FakeApi):
        """Holds up the whole loop once, as a driver that is too slow would."""

        async def send(self, request: Request, timeout_s: float) -> Response:
            if self.calls["create"] == 1 and request.method == "POST":
                loop = asyncio.get_running_loop()
                loop.jump(1)  # type: ignore[attr-defined]  # the loop with virtual time has it
            return await super().send(request, timeout_s)

    recorder, _ = drive_through(Stalling(), workload(20, ConstantRate(10)))
    creates = creates_s(recorder)
    assert [scheduled_s for scheduled_s, _ in creates] == [pytest.approx(number / 10) for number in range(20)]
    assert [started_s for _, started_s in creates[2:5]] == [pytest.approx(1.1)] * 3


def test_an_open_loop_has_never_more_in_flight_than_it_may_and_counts_the_rest() -> None:
    api = FakeApi(latency_s=0.01, visible_after_s=1)
    work = replace(workload(100, ConstantRate(10, most_in_flight=4)), payloads=PayloadMix(invalid_share=0))
    recorder, abandoned = drive_through(api, work)
    assert abandoned is None
    assert len(recorder.flows) + len(recorder.not_started) == 100
    assert {flow for flow, _ in recorder.not_started}.isdisjoint(flow.number for flow in recorder.flows)
    assert all(scheduled_s == pytest.approx(flow / 10) for flow, scheduled_s in recorder.not_started)
    assert 30 < len(recorder.flows) < 40  # four places, each taken for 1.03 to 1.1 s, in 10 s
    assert {invocation.process for invocation in recorder.invocations} == {0, 1, 2, 3}
    spans = sorted((each.operations[0].started_s, each.operations[-1].ended_s) for each in recorder.flows)
    for started_s, _ in spans:
        assert sum(other_s <= started_s < ended_s for other_s, ended_s in spans) <= 4


def test_flows_that_are_many_at_once_do_not_keep_the_loop_to_themselves() -> None:
    turns = 0
    turns_when_one_too_many: list[int] = []

    class Watched(KeepingRecorder):
        def flow_not_started(self, flow: int, scheduled_s: float) -> None:
            super().flow_not_started(flow, scheduled_s)
            turns_when_one_too_many.append(turns)

    async def driving() -> None:
        async def take_turns() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(take_turns())
        await drive(workload(20_000, Bursts(20_000, 1, most_in_flight=1)), FakeApi(), API_URL, Watched())
        other.cancel()

    asyncio.run(driving())  # on the real clock: planning 20,000 flows takes some hundred milliseconds
    assert turns_when_one_too_many[-1] > turns_when_one_too_many[0] + 5


def test_failures_do_not_stop_the_others() -> None:
    def lose_every_third(operation: str, ordinal: int) -> Answer | None:
        return TransportFailure.READ_TIMED_OUT if operation == "create" and ordinal % 3 == 0 else None

    recorder, abandoned = drive_through(FakeApi(script=lose_every_third), workload(60, ClosedLoop(4)))
    assert abandoned is None
    assert recorder.ended(FlowEnding.COMPLETED) == 40
    assert recorder.ended(FlowEnding.UNREACHABLE) == 20


@pytest.mark.parametrize("arrival", [ClosedLoop(4), ConstantRate(20)])
def test_an_engine_that_goes_away_ends_the_run_soon(arrival: Arrival) -> None:
    def go_away(_operation: str, _ordinal: int) -> Answer | None:
        return TransportFailure.REFUSED if asyncio.get_running_loop().time() > 3 else None

    recorder, abandoned = drive_through(FakeApi(script=go_away), workload(1000, arrival))
    assert abandoned is not None
    assert " flows in a row got no answer; the last: " in abandoned
    assert 0 < recorder.ended(FlowEnding.COMPLETED) < 100
    assert len(recorder.flows) < 200
    assert recorder.invocations[-1].started_s < 6
    assert recorder.not_started == []


@pytest.mark.parametrize("arrival", [ClosedLoop(10), ConstantRate(5)])
def test_an_engine_that_hangs_ends_the_run_in_bounded_time(arrival: Arrival) -> None:
    def hang(_operation: str, _ordinal: int) -> Answer:
        return TransportFailure.READ_TIMED_OUT

    recorder, abandoned = drive_through(FakeApi(script=hang), workload(1000, arrival))
    assert abandoned is not None
    assert max(flow.operations[-1].ended_s for flow in recorder.flows) <= 45


@pytest.mark.parametrize("arrival", [ClosedLoop(5), ConstantRate(10)])
def test_a_cancelled_run_records_the_end_of_what_it_was_in_the_middle_of(arrival: Arrival) -> None:
    recorder = KeepingRecorder()

    async def cancel_after_1_s() -> None:
        work = replace(workload(100, arrival), payloads=PayloadMix(invalid_share=0))
        api = FakeApi(latency_s=0.01, visible_after_s=0.4)
        task = asyncio.create_task(drive(work, api, API_URL, recorder))
        await asyncio.sleep(1.005)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    run_in_virtual_time(cancel_after_1_s())
    assert recorder.ended(FlowEnding.COMPLETED) > 0
    assert recorder.ended(FlowEnding.INTERRUPTED) == 5
    begun = {invocation.flow for invocation in recorder.invocations}
    assert begun == {flow.number for flow in recorder.flows}
    assert len(begun) < 20


def test_times_are_the_runs_clocks_where_there_is_one() -> None:
    async def driving() -> KeepingRecorder:
        recorder = KeepingRecorder()
        clock = RunClock.start()
        await asyncio.sleep(3)
        work = workload(3, ConstantRate(10))
        await drive(work, FakeApi(), API_URL, recorder, clock=clock)
        return recorder

    assert creates_s(run_in_virtual_time(driving())) == [(3, 3), (3.1, 3.1), (3.2, 3.2)]


@pytest.mark.parametrize("arrival", [ClosedLoop(1), ConstantRate(1)])
def test_ticks_come_on_the_loops_clock_also_while_no_flow_ends(arrival: Arrival) -> None:
    ticks_s: list[float] = []

    async def driving() -> None:
        loop = asyncio.get_running_loop()
        await drive(
            workload(1, arrival),
            FakeApi(visible_after_s=3.5),
            API_URL,
            KeepingRecorder(),
            on_tick=lambda: ticks_s.append(loop.time()),
            tick_interval_s=1,
        )

    run_in_virtual_time(driving())
    assert ticks_s == [pytest.approx(second) for second in range(4)]


@pytest.mark.parametrize("hears", ["flow_begins", "call_begins", "call_ended", "flow_ended"])
def test_what_the_recorder_raises_ends_the_run(hears: str) -> None:
    api = FakeApi(visible_after_s=10)
    with pytest.raises(ExceptionGroup) as caught:
        run_in_virtual_time(drive(workload(100, ClosedLoop(2)), api, API_URL, DeafRecorder(hears)))
    assert caught.group_contains(OSError, match="No space left")
    assert api.calls["create"] <= 2


def peak_bytes(flows: int, arrival: Arrival) -> int:
    """Return the most memory that driving so many flows held at once, beyond what was there before."""

    class Forgetting(FakeApi):
        """Keeps nothing of a flow: its users are visible at once, and whoever asks gets the last one."""

        async def send(self, request: Request, timeout_s: float) -> Response:
            response = await super().send(request, timeout_s)
            self.requests.clear()
            self.times_s.clear()
            if request.method == "GET" and "/users/" in request.url:
                self._users.clear()
                self._visible_at_s.clear()
            return response

    work = Workload(
        seed=7,
        flows=flows,
        arrival=arrival,
        payloads=PayloadMix(limit_share=0, invalid_share=0),
        polling=FixedInterval(0.001),
        deadlines=Deadlines(flow_timeout_s=5),
        confirming_polls=0,
    )
    api = Forgetting(latency_s=0.001, visible_after_s=0)
    gc.collect()
    tracemalloc.start()
    try:
        run_in_virtual_time(drive(work, api, API_URL, Recorders(DeafRecorder(), LiveCounts(flows))))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("arrival", [ClosedLoop(1), ConstantRate(500, most_in_flight=5)])
def test_memory_does_not_grow_with_the_number_of_flows(arrival: Arrival) -> None:
    few, many = peak_bytes(400, arrival), peak_bytes(1_500, arrival)
    assert many - few < 10_000  # 9 bytes a flow: less than anything that could be kept of one


@pytest.mark.parametrize("arrival", [ClosedLoop(2), PoissonRate(5), Bursts(3, every_s=2)])
def test_flows_that_are_made_alone_are_the_same_as_among_all(arrival: Arrival) -> None:
    whole = workload(10, arrival)
    alone = replace(whole, only_flows=(2, 7, 9))
    assert list(alone.plans()) == [whole.plan(number) for number in (2, 7, 9)]
    recorder, _ = drive_through(FakeApi(), alone)
    assert sorted(flow.number for flow in recorder.flows) == [2, 7, 9]
    if not isinstance(arrival, ClosedLoop):
        times_s = list(schedule(arrival, 10, whole.seed))
        meant_s = [scheduled_s for scheduled_s, _ in creates_s(recorder)]
        assert meant_s == pytest.approx([times_s[2], times_s[7], times_s[9]], abs=1e-6)


def test_requests_say_whose_they_are_where_there_are_faults_and_else_not() -> None:
    api = FakeApi()
    drive_through(api, replace(workload(3, ClosedLoop(2)), faults=faults_of_kinds("crashes"), seed=0x1_2345_6789))
    traces = {request.headers["X-Amzn-Trace-Id"] for request in api.requests}
    assert traces == {f"Root=1-23456789-0f10f10f{number:016x}" for number in range(3)}

    api = FakeApi()
    drive_through(api, workload(3, ClosedLoop(2)))
    assert not any("X-Amzn-Trace-Id" in request.headers for request in api.requests)


LEAVES_S, BACK_S = 1, 6
MOVED_URL = "http://fake.test/moved"


class MovingApi(FakeApi):
    """The API at whatever URL; keeps which requests came to the second. Away, something else answers polls at times."""

    def __init__(self, where: Availability, latency_s: float, visible_after_s: float) -> None:
        def refuse_while_away(operation: str, ordinal: int) -> Answer | None:
            if not where.is_away and not where.gone:
                return None
            is_other = operation == "status" and ordinal % 2 and not where.gone
            return Response(404, {}, b"<Error>no such bucket</Error>") if is_other else TransportFailure.REFUSED

        super().__init__(latency_s, visible_after_s, refuse_while_away)
        self.moved: list[bool] = []

    async def send(self, request: Request, timeout_s: float) -> Response:
        self.moved.append(request.url.startswith(MOVED_URL))
        return await super().send(replace(request, url=request.url.replace(MOVED_URL, API_URL)), timeout_s)


class TestAnApiThatTheRunTakesAway:
    """Nobody answers for a while, and the driver knows why."""

    def drive(
        self, arrival: Arrival, *, comes_back: bool = True, latency_s: float = 0.01, visible_after_s: float = 0.5
    ) -> tuple[KeepingRecorder, MovingApi, str | None]:
        where, recorder = Availability(API_URL), KeepingRecorder()
        api = MovingApi(where, latency_s, visible_after_s)

        async def run() -> str | None:
            work = replace(workload(100, arrival), payloads=PayloadMix(invalid_share=0))
            driving = asyncio.create_task(drive(work, api, where, recorder))
            await asyncio.sleep(LEAVES_S)
            where.leave()
            await asyncio.sleep(BACK_S - LEAVES_S)
            if comes_back:
                where.come_back(MOVED_URL)
            else:
                where.stay_away("it did not come back")
            return await driving

        return recorder, api, run_in_virtual_time(run())

    def test_each_client_loses_one_create_at_most_and_goes_on_where_the_api_is_then(self) -> None:
        # A flow takes 1.2 s here: the second create of each client meets nobody.
        recorder, api, abandoned = self.drive(ClosedLoop(10), latency_s=0.4, visible_after_s=0)
        assert abandoned is None
        assert recorder.ended(FlowEnding.UNREACHABLE) == 10
        assert recorder.ended(FlowEnding.COMPLETED) == 90
        assert api.moved == [at_s >= BACK_S for at_s in api.times_s]

    def test_a_flow_in_the_middle_polls_on_and_gives_up_for_no_want_of_an_answer(self) -> None:
        recorder, _, _ = self.drive(ClosedLoop(10))
        times_s = [(flow, flow.operations[0].ended_s, flow.operations[-1].ended_s) for flow in recorder.flows]
        across = [flow for flow, began_s, ended_s in times_s if began_s < LEAVES_S and ended_s > BACK_S]
        assert across
        assert {flow.ending for flow in across} == {FlowEnding.COMPLETED}
        meanings = Counter(call.meaning for flow in across for call in flow.operations)
        assert min(meanings[Meaning.NO_ANSWER], meanings[Meaning.UNEXPECTED]) > 20 * len(across)

    def test_flows_of_an_open_loop_keep_their_times_and_are_no_reason_to_abandon_the_rest(self) -> None:
        recorder, _, abandoned = self.drive(ConstantRate(10))
        assert abandoned is None
        unreachable = [flow.operations[0].started_s for flow in recorder.flows if flow.ending is FlowEnding.UNREACHABLE]
        assert len(unreachable) == pytest.approx(10 * (BACK_S - LEAVES_S), abs=2)
        assert all(LEAVES_S <= started_s <= BACK_S for started_s in unreachable)

    @pytest.mark.parametrize("arrival", [ClosedLoop(10), ConstantRate(10)])
    def test_one_that_does_not_come_back_ends_the_run_soon_with_the_reason(self, arrival: Arrival) -> None:
        recorder, _, abandoned = self.drive(arrival, comes_back=False)
        assert abandoned == "it did not come back"
        assert max(flow.operations[-1].ended_s for flow in recorder.flows) < BACK_S + 2
