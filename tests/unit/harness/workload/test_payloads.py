"""Payloads: the same seed sends the same, every flow can be told from every other, and the mix is kept."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.shape import ApiShape
from harness.shape.document import shape_from_json
from harness.shape.users import USERS_API
from harness.workload import FlowPlan, Workload
from harness.workload.payloads import HOSTILE_FRAGMENTS, PayloadMix, make_payload
from tests.unit.harness.fake_api import is_acceptable
from tests.unit.harness.shape.jobs import JOBS_DOCUMENT

JOBS_API = shape_from_json(JOBS_DOCUMENT)
SEEDS = st.integers(0, 2**63 - 1)
NUMBERS = st.integers(0, 1_000_000)
SHAPES = st.sampled_from([USERS_API, JOBS_API])
PLAIN = PayloadMix(0, 0, 0, 0)
ALL_UNICODE = PayloadMix(unicode_share=1, hostile_share=0, limit_share=0, invalid_share=0)
ALL_HOSTILE = PayloadMix(unicode_share=0, hostile_share=1, limit_share=0, invalid_share=0)
ALL_LIMIT = PayloadMix(unicode_share=0, hostile_share=0, limit_share=1, invalid_share=0)
ALL_INVALID = PayloadMix(unicode_share=0, hostile_share=0, limit_share=0, invalid_share=1)
ACCEPTABLE = st.sampled_from([PLAIN, ALL_UNICODE, ALL_HOSTILE, ALL_LIMIT])


def many(mix: PayloadMix, shape: ApiShape = USERS_API, flows: int = 400) -> list[dict[str, Any]]:
    return [make_payload(shape, mix, 7, number)[0] for number in range(flows)]


@given(seed=SEEDS, flows=st.integers(1, 50), data=st.data())
def test_a_flow_is_the_same_in_whatever_order_it_is_asked_for(seed: int, flows: int, data: st.DataObject) -> None:
    in_order = list(Workload(seed, flows).plans())
    shuffled = data.draw(st.permutations(range(flows)))
    assert {number: Workload(seed, flows).plan(number) for number in shuffled} == dict(enumerate(in_order))


def test_a_seed_means_the_same_on_every_machine_and_in_every_release() -> None:
    assert [Workload(7, 4).plan(number) for number in (0, 3, 9)] == [
        FlowPlan(0, {"name": "Ada Hamilton", "email": "user-7-0@example.com"}, acceptable=True),
        FlowPlan(3, {"name": "Margaret Lamport", "email": "user-7-3 at example.com"}, acceptable=False),
        FlowPlan(
            9, {"name": "Tony Hoare \\u0041\\\"'\\\"'", "email": "user-7-9.50%20%00%zz@example.com"}, acceptable=True
        ),
    ]


@given(seed=SEEDS)
def test_a_longer_workload_begins_like_a_shorter_one(seed: int) -> None:
    assert list(Workload(seed, 20).plans())[:5] == list(Workload(seed, 5).plans())


def test_two_seeds_differ() -> None:
    assert [plan.payload["name"] for plan in Workload(1, 20).plans()] != [
        plan.payload["name"] for plan in Workload(2, 20).plans()
    ]


@given(seed=SEEDS, number=NUMBERS, mix=ACCEPTABLE, shape=SHAPES)
def test_an_acceptable_payload_has_every_field_within_its_limits(
    seed: int, number: int, mix: PayloadMix, shape: ApiShape
) -> None:
    payload, acceptable = make_payload(shape, mix, seed, number)
    assert acceptable
    assert payload.keys() == shape.create.fields.keys()
    for name, field in shape.create.fields.items():
        match field.kind:
            case "constant":
                assert payload[name] == field.value
            case _:
                assert 1 <= len(payload[name]) <= field.max_characters
    json.dumps(payload, ensure_ascii=False).encode()


@given(seed=SEEDS, number=NUMBERS, mix=ACCEPTABLE)
def test_our_api_takes_what_is_acceptable(seed: int, number: int, mix: PayloadMix) -> None:
    assert is_acceptable(make_payload(USERS_API, mix, seed, number)[0])


@given(seed=SEEDS, number=NUMBERS)
def test_our_api_takes_nothing_that_is_invalid(seed: int, number: int) -> None:
    payload, acceptable = make_payload(USERS_API, ALL_INVALID, seed, number)
    assert not acceptable
    assert not is_acceptable(payload)
    json.dumps(payload, ensure_ascii=False).encode()


def test_invalid_payloads_are_invalid_in_many_ways() -> None:
    payloads = many(ALL_INVALID)
    assert any("name" not in payload for payload in payloads)
    assert any("email" not in payload for payload in payloads)
    assert any("unasked" in payload for payload in payloads)
    assert any(payload.get("name") == "" for payload in payloads)
    assert any(isinstance(payload.get("name"), str) and len(payload["name"]) == 102_401 for payload in payloads)
    assert any(isinstance(payload.get("email"), str) and "@" not in payload["email"] for payload in payloads)
    kinds = {type(payload["name"]) for payload in payloads if "name" in payload}
    assert kinds == {str, type(None), int, bool, list, dict}


def test_a_member_that_nobody_asked_for_is_invalid_only_where_the_shape_says_so() -> None:
    assert not any("unasked" in payload for payload in many(ALL_INVALID, JOBS_API))


def test_a_constant_is_never_spoilt() -> None:
    constants = [payload["queue"] for payload in many(ALL_INVALID, JOBS_API) if "queue" in payload]
    assert constants
    assert all(constant == {"name": "fast", "tries": [1, 2]} for constant in constants)


@pytest.mark.parametrize(("shape", "field", "most"), [(USERS_API, "name", 102_400), (JOBS_API, "title", 40)])
def test_a_text_at_the_limit_has_the_most_characters_or_one(shape: ApiShape, field: str, most: int) -> None:
    lengths = Counter(len(payload[field]) for payload in many(ALL_LIMIT, shape))
    assert lengths.keys() == {1, most}
    assert min(lengths.values()) > 100


@pytest.mark.parametrize("mix", [PLAIN, ALL_HOSTILE, ALL_LIMIT, ALL_UNICODE, PayloadMix(invalid_share=0)])
def test_every_flow_has_an_email_of_its_own(mix: PayloadMix) -> None:
    assert len({payload["email"] for payload in many(mix)}) == 400


def test_hostile_texts_have_every_fragment_sometime() -> None:
    names = [payload["name"] for payload in many(ALL_HOSTILE)]
    assert all(any(fragment in name for fragment in HOSTILE_FRAGMENTS) for name in names)
    assert all(any(fragment in name for name in names) for fragment in HOSTILE_FRAGMENTS)


def test_unicode_texts_are_beyond_the_first_plane_sometime() -> None:
    characters = {character for payload in many(ALL_UNICODE) for character in payload["name"]}
    assert not any(character.isascii() for character in characters)
    assert any(ord(character) > 0xFFFF for character in characters)


def test_plain_texts_are_ascii() -> None:
    assert all(payload["name"].isascii() and payload["name"].replace(" ", "").isalpha() for payload in many(PLAIN))


@given(seed=st.integers(0, 2**32))
def test_the_shares_are_kept_roughly(seed: int) -> None:
    mix = PayloadMix(unicode_share=0.25, hostile_share=0.25, limit_share=0, invalid_share=0.25)
    plans = list(replace(Workload(seed, 400), payloads=mix).plans())
    invalid = sum(not plan.acceptable for plan in plans)
    names = [plan.payload["name"] for plan in plans if plan.acceptable]
    in_unicode = sum(not any(character.isascii() for character in name) for name in names)
    plain = sum(name.isascii() and name.replace(" ", "").isalpha() for name in names)
    assert all(50 <= count <= 150 for count in (invalid, in_unicode, plain))
