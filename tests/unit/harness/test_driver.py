"""The driver, whole, on a loop with virtual time and a transport without sockets."""

import asyncio
import time

import pytest

from harness.driver import drive
from harness.flow import FlowEnding, FlowPolicy
from harness.tally import Tally
from harness.transport import TransportFailure
from harness.workload import Workload
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.virtual_time import run_in_virtual_time

POLICY = FlowPolicy(poll_interval_s=0.05, flow_timeout_s=60)


def drive_through(api: FakeApi, flows: int, clients: int, policy: FlowPolicy = POLICY) -> tuple[Tally, str | None]:
    tally = Tally(flows)

    async def driving() -> str | None:
        workload = Workload(seed=7, flows=flows)
        return await drive(workload, api, API_URL, policy, clients=clients, on_result=tally.add, on_tick=lambda: None)

    return tally, run_in_virtual_time(driving())


def test_hundreds_of_seconds_of_polling_pass_in_virtual_time() -> None:
    began_s = time.perf_counter()
    tally, abandoned = drive_through(FakeApi(latency_s=0.2, visible_after_s=50), flows=20, clients=2)
    assert time.perf_counter() - began_s < 5
    assert abandoned is None
    assert tally.completed == 20
    assert 500 < tally.duration_s < 520
    visible = tally.timings()["visible_upper"]
    assert visible.p50_ms == pytest.approx(50_200, rel=0.01)


def test_two_runs_in_virtual_time_are_the_same_to_the_call() -> None:
    apis = [FakeApi(visible_after_s=0.4), FakeApi(visible_after_s=0.4)]
    tallies = [drive_through(api, flows=50, clients=8)[0] for api in apis]
    assert tallies[0].timings() == tallies[1].timings()
    assert apis[0].calls == apis[1].calls


@pytest.mark.parametrize(("flows", "clients", "at_once"), [(30, 5, 5), (3, 10, 3), (10, 1, 1)])
def test_so_many_clients_make_one_flow_each_at_a_time(flows: int, clients: int, at_once: int) -> None:
    api = FakeApi()
    tally, _ = drive_through(api, flows, clients)
    assert api.most_at_once == at_once
    assert api.calls["create"] == flows
    assert tally.completed == flows


def test_the_same_seed_sends_the_same_whatever_the_concurrency() -> None:
    apis = {clients: FakeApi() for clients in (1, 16)}
    for clients, api in apis.items():
        drive_through(api, flows=40, clients=clients)
    bodies = [sorted(request.body for request in api.requests if request.body is not None) for api in apis.values()]
    assert bodies[0] == bodies[1]
    assert len(bodies[0]) == 40


def test_failures_do_not_stop_the_others() -> None:
    def lose_every_third(operation: str, ordinal: int) -> Answer | None:
        return TransportFailure.READ_TIMED_OUT if operation == "create" and ordinal % 3 == 0 else None

    tally, abandoned = drive_through(FakeApi(script=lose_every_third), flows=60, clients=4)
    assert abandoned is None
    assert tally.completed == 40
    assert tally.ended(FlowEnding.UNREACHABLE) == 20


def test_an_engine_that_goes_away_ends_the_run_soon() -> None:
    def go_away(_operation: str, _ordinal: int) -> Answer | None:
        gone = asyncio.get_running_loop().time() > 3
        return TransportFailure.REFUSED if gone else None

    tally, abandoned = drive_through(FakeApi(script=go_away), flows=1000, clients=4)
    assert abandoned is not None
    assert abandoned.startswith("10 flows in a row got no answer; the last: ")
    assert 0 < tally.completed < 1000
    assert tally.not_started > 900
    assert tally.duration_s < 5


def test_an_engine_that_hangs_ends_the_run_in_bounded_time() -> None:
    def hang(_operation: str, _ordinal: int) -> Answer:
        return TransportFailure.READ_TIMED_OUT

    tally, abandoned = drive_through(FakeApi(script=hang), flows=1000, clients=10)
    assert abandoned is not None
    assert tally.duration_s <= 30


def test_a_cancelled_run_hands_on_what_it_was_in_the_middle_of() -> None:
    tally = Tally(100)

    async def cancel_after_1_s() -> None:
        workload = Workload(seed=7, flows=100)
        api = FakeApi(latency_s=0.01, visible_after_s=0.4)
        task = asyncio.create_task(
            drive(workload, api, API_URL, POLICY, clients=5, on_result=tally.add, on_tick=lambda: None)
        )
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    run_in_virtual_time(cancel_after_1_s())
    assert tally.completed == 10
    assert tally.ended(FlowEnding.INTERRUPTED) == 5
    assert tally.not_started == 85


def test_ticks_come_on_the_loops_clock_also_while_no_flow_ends() -> None:
    ticks_s: list[float] = []

    async def driving() -> None:
        loop = asyncio.get_running_loop()
        await drive(
            Workload(seed=7, flows=1),
            FakeApi(visible_after_s=3.5),
            API_URL,
            POLICY,
            clients=1,
            on_result=lambda _result: None,
            on_tick=lambda: ticks_s.append(loop.time()),
            tick_interval_s=1,
        )

    run_in_virtual_time(driving())
    assert ticks_s == [pytest.approx(second) for second in range(4)]


def test_what_the_receiver_of_results_raises_ends_the_run() -> None:
    def full_disk(_result: object) -> None:
        raise OSError(28, "No space left on device")

    async def driving() -> None:
        await drive(
            Workload(seed=7, flows=10),
            FakeApi(),
            API_URL,
            POLICY,
            clients=2,
            on_result=full_disk,
            on_tick=lambda: None,
        )

    with pytest.raises(ExceptionGroup) as caught:
        run_in_virtual_time(driving())
    assert caught.group_contains(OSError, match="No space left")
