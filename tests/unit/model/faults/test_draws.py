"""Which things a fault chooses: by seed, name and identity, and by nothing else."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.faults.catalogue import BY_NAME
from model.faults.draws import draw
from model.faults.fault import Fault, Thing, chooses
from model.faults.identity import Identity

ACCOUNT_ID = "000000000000"
FLOWS = 4000


def fault(seed: int = 7, name: str = "any", rate: float = 0.1) -> Fault:
    return Fault(ACCOUNT_ID, name, BY_NAME["api-500"], seed=seed, rate=rate, ttl_s=60)


def chosen(of: Fault, operation: str = "POST /users", resource: str = "") -> set[int]:
    things = (Thing(Identity.of_flow(flow), ACCOUNT_ID, operation, resource) for flow in range(FLOWS))
    return {flow for flow, thing in enumerate(things) if chooses(of, thing)}


def within(share: float, rate: float, count: int = FLOWS) -> bool:
    """Whether a share is within five standard deviations: by chance it is not once in two million times."""
    return abs(share - rate) <= 5 * math.sqrt(rate * (1 - rate) / count)


def test_draws_are_the_same_on_every_machine() -> None:
    """Recorded once: another value makes every run of the past another run."""
    assert draw(7, "slow", "POST /users flow 3", "hit") == 0.4654176927472745
    assert draw(0, "", "", "") == 0.322645498694594


@given(st.integers(0, 2**63 - 1), st.text(), st.text(), st.text())
def test_a_draw_is_at_least_0_and_below_1(seed: int, name: str, key: str, purpose: str) -> None:
    assert 0 <= draw(seed, name, key, purpose) < 1


@given(st.integers(0, 2**63 - 1), st.sampled_from([0.001, 0.05, 0.1, 0.5, 0.9, 0.999]))
def test_the_rate_is_met(seed: int, rate: float) -> None:
    assert within(len(chosen(fault(seed, rate=rate))) / FLOWS, rate)


@given(st.integers(0, 2**63 - 1))
def test_a_higher_rate_hits_what_a_lower_one_hits_and_more(seed: int) -> None:
    assert chosen(fault(seed, rate=0.1)) < chosen(fault(seed, rate=0.3))


@pytest.mark.parametrize("rate", [0, 1])
def test_rates_of_0_and_1_are_exact(rate: int) -> None:
    assert len(chosen(fault(rate=rate))) == rate * FLOWS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (chosen(fault(seed=1, rate=0.5)), chosen(fault(seed=2, rate=0.5))),
        (chosen(fault(name="a", rate=0.5)), chosen(fault(name="b", rate=0.5))),
        (chosen(fault(rate=0.5)), chosen(fault(rate=0.5), operation="GET /status/{messageId}")),
    ],
    ids=["seed", "name", "operation"],
)
def test_what_differs_in_one_thing_chooses_independently(first: set[int], second: set[int]) -> None:
    assert within(len(first & second) / FLOWS, 0.25)


def test_the_name_of_a_resource_changes_nothing() -> None:
    assert chosen(fault(), resource="abc123") == chosen(fault(), resource="def456")


def test_a_kind_that_draws_each_attempt_chooses_each_by_itself() -> None:
    stale = Fault(ACCOUNT_ID, "any", BY_NAME["stale-reads"], seed=7, rate=0.5, ttl_s=60)
    things = [Thing(Identity.of_flow(flow), ACCOUNT_ID, "Query") for flow in range(FLOWS)]
    first, second = ({thing.key for thing in things if chooses(stale, thing, attempt)} for attempt in (1, 2))

    assert within(len(first) / FLOWS, 0.5)
    assert within(len(first & second) / FLOWS, 0.25)
    assert all(chooses(fault(), thing, 1) == chooses(fault(), thing, 2) for thing in things), "as other kinds do not"


def test_threads_and_order_change_nothing() -> None:
    expected = chosen(fault())

    def ask(flow: int) -> bool:
        return chooses(fault(), Thing(Identity.of_flow(flow), ACCOUNT_ID, "POST /users"))

    backwards = list(reversed(range(FLOWS)))
    with ThreadPoolExecutor(8) as pool:
        hits = list(pool.map(ask, backwards))
    assert {flow for flow, hit in zip(backwards, hits, strict=True) if hit} == expected
