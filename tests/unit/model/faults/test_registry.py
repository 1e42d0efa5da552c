"""What a fault hits and how often, what is counted, and the ways in which it ends."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.faults import registry
from model.faults.catalogue import BY_NAME
from model.faults.delays import FixedDelay
from model.faults.fault import Fault, Scope, Thing, chooses
from model.faults.identity import Identity
from model.faults.kinds import Place
from model.faults.registry import (
    ACTIVE,
    EXPIRED,
    HEALED,
    KEPT_ENDED,
    LIMITED,
    FaultRecord,
    FaultRegistry,
    Instant,
)

ACCOUNT_ID = "000000000000"
OTHER_ACCOUNT_ID = "111111111111"
FAULT = Fault(ACCOUNT_ID, "any", BY_NAME["api-500"], seed=7, rate=1, ttl_s=60)


def thing(flow: int = 0, operation: str = "POST /users", resource: str = "api", account_id: str = ACCOUNT_ID) -> Thing:
    return Thing(Identity.of_flow(flow), account_id, operation, resource)


def after(seconds: float) -> Instant:
    return Instant(1000 + seconds, 1e9 + seconds)


NOW = after(0)


@pytest.fixture
def faults() -> FaultRegistry:
    return FaultRegistry()


def only(faults: FaultRegistry) -> FaultRecord:
    (record,) = faults.records()
    return record


def test_without_a_fault_nothing_is_hit_or_counted(faults: FaultRegistry) -> None:
    assert not faults.any
    assert faults.due_at_s is None
    assert not faults.at(Place.REQUEST)
    assert faults.hits(NOW, Place.REQUEST, thing()) == ()
    assert faults.records() == []


def test_a_hit_says_what_by_what_and_how_long(faults: FaultRegistry) -> None:
    fault = replace(FAULT, kind=BY_NAME["api-latency"], delay=FixedDelay(30))
    assert faults.set(NOW, fault)
    (hit,) = faults.hits(NOW, Place.REQUEST, thing(3))
    assert (hit.kind, hit.thing, hit.attempt, hit.delay_ms) == ("api-latency", thing(3), 1, 30)


def test_only_the_place_of_a_fault_sees_it(faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    assert [place for place in Place if faults.at(place)] == [Place.REQUEST]
    assert faults.hits(NOW, Place.SEND, thing()) == ()
    assert only(faults).eligible == 0


@pytest.mark.parametrize(
    ("scope", "other"),
    [
        (Scope(), thing(account_id=OTHER_ACCOUNT_ID)),
        (Scope(operations=frozenset({"POST /users"})), thing(operation="GET /status/{messageId}")),
        (Scope(resources=frozenset({"api"})), thing(resource="other")),
        (Scope(flows=(0, 9)), thing(10)),
        (Scope(flows=(0, 9)), replace(thing(), identity=Identity.of_content("x"))),
    ],
    ids=["account", "operation", "resource", "flow", "no flow"],
)
def test_what_is_out_of_scope_is_neither_hit_nor_counted(scope: Scope, other: Thing, faults: FaultRegistry) -> None:
    faults.set(NOW, replace(FAULT, scope=scope))
    assert faults.hits(NOW, Place.REQUEST, other) == ()
    assert only(faults).eligible == 0
    assert len(faults.hits(NOW, Place.REQUEST, thing())) == 1
    assert (only(faults).eligible, only(faults).fired) == (1, 1)


def test_a_kind_hits_its_own_operations_if_nobody_says(faults: FaultRegistry) -> None:
    faults.set(NOW, replace(FAULT, kind=BY_NAME["crashes"]))
    assert faults.hits(NOW, Place.CALL, replace(thing(operation="GetItem"), by_function=True)) == ()
    assert len(faults.hits(NOW, Place.CALL, replace(thing(operation="PutItem"), by_function=True))) == 1


def test_what_only_a_function_does_is_hit_only_there(faults: FaultRegistry) -> None:
    faults.set(NOW, replace(FAULT, kind=BY_NAME["crashes"]))
    assert faults.hits(NOW, Place.CALL, thing(operation="PutItem")) == ()
    assert only(faults).eligible == 0


def test_a_thing_that_is_spared_counts_and_one_that_is_hit_is_left_to_who_asks(faults: FaultRegistry) -> None:
    faults.set(NOW, replace(FAULT, times=1))
    assert not faults.spares(NOW, Place.REQUEST, thing())
    assert only(faults).eligible == 0
    assert len(faults.hits(NOW, Place.REQUEST, thing())) == 1
    assert faults.spares(NOW, Place.REQUEST, thing())
    assert (only(faults).eligible, only(faults).fired) == (2, 1)


@given(st.integers(1, 4), st.lists(st.integers(0, 5), max_size=60))
def test_the_first_attempts_of_each_thing_are_hit(times: int, flows: list[int]) -> None:
    faults = FaultRegistry()
    faults.set(NOW, replace(FAULT, times=times))
    attempts = [hit.attempt for flow in flows for hit in faults.hits(NOW, Place.REQUEST, thing(flow))]
    assert sorted(attempts) == sorted(n for flow in set(flows) for n in range(1, min(times, flows.count(flow)) + 1))
    assert (only(faults).eligible, only(faults).fired) == (len(flows), len(attempts))


STALE = replace(FAULT, kind=BY_NAME["stale-reads"], rate=0.5)


def read(flow: int) -> Thing:
    return replace(thing(flow, "Query", "table"), is_eventual_read=True)


@given(st.integers(1, 20), st.integers(0, 2**63 - 1), st.lists(st.integers(0, 3), max_size=60))
def test_each_attempt_is_drawn_by_itself_where_the_kind_says_so(times: int, seed: int, flows: list[int]) -> None:
    fault = replace(STALE, times=times, seed=seed)
    faults = FaultRegistry()
    faults.set(NOW, fault)
    fired = 0
    for number, flow in enumerate(flows):
        attempt = flows[:number].count(flow) + 1
        is_hit = attempt <= times and chooses(fault, read(flow), attempt)
        assert faults.spares(NOW, Place.CALL, read(flow)) != is_hit
        if is_hit:
            assert [hit.attempt for hit in faults.hits(NOW, Place.CALL, read(flow))] == [attempt]
            fired += 1
    assert (only(faults).eligible, only(faults).fired) == (len(flows), fired)


def test_what_is_no_eventual_read_is_none_that_a_kind_of_those_could_hit(faults: FaultRegistry) -> None:
    faults.set(NOW, replace(STALE, rate=1))
    assert faults.hits(NOW, Place.CALL, thing(operation="Query")) == ()
    assert only(faults).eligible == 0


def test_a_kind_is_set_in_an_account_until_its_last_fault_there_has_ended(faults: FaultRegistry) -> None:
    for name in ("one", "other"):
        faults.set(NOW, replace(STALE, name=name))
    assert faults.is_set(ACCOUNT_ID, "stale-reads")
    assert not faults.is_set(OTHER_ACCOUNT_ID, "stale-reads")
    assert not faults.is_set(ACCOUNT_ID, "gsi-lag")
    faults.heal(NOW, ACCOUNT_ID, "one")
    assert faults.is_set(ACCOUNT_ID, "stale-reads")
    faults.heal(NOW, ACCOUNT_ID, "other")
    assert not faults.is_set(ACCOUNT_ID, "stale-reads")


def hit_flows(fault: Fault, flows: Sequence[int], others: Sequence[Fault] = ()) -> set[tuple[int | None, float]]:
    """Return which flows a fault hits, and for how long, when it comes by them in this order beside others."""
    faults = FaultRegistry()
    for one in (*others, fault):
        faults.set(NOW, one)
    hits = [hit for flow in flows for hit in faults.hits(NOW, Place.REQUEST, thing(flow)) if hit.fault == fault]
    return {(hit.thing.identity.flow, hit.delay_ms) for hit in hits}


@given(st.integers(0, 2**63 - 1), st.permutations(range(50)), st.sampled_from([0.1, 0.5, 0.9]))
def test_what_is_hit_depends_on_neither_order_nor_other_faults(seed: int, order: list[int], rate: float) -> None:
    fault = replace(FAULT, seed=seed, rate=rate, kind=BY_NAME["api-latency"], delay=BY_NAME["api-latency"].delay)
    others = [replace(FAULT, name="other", seed=seed), replace(fault, name="third")]
    assert hit_flows(fault, order, others) == hit_flows(fault, range(50))


def test_two_faults_hit_the_same_thing(faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    faults.set(NOW, replace(FAULT, name="other", kind=BY_NAME["api-latency"]))
    assert [hit.kind for hit in faults.hits(NOW, Place.REQUEST, thing())] == ["api-500", "api-latency"]


def test_a_fault_ends_with_its_limit(faults: FaultRegistry) -> None:
    limited = replace(FAULT, limit=2)
    faults.set(NOW, limited)
    hits = [len(faults.hits(NOW, Place.REQUEST, thing(flow))) for flow in range(4)]
    assert hits == [1, 1, 0, 0]
    assert (only(faults).state, only(faults).eligible, only(faults).fired) == (LIMITED, 2, 2)
    assert faults.take_ended() == [limited]
    assert not faults.any


def test_a_fault_ends_with_its_time_to_live(faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    assert faults.due_at_s == after(60).clock_s
    faults.expire(after(59.9))
    assert only(faults).state == ACTIVE
    assert only(faults).remaining_s(after(59.9)) == pytest.approx(0.1)
    faults.expire(after(60))
    faults.expire(after(61))
    assert (only(faults).state, only(faults).ended_at_s) == (EXPIRED, after(60).epoch_s)
    assert only(faults).remaining_s(after(61)) is None
    assert not faults.any
    assert faults.take_ended() == [FAULT]


def test_a_fault_whose_time_is_over_hits_nothing_before_the_timer_looks(faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    assert faults.hits(after(60), Place.REQUEST, thing()) == ()
    assert (only(faults).state, only(faults).eligible) == (EXPIRED, 0)
    assert faults.take_ended() == [FAULT]


def test_setting_it_again_keeps_counts_and_attempts_and_begins_its_time_anew(faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    faults.hits(NOW, Place.REQUEST, thing())
    assert not faults.set(after(59), replace(FAULT))
    assert faults.hits(after(118), Place.REQUEST, thing()) == ()
    assert (only(faults).state, only(faults).eligible, only(faults).fired) == (ACTIVE, 2, 1)


@pytest.mark.parametrize("other", [replace(FAULT, seed=8), replace(FAULT, rate=0.5), replace(FAULT, ttl_s=10)])
def test_setting_another_of_its_name_heals_it_and_counts_anew(other: Fault, faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    faults.hits(NOW, Place.REQUEST, thing())
    assert faults.set(NOW, other)
    assert (only(faults).fault, only(faults).eligible, only(faults).fired) == (other, 0, 0)
    assert faults.take_ended() == [FAULT]


@pytest.mark.parametrize("ended", ["healed", "expired"])
def test_setting_one_that_has_ended_counts_anew(ended: str, faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    faults.hits(NOW, Place.REQUEST, thing())
    if ended == "healed":
        faults.heal(NOW, ACCOUNT_ID, "any")
        assert faults.set(NOW, FAULT)
    else:
        assert faults.set(after(60), FAULT)  # and the timer has not looked yet
    assert (only(faults).state, only(faults).eligible) == (ACTIVE, 0)
    assert faults.take_ended() == [FAULT]


def test_healing_ends_what_is_named_and_only_once(faults: FaultRegistry) -> None:
    every = [replace(FAULT, account_id=account, name=name) for account in "12" for name in "ab"]
    for one in every:
        faults.set(NOW, one)
    assert faults.heal(NOW, "1", "a") == 1
    assert faults.heal(NOW, "1", "a") == 0
    assert faults.heal(NOW, "1") == 1
    assert faults.heal(NOW, "3") == 0
    assert [record.state for record in faults.records()] == [HEALED, HEALED, ACTIVE, ACTIVE]
    assert faults.heal(NOW) == 2
    assert faults.take_ended() == every
    assert not faults.any


def test_a_fault_that_ended_is_told_of_and_the_oldest_are_forgotten(faults: FaultRegistry) -> None:
    for number in range(KEPT_ENDED + 3):
        faults.set(NOW, replace(FAULT, name=str(number)))
        faults.heal(NOW, ACCOUNT_ID, str(number))
    faults.set(NOW, FAULT)
    assert [record.fault.name for record in faults.records()] == [
        *(str(number) for number in range(3, KEPT_ENDED + 3)),
        "any",
    ]


def test_firings_are_read_page_by_page(faults: FaultRegistry) -> None:
    faults.set(NOW, FAULT)
    for flow in range(5):
        faults.hits(NOW, Place.REQUEST, thing(flow))
    pages = [faults.firings(ACCOUNT_ID, "any", after, 2) or [] for after in (0, 2, 4, 5)]
    assert [[firing.number for firing in page] for page in pages] == [[0, 1], [2, 3], [4], []]
    assert faults.firings(ACCOUNT_ID, "none", 0, 2) is None


def test_the_oldest_firings_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "KEPT_FIRINGS", 3)
    faults = FaultRegistry()
    faults.set(NOW, FAULT)
    for flow in range(5):
        faults.hits(NOW, Place.REQUEST, thing(flow))
    assert [firing.number for firing in faults.firings(ACCOUNT_ID, "any", 0, 10) or []] == [2, 3, 4]
    assert only(faults).fired == 5
