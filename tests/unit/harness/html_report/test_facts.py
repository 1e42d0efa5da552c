"""A reader of the page must know what was run, on what, and how to run it again."""

from dataclasses import replace
from typing import Any

import pytest

from harness.html_report.facts import facts_of
from harness.store.record import EngineRecord, GitRecord, RunRecord
from harness.workload import Workload
from harness.workload.arrival import Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.document import workload_to_json
from harness.workload.polling import ExponentialBackoff, FixedInterval, RetryAfter

WORKLOAD = Workload(seed=42, flows=1000)
RECORD = RunRecord(
    run_id="20261104-101512345-kqxw",
    started_at="2026-11-04T10:15:12+00:00",
    arguments=("run", "--flows", "1000", "--require", "visible.p99<2s"),
    workload=workload_to_json(WORKLOAD),
    api_url="http://127.0.0.1:4566/_aws/execute-api/abc/test",
    engine=EngineRecord("embedded", "http://127.0.0.1:4566", "4.14.0", 123),
    account="000000000000",
    region="us-east-1",
    stack_name="users-api",
    versions={"python": "3.13.2", "aiohttp": "3.13.1"},
    git=GitRecord("0123456789abcdef0123456789abcdef01234567", dirty=True),
)


def facts(**changes: Any) -> dict[str, str]:
    return facts_of(replace(RECORD, **changes))


def test_all_that_is_known_is_said() -> None:
    assert facts() == {
        "run": "20261104-101512345-kqxw",
        "command": "harness replay 20261104-101512345-kqxw",
        "made by": "harness run --flows 1000 --require 'visible.p99<2s'",
        "started": "2026-11-04T10:15:12+00:00",
        "seed": "42",
        "workload": "1,000 flows, a closed loop of 10 clients, polled every 50 ms",
        "engine": "embedded at http://127.0.0.1:4566, version 4.14.0",
        "stack": "users-api, account 000000000000, us-east-1",
        "API": "http://127.0.0.1:4566/_aws/execute-api/abc/test",
        "revision": "0123456789ab, with changes",
        "versions": "python 3.13.2, aiohttp 3.13.1",
    }


def test_what_is_not_known_is_left_out() -> None:
    known = facts(git=None, versions={}, arguments=(), engine=EngineRecord("external"))
    assert not {"revision", "versions", "made by"} & set(known)
    assert known["engine"] == "external"


def test_a_run_that_no_command_made_is_made_again_all_the_same() -> None:
    assert facts(arguments=())["command"] == "harness replay 20261104-101512345-kqxw"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arrival": ClosedLoop(3)}, "1,000 flows, a closed loop of 3 clients, polled every 50 ms"),
        ({"arrival": ConstantRate(20)}, "1,000 flows, an open loop at 20 a second, polled every 50 ms"),
        ({"arrival": PoissonRate(2.5)}, "1,000 flows, an open loop at random, 2.5 a second, polled every 50 ms"),
        ({"arrival": Ramp(1, 9, 30)}, "1,000 flows, an open loop from 1 to 9 a second over 30 s, polled every 50 ms"),
        ({"arrival": Bursts(5, 2)}, "1,000 flows, an open loop of 5 at once every 2 s, polled every 50 ms"),
        ({"polling": FixedInterval(0.2)}, "1,000 flows, a closed loop of 10 clients, polled every 200 ms"),
        (
            {"polling": ExponentialBackoff()},
            "1,000 flows, a closed loop of 10 clients, polled after 50 ms, each wait 2 times the last, up to 5 s",
        ),
        ({"polling": RetryAfter()}, "1,000 flows, a closed loop of 10 clients, polled when Retry-After says"),
        (
            {"poison": 3, "warm_up_s": 2.0},
            "1,000 flows, a closed loop of 10 clients, polled every 50 ms, 3 poison messages, 2 s of warm-up",
        ),
    ],
)
def test_a_workload_is_said_in_words(changes: dict[str, Any], words: str) -> None:
    assert facts(workload=workload_to_json(replace(WORKLOAD, **changes)))["workload"] == words
