"""What a person writes for a part of a workload, and the value that it is."""

from typing import Any

import click
import pytest

from harness.commands.notations import ARRIVAL, POLLING, Duration, PayloadShares
from harness.workload.arrival import Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.payloads import PayloadMix
from harness.workload.polling import ExponentialBackoff, FixedInterval, RetryAfter


@pytest.mark.parametrize(
    ("notation", "text", "value"),
    [
        (ARRIVAL, "closed:7", ClosedLoop(7)),
        (ARRIVAL, "constant:0.5/s", ConstantRate(0.5)),
        (ARRIVAL, "poisson:40/s", PoissonRate(40)),
        (ARRIVAL, "ramp:5-50/s,30s", Ramp(5, 50, 30)),
        (ARRIVAL, "bursts:20/500ms", Bursts(20, 0.5)),
        (POLLING, "fixed:1.5s", FixedInterval(1.5)),
        (POLLING, "exponential:20ms", ExponentialBackoff(0.02)),
        (POLLING, "exponential:20ms-1min", ExponentialBackoff(0.02, most_s=60)),
        (POLLING, "retry-after", RetryAfter()),
        (PayloadShares(), "plain", PayloadMix(0, 0, 0, 0)),
        (PayloadShares(), "hostile=0.5,invalid=0.1", PayloadMix(0, 0.5, 0, 0.1)),
        (PayloadShares(), "unicode=1", PayloadMix(1, 0, 0, 0)),
        (Duration(), "250ms", 0.25),
        (Duration(), "2min", 120),
    ],
)
def test_a_text_is_the_value_that_it_says(notation: click.ParamType, text: str, value: Any) -> None:
    assert notation.convert(text, None, None) == value
    assert notation.convert(value, None, None) == value, "a default is a value already"


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        (ARRIVAL, "closed:"),
        (ARRIVAL, "constant:5"),
        (ARRIVAL, "constant:5/s "),
        (ARRIVAL, "ramp:5/s,30s"),
        (POLLING, "fixed:50"),
        (POLLING, "exponential:5s-"),
        (PayloadShares(), "hostile=1.5"),
        (PayloadShares(), "hostile:1"),
        (PayloadShares(), "friendly=0.1"),
        (Duration(), "-1s"),
        (Duration(), "1"),
        (Duration(), "1e3s"),
    ],
)
def test_what_is_not_understood_is_refused(notation: click.ParamType, text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not"):
        notation.convert(text, None, None)
