"""What a reader is told of a fault must be what the run asked for."""

from typing import Any

import pytest

from harness.faults import ExponentialDelay, Fault, FixedDelay, FlowRange, UniformDelay
from harness.faults.descriptions import definition_in_words
from harness.faults.document import fault_to_json


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"rate": 0.05}, "hits 5 %"),
        ({"rate": 1, "times": 2, "limit": 30}, "hits 100 %, the first 2 attempts of each, at most 30 times in all"),
        ({"rate": 1, "operations": frozenset({"PutItem", "Query"})}, "hits 100 %, of PutItem, Query"),
        ({"rate": 1, "resources": frozenset({"users"})}, "hits 100 %, at users"),
        ({"rate": 0.5, "flows": FlowRange(0, 9)}, "hits 50 %, of flows 0 to 9"),
        ({"rate": 0.5, "flows": FlowRange(3, 3)}, "hits 50 %, of flow 3"),
        ({"rate": 1, "delay": FixedDelay(500)}, "hits 100 %, 500 ms"),
        ({"rate": 1, "delay": UniformDelay(0, 1500)}, "hits 100 %, 0 to 1500 ms"),
        ({"rate": 1, "delay": ExponentialDelay(300, 3000)}, "hits 100 %, 300 ms on average, at most 3000 ms"),
        ({"rate": 1, "from_s": 2.5, "for_s": 10}, "hits 100 %, from 2.5 s on, for 10 s"),
        ({"rate": 1, "delay": FixedDelay(0), "from_flows": 0.33, "every_s": 20},
         "hits 100 %, when 33 % of the flows have ended, again each time after 20 s"),
    ],
)  # fmt: skip
def test_a_definition_is_told_in_words(members: dict[str, Any], words: str) -> None:
    assert definition_in_words(fault_to_json(Fault("crashes", "crashes", **members))) == words


@pytest.mark.parametrize("odd", [{}, {"rate": "x", "operations": 3, "flows": [], "delay": 7, "from_s": None}])
def test_what_is_odd_is_left_out(odd: dict[str, Any]) -> None:
    assert definition_in_words(odd) == ""
