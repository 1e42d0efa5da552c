"""Looks again and again how a run's faults stand, for whoever watches the run. Nothing is recorded of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from harness.faults import Fault
from harness.faults.control import FaultControl, FaultControlError
from model.faults.registry import ACTIVE

LOOKED_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class FaultStanding:
    """One fault that has been set."""

    name: str
    is_active: bool
    fired: int
    """What it has hit so far."""


@asynccontextmanager
async def watched(
    faults: Sequence[Fault], control: FaultControl, on_standing: Callable[[tuple[FaultStanding, ...]], None]
) -> AsyncIterator[None]:
    """Tell how faults stand that are set within the block, every `LOOKED_EVERY_S` and in the end.

    An engine that does not answer is no failure here: how they stood before is still the last that is known.

    Args:
        faults: those that are meant. What an account has by their names when the block begins is of an earlier run.
        control: where they are set.
        on_standing: is told.
    """
    earlier = {name: told["set_at_s"] for name, told in (await _told(control)).items()}

    async def look() -> None:
        told = await _told(control)
        found = [told[fault.name] for fault in faults if fault.name in told]
        standings = [_standing(each) for each in found if earlier.get(each["name"]) != each["set_at_s"]]
        if standings:
            on_standing(tuple(standings))

    async def keep_looking() -> None:
        while True:
            await asyncio.sleep(LOOKED_EVERY_S)
            await look()

    async with asyncio.TaskGroup() as beside:
        looker = beside.create_task(keep_looking())
        try:
            yield
        finally:
            looker.cancel()
    await look()


async def _told(control: FaultControl) -> Mapping[str, Mapping[str, Any]]:
    """Return what the engine tells of each fault, by name; nothing, where it gives no answer."""
    try:
        return {each["name"]: each for each in await control.all_as_told()}
    except FaultControlError:
        return {}


def _standing(told: Mapping[str, Any]) -> FaultStanding:
    return FaultStanding(told["name"], told["state"] == ACTIVE, told["fired"])
