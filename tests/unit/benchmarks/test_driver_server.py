"""The fixed server answers flows as the contract says, and knows how long it held them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.driver.ours import MemoryView
from benchmarks.driver.server import Connection, Held, Users, quantile
from harness.driving.aiohttp_transport import AiohttpTransport
from harness.history.reader import read_history
from harness.operations import FlowEnding
from harness.running.recording import Subject, record
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.payloads import PayloadMix

FLOWS = 12


@asynccontextmanager
async def serving(held: Held, delay_s: float) -> AsyncIterator[str]:
    users = Users()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(users, held, delay_s), "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def drive(held: Held, delay_s: float, history: Path, view: MemoryView) -> None:
    workload = Workload(seed=1, flows=FLOWS, arrival=ClosedLoop(3), payloads=PayloadMix(invalid_share=0))
    async with serving(held, delay_s) as url:
        await record("test", workload, Subject(url, AiohttpTransport, observer=None), history, view)


def test_every_flow_completes_in_five_calls(tmp_path: Path) -> None:
    asyncio.run(drive(Held(), 0, tmp_path / "history", MemoryView(sample_at=1)))

    flows = list(read_history(tmp_path / "history").flows)
    assert [flow.ending for flow in flows] == [FlowEnding.COMPLETED] * FLOWS
    assert {len(flow.operations) for flow in flows} == {5}


def test_it_knows_how_long_it_held_every_answer(tmp_path: Path) -> None:
    held = Held()
    asyncio.run(drive(held, 0.02, tmp_path / "history", MemoryView(sample_at=1)))

    taken = held.take()
    assert {kind: each["count"] for kind, each in taken.items()} == {
        "create": FLOWS,
        "status": 3 * FLOWS,
        "retrieve": FLOWS,
    }
    assert min(each["p50_ms"] for each in taken.values()) >= 19  # a loop's timer may be a little early
    assert held.take() == {}


def test_memory_is_looked_at_when_so_many_flows_have_ended(tmp_path: Path) -> None:
    view = MemoryView(sample_at=FLOWS)
    asyncio.run(drive(Held(), 0, tmp_path / "history", view))

    assert view.flows_early == FLOWS
    assert view.resident_bytes_early > 1_000_000


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile([3, 1, 2], 0.99) == 3
    assert quantile([7], 0.5) == 7
