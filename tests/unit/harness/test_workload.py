"""Workloads: the same seed sends the same, and every flow can be told from every other."""

from hypothesis import given
from hypothesis import strategies as st

from harness.api_client import NewUser
from harness.workload import HOSTILE_FRAGMENTS, FlowPlan, Workload

SEEDS = st.integers(0, 2**32)


@given(seed=SEEDS, flows=st.integers(1, 50), data=st.data())
def test_a_flow_is_the_same_in_whatever_order_it_is_asked_for(seed: int, flows: int, data: st.DataObject) -> None:
    in_order = list(Workload(seed, flows).plans())
    shuffled = data.draw(st.permutations(range(flows)))
    assert {number: Workload(seed, flows).plan(number) for number in shuffled} == dict(enumerate(in_order))


def test_a_seed_means_the_same_on_every_machine_and_in_every_release() -> None:
    assert Workload(7, 3).plan(2) == FlowPlan(2, NewUser("Leslie Lynch", "user-7-2@example.com"))


@given(seed=SEEDS)
def test_a_longer_workload_begins_like_a_shorter_one(seed: int) -> None:
    assert list(Workload(seed, 20).plans())[:5] == list(Workload(seed, 5).plans())


def test_every_flow_has_an_email_of_its_own() -> None:
    assert len({plan.user.email for plan in Workload(1, 1000).plans()}) == 1000


@given(seed=SEEDS)
def test_the_hostile_share_is_kept_roughly_and_its_ends_exactly(seed: int) -> None:
    def hostile(share: float) -> int:
        names = (plan.user.name for plan in Workload(seed, 200, share).plans())
        return sum(any(fragment in name for fragment in HOSTILE_FRAGMENTS) for name in names)

    assert hostile(0) == 0
    assert hostile(1) == 200
    assert 10 <= hostile(0.2) <= 80


def test_two_seeds_differ() -> None:
    assert [plan.user.name for plan in Workload(1, 20).plans()] != [plan.user.name for plan in Workload(2, 20).plans()]


def test_every_name_can_be_sent_as_utf_8() -> None:
    for fragment in HOSTILE_FRAGMENTS:
        fragment.encode()
