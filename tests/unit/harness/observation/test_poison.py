"""Poison holds no user, is told apart, and is the same for the same seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.user import RejectedError, user_from_record
from harness.observation.poison import poison_bodies
from tests.unit.consumer.records import record


@given(seed=st.integers(), count=st.integers(0, 100))
def test_the_consumer_rejects_every_body(seed: int, count: int) -> None:
    bodies = list(poison_bodies(count, seed))

    assert len(set(bodies)) == count
    for body in bodies:
        with pytest.raises(RejectedError):
            user_from_record(record(body))


def test_the_same_seed_gives_the_same_bodies_however_many() -> None:
    assert list(poison_bodies(20, seed=7))[:10] == list(poison_bodies(10, seed=7))
    assert list(poison_bodies(20, seed=7)) != list(poison_bodies(20, seed=8))


def test_there_is_poison_that_is_json_and_poison_that_is_not() -> None:
    bodies = list(poison_bodies(50, seed=1))

    assert any(body.endswith("is not JSON") for body in bodies)
    assert any(body.startswith('{"name": null') for body in bodies)
