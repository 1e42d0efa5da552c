"""The same flows by Locust. It runs in Locust's own environment (`tools/install-locust`) and imports nothing of ours.

Each user makes one flow after the other until as many were begun as `FLOWS` says: create, poll until done, retrieve,
compare, poll once more. What was measured is written as JSON to `FIGURES`: Locust's own quantiles by name, the CPU time
and the memory of this process. That is what the environment is read for: Locust hands a file nothing else.
"""
# Its imports are in another environment, where nobody checks types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator"

import json
import os
import time
from itertools import count
from pathlib import Path

import gevent
import psutil
from locust import FastHttpUser, events, task
from locust.env import Environment
from locust.exception import StopUser

FLOWS = int(os.environ["FLOWS"])
SAMPLE_AT = int(os.environ["SAMPLE_AT"])
POLL_INTERVAL_S = float(os.environ["POLL_INTERVAL_S"])
FIGURES = Path(os.environ["FIGURES"])

_process = psutil.Process()
_numbers = count()
_figures: dict[str, float] = {"ended": 0, "wrong": 0, "resident_bytes_early": 0}


class FlowUser(FastHttpUser):
    """One client of the closed loop."""

    @task
    def flow(self) -> None:
        """Make one flow, or stop when there are no more to make."""
        number = next(_numbers)
        if number >= FLOWS:
            raise StopUser
        try:
            is_right = self._is_right(number)
        finally:
            _figures["ended"] += 1
        if not is_right:
            _figures["wrong"] += 1
        if _figures["ended"] == SAMPLE_AT:
            _figures["resident_bytes_early"] = _process.memory_info().rss

    def _is_right(self, number: int) -> bool:
        """Make one flow, and return whether what came back is what was sent."""
        sent = {"name": "Ada Lovelace", "email": f"user-{number}@example.com"}
        handle = self.client.post("/users", json=sent, name="create").json()["messageId"]
        result_id = self._wait_until_done(handle)
        user = self.client.get(f"/users/{result_id}", name="retrieve").json()
        came_back = user["id"] == result_id and {field: user[field] for field in sent} == sent
        return came_back and self._poll(handle) == result_id

    def _wait_until_done(self, handle: str) -> str:
        while (result_id := self._poll(handle)) is None:
            gevent.sleep(POLL_INTERVAL_S)
        return result_id

    def _poll(self, handle: str) -> str | None:
        with self.client.get(f"/status/{handle}", name="status", catch_response=True) as response:
            if response.status_code == 404:  # noqa: PLR2004  - pending is an answer like any other
                response.success()
                return None
            body = response.json()
            return body["userId"] if body["messageId"] == handle else None


@events.test_start.add_listener
def _begin(**_: object) -> None:
    _figures["began_s"] = time.perf_counter()
    _figures["cpu_began_s"] = time.process_time()


@events.init.add_listener
def _watch(environment: Environment, **_: object) -> None:
    gevent.spawn(_quit_when_done, environment)


def _quit_when_done(environment: Environment) -> None:
    while _figures["ended"] < FLOWS:
        gevent.sleep(0.05)
    _write_figures(environment)
    environment.runner.quit()


def _write_figures(environment: Environment) -> None:
    stats = environment.stats
    FIGURES.write_text(
        json.dumps(
            {
                "flows": FLOWS,
                "calls": stats.total.num_requests,
                "errors": stats.total.num_failures + _figures["wrong"],
                "wall_s": time.perf_counter() - _figures["began_s"],
                "cpu_s": time.process_time() - _figures["cpu_began_s"],
                "flows_early": SAMPLE_AT,
                "resident_bytes_early": _figures["resident_bytes_early"],
                "resident_bytes": _process.memory_info().rss,
                "timings": {
                    name: {
                        "p50_ms": entry.get_response_time_percentile(0.5),
                        "p99_ms": entry.get_response_time_percentile(0.99),
                    }
                    for (name, _), entry in stats.entries.items()
                },
            }
        )
    )
