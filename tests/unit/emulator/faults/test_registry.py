"""What a fault hits and how often, what is counted, and the ways in which it ends."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.faults import registry
from emulator.faults.delays import Fixed
from emulator.faults.fault import Fault, Scope, Thing, chooses
from emulator.faults.identity import Identity
from emulator.faults.kinds import BY_NAME, Place
from emulator.faults.registry import ACTIVE, EXPIRED, HEALED, KEPT_ENDED, LIMITED, FaultRecord, Faults
from tests.unit.emulator.faults.clocks import FakeClock

ACCOUNT_ID = "000000000000"
OTHER_ACCOUNT_ID = "111111111111"
FAULT = Fault(ACCOUNT_ID, "any", BY_NAME["api-500"], seed=7, rate=1, ttl_s=60)


def thing(flow: int = 0, operation: str = "POST /users", resource: str = "api", account_id: str = ACCOUNT_ID) -> Thing:
    return Thing(Identity.of_flow(flow), account_id, operation, resource)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def healed() -> list[Fault]:
    """Each fault that was undone, as often as it was."""
    return []


@pytest.fixture
def faults(clock: FakeClock, healed: list[Fault]) -> Faults:
    made = Faults(clock, lambda: clock.now_s + 1e9)
    made.on_healing(healed.append)
    return made


def only(faults: Faults) -> FaultRecord:
    (record,) = faults.records()
    return record


def test_without_a_fault_nothing_is_hit_or_counted(faults: Faults) -> None:
    assert not faults.any
    assert not faults.at(Place.REQUEST)
    assert faults.hits(Place.REQUEST, thing()) == ()
    assert faults.records() == []


def test_a_hit_says_what_by_what_and_how_long(faults: Faults) -> None:
    fault = replace(FAULT, kind=BY_NAME["api-latency"], delay=Fixed(30))
    assert faults.set(fault)
    (hit,) = faults.hits(Place.REQUEST, thing(3))
    assert (hit.kind, hit.thing, hit.attempt, hit.delay_ms) == ("api-latency", thing(3), 1, 30)


def test_only_the_place_of_a_fault_sees_it(faults: Faults) -> None:
    faults.set(FAULT)
    assert [place for place in Place if faults.at(place)] == [Place.REQUEST]
    assert faults.hits(Place.SEND, thing()) == ()
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
def test_what_is_out_of_scope_is_neither_hit_nor_counted(scope: Scope, other: Thing, faults: Faults) -> None:
    faults.set(replace(FAULT, scope=scope))
    assert faults.hits(Place.REQUEST, other) == ()
    assert only(faults).eligible == 0
    assert len(faults.hits(Place.REQUEST, thing())) == 1
    assert (only(faults).eligible, only(faults).fired) == (1, 1)


def test_a_kind_hits_its_own_operations_if_nobody_says(faults: Faults) -> None:
    faults.set(replace(FAULT, kind=BY_NAME["crashes"]))
    assert faults.hits(Place.CALL, replace(thing(operation="GetItem"), by_function=True)) == ()
    assert len(faults.hits(Place.CALL, replace(thing(operation="PutItem"), by_function=True))) == 1


def test_what_only_a_function_does_is_hit_only_there(faults: Faults) -> None:
    faults.set(replace(FAULT, kind=BY_NAME["crashes"]))
    assert faults.hits(Place.CALL, thing(operation="PutItem")) == ()
    assert only(faults).eligible == 0


def test_a_thing_that_is_spared_counts_and_one_that_is_hit_is_left_to_who_asks(faults: Faults) -> None:
    faults.set(replace(FAULT, times=1))
    assert not faults.spares(Place.REQUEST, thing())
    assert only(faults).eligible == 0
    assert len(faults.hits(Place.REQUEST, thing())) == 1
    assert faults.spares(Place.REQUEST, thing())
    assert (only(faults).eligible, only(faults).fired) == (2, 1)


@given(st.integers(1, 4), st.lists(st.integers(0, 5), max_size=60))
def test_the_first_attempts_of_each_thing_are_hit(times: int, flows: list[int]) -> None:
    faults = Faults()
    faults.set(replace(FAULT, times=times))
    attempts = [hit.attempt for flow in flows for hit in faults.hits(Place.REQUEST, thing(flow))]
    assert sorted(attempts) == sorted(n for flow in set(flows) for n in range(1, min(times, flows.count(flow)) + 1))
    assert (only(faults).eligible, only(faults).fired) == (len(flows), len(attempts))


STALE = replace(FAULT, kind=BY_NAME["stale-reads"], rate=0.5)


def read(flow: int) -> Thing:
    return replace(thing(flow, "Query", "table"), is_eventual_read=True)


@given(st.integers(1, 20), st.integers(0, 2**63 - 1), st.lists(st.integers(0, 3), max_size=60))
def test_each_attempt_is_drawn_by_itself_where_the_kind_says_so(times: int, seed: int, flows: list[int]) -> None:
    fault = replace(STALE, times=times, seed=seed)
    faults = Faults()
    faults.set(fault)
    fired = 0
    for number, flow in enumerate(flows):
        attempt = flows[:number].count(flow) + 1
        is_hit = attempt <= times and chooses(fault, read(flow), attempt)
        assert faults.spares(Place.CALL, read(flow)) != is_hit
        if is_hit:
            assert [hit.attempt for hit in faults.hits(Place.CALL, read(flow))] == [attempt]
            fired += 1
    assert (only(faults).eligible, only(faults).fired) == (len(flows), fired)


def test_what_is_no_eventual_read_is_none_that_a_kind_of_those_could_hit(faults: Faults) -> None:
    faults.set(replace(STALE, rate=1))
    assert faults.hits(Place.CALL, thing(operation="Query")) == ()
    assert only(faults).eligible == 0


def test_a_kind_is_set_in_an_account_until_its_last_fault_there_has_ended(faults: Faults) -> None:
    for name in ("one", "other"):
        faults.set(replace(STALE, name=name))
    assert faults.is_set(ACCOUNT_ID, "stale-reads")
    assert not faults.is_set(OTHER_ACCOUNT_ID, "stale-reads")
    assert not faults.is_set(ACCOUNT_ID, "gsi-lag")
    faults.heal(ACCOUNT_ID, "one")
    assert faults.is_set(ACCOUNT_ID, "stale-reads")
    faults.heal(ACCOUNT_ID, "other")
    assert not faults.is_set(ACCOUNT_ID, "stale-reads")


def hit_flows(fault: Fault, flows: Sequence[int], others: Sequence[Fault] = ()) -> set[tuple[int | None, float]]:
    """Return which flows a fault hits, and for how long, when it comes by them in this order beside others."""
    faults = Faults()
    for one in (*others, fault):
        faults.set(one)
    hits = [hit for flow in flows for hit in faults.hits(Place.REQUEST, thing(flow)) if hit.fault == fault]
    return {(hit.thing.identity.flow, hit.delay_ms) for hit in hits}


@given(st.integers(0, 2**63 - 1), st.permutations(range(50)), st.sampled_from([0.1, 0.5, 0.9]))
def test_what_is_hit_depends_on_neither_order_nor_other_faults(seed: int, order: list[int], rate: float) -> None:
    fault = replace(FAULT, seed=seed, rate=rate, kind=BY_NAME["api-latency"], delay=BY_NAME["api-latency"].delay)
    others = [replace(FAULT, name="other", seed=seed), replace(fault, name="third")]
    assert hit_flows(fault, order, others) == hit_flows(fault, range(50))


def test_what_is_hit_does_not_depend_on_threads(faults: Faults) -> None:
    fault = replace(FAULT, rate=0.3, times=2)
    faults.set(fault)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: faults.hits(Place.REQUEST, thing(number % 500)), range(1500)))
    firings = faults.firings(ACCOUNT_ID, "any", 0, 10_000)
    assert firings is not None
    expected = {flow for flow, _ in hit_flows(fault, range(500))}
    assert sorted((firing.thing.identity.flow, firing.attempt) for firing in firings) == sorted(
        (flow, attempt) for flow in expected for attempt in (1, 2)
    )
    assert (only(faults).eligible, only(faults).fired) == (1500, 2 * len(expected))


def test_two_faults_hit_the_same_thing(faults: Faults) -> None:
    faults.set(FAULT)
    faults.set(replace(FAULT, name="other", kind=BY_NAME["api-latency"]))
    assert [hit.kind for hit in faults.hits(Place.REQUEST, thing())] == ["api-500", "api-latency"]


def test_a_fault_ends_with_its_limit(faults: Faults, healed: list[Fault]) -> None:
    limited = replace(FAULT, limit=2)
    faults.set(limited)
    hits = [len(faults.hits(Place.REQUEST, thing(flow))) for flow in range(4)]
    assert hits == [1, 1, 0, 0]
    assert (only(faults).state, only(faults).eligible, only(faults).fired) == (LIMITED, 2, 2)
    assert healed == [limited]
    assert not faults.any


def test_a_fault_ends_with_its_time_to_live(faults: Faults, clock: FakeClock, healed: list[Fault]) -> None:
    faults.set(FAULT)
    clock.now_s += 59.9
    faults.expire()
    assert only(faults).state == ACTIVE
    assert faults.remaining_s(only(faults)) == pytest.approx(0.1)
    clock.now_s += 0.1
    faults.expire()
    faults.expire()
    assert (only(faults).state, only(faults).ended_at_s) == (EXPIRED, clock.now_s + 1e9)
    assert faults.remaining_s(only(faults)) is None
    assert healed == [FAULT]


def test_a_fault_whose_time_is_over_hits_nothing_before_the_timer_looks(
    faults: Faults, clock: FakeClock, healed: list[Fault]
) -> None:
    faults.set(FAULT)
    clock.now_s += 60
    assert faults.hits(Place.REQUEST, thing()) == ()
    assert (only(faults).state, only(faults).eligible) == (EXPIRED, 0)
    assert healed == [FAULT]


def test_setting_it_again_keeps_counts_and_attempts_and_begins_its_time_anew(faults: Faults, clock: FakeClock) -> None:
    faults.set(FAULT)
    faults.hits(Place.REQUEST, thing())
    clock.now_s += 59
    assert not faults.set(replace(FAULT))
    clock.now_s += 59
    assert faults.hits(Place.REQUEST, thing()) == ()
    assert (only(faults).state, only(faults).eligible, only(faults).fired) == (ACTIVE, 2, 1)


@pytest.mark.parametrize("other", [replace(FAULT, seed=8), replace(FAULT, rate=0.5), replace(FAULT, ttl_s=10)])
def test_setting_another_of_its_name_heals_it_and_counts_anew(
    other: Fault, faults: Faults, healed: list[Fault]
) -> None:
    faults.set(FAULT)
    faults.hits(Place.REQUEST, thing())
    assert faults.set(other)
    assert (only(faults).fault, only(faults).eligible, only(faults).fired) == (other, 0, 0)
    assert healed == [FAULT]


@pytest.mark.parametrize("ended", ["healed", "expired"])
def test_setting_one_that_has_ended_counts_anew(
    ended: str, faults: Faults, clock: FakeClock, healed: list[Fault]
) -> None:
    faults.set(FAULT)
    faults.hits(Place.REQUEST, thing())
    if ended == "healed":
        faults.heal(ACCOUNT_ID, "any")
    else:
        clock.now_s += 60  # and the timer has not looked yet
    assert faults.set(FAULT)
    assert (only(faults).state, only(faults).eligible) == (ACTIVE, 0)
    assert healed == [FAULT]


def test_healing_ends_what_is_named_and_only_once(faults: Faults, healed: list[Fault]) -> None:
    every = [replace(FAULT, account_id=account, name=name) for account in "12" for name in "ab"]
    for one in every:
        faults.set(one)
    assert faults.heal("1", "a") == 1
    assert faults.heal("1", "a") == 0
    assert faults.heal("1") == 1
    assert faults.heal("3") == 0
    assert [record.state for record in faults.records()] == [HEALED, HEALED, ACTIVE, ACTIVE]
    assert faults.heal() == 2
    assert healed == every
    assert not faults.any


def test_a_healer_may_ask_and_heal(faults: Faults) -> None:
    seen: list[bool] = []
    faults.on_healing(lambda fault: seen.append(faults.any or faults.heal(fault.account_id) > 0))
    faults.set(FAULT)
    asking = threading.Thread(target=faults.heal)
    asking.start()
    asking.join(10)
    assert seen == [False]


def test_a_fault_that_ended_is_told_of_and_the_oldest_are_forgotten(faults: Faults) -> None:
    for number in range(KEPT_ENDED + 3):
        faults.set(replace(FAULT, name=str(number)))
        faults.heal(ACCOUNT_ID, str(number))
    faults.set(FAULT)
    assert [record.fault.name for record in faults.records()] == [
        *(str(number) for number in range(3, KEPT_ENDED + 3)),
        "any",
    ]


def test_firings_are_read_page_by_page(faults: Faults) -> None:
    faults.set(FAULT)
    for flow in range(5):
        faults.hits(Place.REQUEST, thing(flow))
    pages = [faults.firings(ACCOUNT_ID, "any", after, 2) or [] for after in (0, 2, 4, 5)]
    assert [[firing.number for firing in page] for page in pages] == [[0, 1], [2, 3], [4], []]
    assert faults.firings(ACCOUNT_ID, "none", 0, 2) is None


def test_the_oldest_firings_are_forgotten_first(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "KEPT_FIRINGS", 3)
    faults = Faults(clock)
    faults.set(FAULT)
    for flow in range(5):
        faults.hits(Place.REQUEST, thing(flow))
    assert [firing.number for firing in faults.firings(ACCOUNT_ID, "any", 0, 10) or []] == [2, 3, 4]
    assert only(faults).fired == 5
