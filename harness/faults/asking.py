"""Asks an engine about its faults from a program without an event loop: a command, a fixture."""

from collections.abc import Awaitable, Callable

from harness.driving.aiohttp_transport import AiohttpTransport
from harness.faults.control import FaultControl
from harness.running.event_loop import run_loop


def ask_engine[T](endpoint_url: str, account_id: str, ask: Callable[[FaultControl], Awaitable[T]]) -> T:
    """Return what comes of `ask`, over a connection of this call's own: few such calls are made.

    Args:
        endpoint_url: the engine's.
        account_id: whose faults it is about.
        ask: what to do with the faults.

    Raises:
        FaultControlError: the engine gave no answer, or not the one that is expected.
    """

    async def connect_and_ask() -> T:
        async with AiohttpTransport(1) as transport:
            return await ask(FaultControl(transport, endpoint_url, account_id))

    return run_loop(connect_and_ask())
