"""A sampled stack belongs to its innermost component, and waiting is nobody's work."""

import pytest

from benchmarks.components import component_of, hottest, shares

GATEWAY = "handle (localstack/services/apigateway/next_gen/execute_api/handlers/integration.py:1)"
SQS = "send_message (localstack/services/sqs/provider.py:9)"


@pytest.mark.parametrize(
    ("frames", "component"),
    [
        ([GATEWAY], "gateway"),
        ([GATEWAY, SQS], "SQS"),
        ([GATEWAY, SQS, "uuid4 (uuid.py:720)"], "SQS"),
        ([GATEWAY, "merge (airspeed/operators.py:3)"], "templates"),
        ([GATEWAY, "Handler.handle (logging/__init__.py:1)"], "logging"),
        (["run (emulator/services/lambda_/event_source/poller.py:1)"], "Lambda"),
        (["main (somewhere.py:1)"], "other"),
        (["run (emulator/services/lambda_/event_source/poller.py:1)", "Condition.wait (threading.py:359)"], "waiting"),
        (["_worker (concurrent/futures/thread.py:90)"], "waiting"),
        (["EpollSelector.select (selectors.py:452)"], "waiting"),
    ],
)
def test_a_stack_belongs_to_its_innermost_component(frames: list[str], component: str) -> None:
    assert component_of(frames) == component


def test_shares_count_samples_and_come_in_order() -> None:
    assert shares([f"{GATEWAY} 1\n", f"{GATEWAY};{SQS} 3\n", "\n"]) == {"SQS": 0.75, "gateway": 0.25}


def test_the_hottest_functions_are_those_where_samples_ended_whatever_the_line() -> None:
    collapsed = [
        "a (x.py:1);b (y.py:1) 2",
        "a (x.py:1);b (y.py:7) 1",
        "a (x.py:1) 1",
        "Condition.wait (threading.py:1) 9",
    ]
    assert hottest(collapsed, 2) == [("b (y.py)", 0.75), ("a (x.py)", 0.25)]
