"""The driver as a client of the fixed server, in its own process: flows over sockets, a history on disk, live counts.

It is what `harness run` does between its first flow and its last one, and nothing else. Run by `benchmarks.driver`.
"""

import json
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click
import psutil

from benchmarks.driver.figures import ClientFigures
from harness.driving.aiohttp_transport import AiohttpTransport
from harness.history.reader import read_history
from harness.running.event_loop import run_loop
from harness.running.recording import Standing, Subject, record
from harness.timing.measure import measure
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.payloads import PayloadMix
from harness.workload.polling import FixedInterval

_PLAIN = PayloadMix(unicode_share=0, hostile_share=0, limit_share=0, invalid_share=0)


@dataclass(slots=True)
class MemoryView:
    """Looks at this process's memory when so many flows have ended. It implements `harness.running.recording.View`."""

    sample_at: int
    interval_s: float = 0.5
    flows_early: int = 0
    resident_bytes_early: int = 0
    _process: psutil.Process = field(default_factory=psutil.Process)

    def show(self, standing: Standing) -> None:
        """See `harness.running.recording.View`."""
        if not self.flows_early and standing.progress.ended >= self.sample_at:
            self.flows_early = standing.progress.ended
            self.resident_bytes_early = self.resident_bytes()

    def resident_bytes(self) -> int:
        """Return what this process has in memory now."""
        return int(self._process.memory_info().rss)


@click.command()
@click.option("--url", required=True)
@click.option("--flows", type=click.IntRange(1), required=True)
@click.option("--users", type=click.IntRange(1), required=True)
@click.option("--sample-at", type=click.IntRange(1), required=True, help="After so many flows, look at the memory.")
@click.option("--poll-interval-s", type=click.FloatRange(0.001), required=True)
@click.option("--figures", "figures_path", type=click.Path(path_type=Path), required=True)
def main(*, url: str, flows: int, users: int, sample_at: int, poll_interval_s: float, figures_path: Path) -> None:
    """Make the flows, and write the figures."""
    workload = Workload(
        seed=1,
        flows=flows,
        arrival=ClosedLoop(users),
        payloads=_PLAIN,
        polling=FixedInterval(poll_interval_s),
    )
    with tempfile.TemporaryDirectory(prefix="driver-") as folder:
        history = Path(folder) / "history.jsonl"
        view = MemoryView(sample_at)
        began_s, cpu_began_s = time.perf_counter(), time.process_time()
        run_loop(record("benchmark", workload, Subject(url, AiohttpTransport, observer=None), history, view))
        wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_began_s
        resident_bytes = view.resident_bytes()
        measured = measure(read_history(history))
    kinds = ("create", "status", "retrieve")
    figures = ClientFigures(
        flows=flows,
        calls=measured.calls,
        errors=measured.errors + flows - measured.flows.completed,
        wall_s=wall_s,
        cpu_s=cpu_s,
        flows_early=view.flows_early,
        resident_bytes_early=view.resident_bytes_early,
        resident_bytes=resident_bytes,
        timings={kind: measured.timings[kind].to_json() for kind in kinds},
    )
    figures_path.write_text(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main()
