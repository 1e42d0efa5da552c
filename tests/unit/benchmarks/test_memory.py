"""Growth is what comes in the second half of the steps: the first fills what is bounded."""

import pytest

from benchmarks.memory import Growth, Sample, growth_of
from harness.errors import UnavailableError

IDLE, FIRST, LAST = Sample(0, 0, 100, 0), Sample(10, 0, 500, 0), Sample(30, 0, 900, 0)
WITH_ITEMS = Sample(30, 10, 1000, 0)


def test_the_first_step_is_no_growth() -> None:
    growth = growth_of([IDLE, FIRST, LAST, WITH_ITEMS])
    assert growth == Growth(since_flows=10, a_flow=20, an_item=10)
    assert growth.beyond_its_item == 10


def test_what_fills_in_the_first_half_of_the_steps_is_no_growth() -> None:
    steps = [Sample(flows, 0, held, 0) for flows, held in ((10, 500), (20, 1000), (30, 1100), (40, 1200))]
    growth = growth_of([IDLE, *steps, Sample(40, 10, 1300, 0)])
    assert growth == Growth(since_flows=20, a_flow=10, an_item=10)


def test_one_step_says_nothing_of_growth() -> None:
    with pytest.raises(UnavailableError, match="only one step"):
        growth_of([IDLE, FIRST, WITH_ITEMS])
