"""Growth is what comes after the first step, which fills caches."""

import pytest

from benchmarks.memory import Growth, Sample, growth_of
from harness.errors import UnavailableError

IDLE, FIRST, LAST = Sample(0, 0, 100, 0), Sample(10, 0, 500, 0), Sample(30, 0, 900, 0)
WITH_ITEMS = Sample(30, 10, 1000, 0)


def test_the_first_step_is_no_growth() -> None:
    growth = growth_of([IDLE, FIRST, LAST, WITH_ITEMS])
    assert growth == Growth(a_flow=20, an_item=10)
    assert growth.beyond_its_item == 10


def test_one_step_says_nothing_of_growth() -> None:
    with pytest.raises(UnavailableError, match="only one step"):
        growth_of([IDLE, FIRST, WITH_ITEMS])
