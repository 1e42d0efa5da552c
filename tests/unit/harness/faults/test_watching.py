"""How a run's faults stand while it goes on, in virtual time."""

import asyncio

from harness.faults.control import FaultControl
from harness.faults.notation import fault_in_words
from harness.faults.watching import LOOKED_EVERY_S, FaultStanding, watched
from tests.unit.harness.faults.fake_control import ACCOUNT_ID, ENDPOINT_URL, FakeControl
from tests.unit.harness.virtual_time import run_in_virtual_time

CRASHES, LAG = fault_in_words("crashes"), fault_in_words("gsi-lag")

type Seen = list[tuple[float, tuple[FaultStanding, ...]]]
"""When it was told, and what."""


async def watch(engine: FakeControl, seen: Seen) -> None:
    control = FaultControl(engine, ENDPOINT_URL, ACCOUNT_ID)
    loop = asyncio.get_running_loop()
    async with watched([CRASHES, LAG], control, lambda standings: seen.append((loop.time(), standings))):
        await asyncio.sleep(LOOKED_EVERY_S / 2)
        await control.set(CRASHES, 7, ttl_s=60)
        await asyncio.sleep(LOOKED_EVERY_S)
        engine.hit("crashes", 3)
        await asyncio.sleep(LOOKED_EVERY_S)
        await control.heal("crashes")


def test_what_was_set_is_told_with_its_hits_and_in_the_end_that_it_is_over() -> None:
    seen: Seen = []
    run_in_virtual_time(watch(FakeControl(), seen))
    assert seen == [
        (1, (FaultStanding("crashes", is_active=True, fired=0),)),
        (2, (FaultStanding("crashes", is_active=True, fired=1),)),
        (2.5, (FaultStanding("crashes", is_active=False, fired=1),)),
    ]


def test_a_fault_of_an_earlier_run_is_not_taken_for_one_of_this() -> None:
    engine = FakeControl()
    seen: Seen = []

    async def after_another() -> None:
        control = FaultControl(engine, ENDPOINT_URL, ACCOUNT_ID)
        for fault in (CRASHES, LAG):
            await control.set(fault, 6, ttl_s=60)
            engine.hit(fault.name, 1)
            await control.heal(fault.name)
        await asyncio.sleep(1)
        await watch(engine, seen)

    run_in_virtual_time(after_another())
    assert {standing.name for _, standings in seen for standing in standings} == {"crashes"}
    assert [standings[0].fired for _, standings in seen] == [0, 1, 1]


def test_an_engine_that_does_not_answer_is_no_failure() -> None:
    engine = FakeControl(gone_at_s=0.2)
    seen: Seen = []

    async def go_on() -> None:
        async with watched([CRASHES], FaultControl(engine, ENDPOINT_URL, ACCOUNT_ID), lambda _: seen.append((0, ()))):
            await asyncio.sleep(3)

    run_in_virtual_time(go_on())
    assert seen == []
