"""What the control API takes for a fault, what it refuses and in which words, and what it tells of one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from emulator.faults import wire
from model.faults import schemas
from model.faults.catalogue import BY_NAME, ENGINE_KINDS
from model.faults.delays import LONGEST_MS, Delay, ExponentialDelay, FixedDelay, UniformDelay
from model.faults.fault import Fault, Scope, Thing
from model.faults.identity import Identity
from model.faults.kinds import Kind, Place
from model.faults.registry import FaultRecord, Firing

ACCOUNT_ID = "000000000000"
MS = st.integers(0, LONGEST_MS) | st.floats(0, LONGEST_MS)
DELAYS: st.SearchStrategy[Delay] = st.one_of(
    MS.map(FixedDelay),
    st.tuples(MS, MS).map(lambda bounds: UniformDelay(min(bounds), max(bounds))),
    st.builds(ExponentialDelay, MS, MS),
)


def read(**definition: Any) -> Fault:
    return wire.fault_in(json.dumps(definition).encode(), ACCOUNT_ID, "any")


def operations_of(kind: Kind) -> st.SearchStrategy[frozenset[str]]:
    if kind.place is Place.REQUEST:
        return st.frozensets(st.sampled_from(["POST /users", "GET /status/{messageId}", "HEAD /"]))
    return st.frozensets(st.sampled_from(sorted(kind.operations))) if kind.operations else st.just(frozenset())


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    kind = draw(st.sampled_from(ENGINE_KINDS))
    flows = draw(st.none() | st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)))
    return Fault(
        account_id=ACCOUNT_ID,
        name=draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)),
        kind=kind,
        seed=draw(st.integers(0, 2**63 - 1)),
        rate=draw(st.floats(0, 1)),
        ttl_s=draw(st.floats(0, 3600, exclude_min=True)),
        times=draw(st.integers(1, 1_000_000)),
        limit=draw(st.integers(1, 1_000_000_000)),
        scope=Scope(
            draw(operations_of(kind)),
            draw(st.frozensets(st.text(min_size=1, max_size=10), max_size=3)),
            None if flows is None else (min(flows), max(flows)),
        ),
        delay=draw(DELAYS) if kind.delay else None,
    )


@given(faults())
def test_what_is_told_of_a_fault_sets_the_same_again(fault: Fault) -> None:
    told = wire.fault_to_json(FaultRecord(fault, 1.0, 2.0), 0.5)
    Draft202012Validator(schemas.FAULT).validate(told)
    definition = {name: told[name] for name in schemas.PUT_BODY["properties"]}
    assert wire.fault_in(json.dumps(definition).encode(), told["account_id"], told["name"]) == fault


@pytest.mark.parametrize("kind", ENGINE_KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_enough(kind: Kind) -> None:
    expected = Fault(ACCOUNT_ID, "any", kind, seed=0, rate=kind.rate, ttl_s=60, times=kind.times, delay=kind.delay)
    assert read(kind=kind.name) == expected


def test_a_whole_number_makes_the_same_draws_however_it_is_written() -> None:
    assert str(wire.fault_in(b'{"kind": "pauses", "seed": 7.0}', ACCOUNT_ID, "any").seed) == "7"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "body: nothing is there, a JSON object is expected"),
        (b"kind=pauses", 'body: "kind=pauses" is there, a JSON object is expected'),
        (b"\xff", 'body: "\\ufffd" is there, a JSON object is expected'),
        (b"[" * 100_000, f'body: "{"[" * 99}... is there, a JSON object is expected'),
        (b'{"rate": NaN}', 'body: "{\\"rate\\": NaN}" is there, a JSON object is expected'),
        (b"[]", "body: [] is there, an object with a kind is expected"),
        (b'{"knd": 1}', 'body: "knd" is there, only kind, seed, rate, times, limit, ttl_s, scope, delay are expected'),
        (b'{"kind": "pauses", "rate": 1e999}', "rate: Infinity is there, a number from 0 to 1: the share that is hit"),
        (b'{"kind": "pauses", "rate": true}', "rate: true is there, a number from 0 to 1: the share that is hit"),
        (b'{"kind": "pauses", "ttl_s": 0}', "ttl_s: 0 is there, a number above 0 and up to 3600: of seconds, after"),
        (b'{"kind": "pauses", "times": 0.5}', "times: 0.5 is there, a number from 1 to 1000000: of attempts"),
        (
            b'{"kind": "pauses", "delay": {"least_ms": 2, "most_ms": 1}}',
            'delay: {"least_ms": 2, "most_ms": 1} is there, a least_ms of at most most_ms is expected',
        ),
        (b'{"kind": "pauses", "delay": {"fixed_ms": -1}}', 'delay: {"fixed_ms": -1} is there, {"fixed_ms": N}, {'),
        (
            b'{"kind": "api-429", "delay": {"fixed_ms": 1}}',
            'delay: {"fixed_ms": 1} is there, none is expected: api-429 has nothing to wait for',
        ),
        (
            b'{"kind": "delays", "scope": {"flows": [2, 1]}}',
            "scope.flows: [2, 1] is there, the first and then the last number are expected",
        ),
        (b'{"kind": "delays", "scope": {"flows": [1]}}', "scope.flows: [1] is there, a range of flows by its first"),
        (b'{"kind": "delays", "scope": {"queues": []}}', 'scope: "queues" is there, only operations, resources, flows'),
        (b'{"kind": "delays", "scope": {"resources": [""]}}', 'scope.resources[0]: "" is there, a name of 1 to 1024'),
        (
            b'{"kind": "delays", "scope": {"operations": ["PutItem"]}}',
            'scope.operations[0]: "PutItem" is there, one of SendMessage is expected',
        ),
        (
            b'{"kind": "crashes", "scope": {"operations": ["PutItem", "GetItem"]}}',
            'scope.operations[1]: "GetItem" is there, one of BatchWriteItem, DeleteItem, PutItem, TransactWriteItems',
        ),
        (
            b'{"kind": "api-500", "scope": {"operations": ["/users"]}}',
            'scope.operations[0]: "/users" is there, a method and a path are expected, as the API declares them: ',
        ),
        (
            b'{"kind": "pauses", "scope": {"operations": ["x"]}}',
            'scope.operations[0]: "x" is there, pauses has no operations',
        ),
    ],
)
def test_what_is_refused_says_where_what_and_what_is_expected(body: bytes, words: str) -> None:
    with pytest.raises(wire.RefusedError) as refused:
        wire.fault_in(body, ACCOUNT_ID, "any")
    message = str(refused.value)
    assert message.startswith(words)
    assert "\n" not in message


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.dictionaries(
    st.sampled_from(["kind", "seed", "rate", "scope", "delay", "flows", "operations"]) | st.text(), inner
) | st.lists(inner)))  # fmt: skip
def test_whatever_is_sent_is_a_fault_or_refused(body: Any) -> None:
    try:
        fault = wire.fault_in(json.dumps(body).encode(), ACCOUNT_ID, "any")
    except wire.RefusedError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both outcomes are right
    else:
        assert fault.kind.name == body["kind"]


@pytest.mark.parametrize("text", ["", "A", "-a", "a" * 64, "a\n", "ä", "a/b"])
def test_a_name_is_refused_that_is_none(text: str) -> None:
    with pytest.raises(wire.RefusedError, match=r"^name: .* is there, a name of"):
        wire.name_in(text)


@pytest.mark.parametrize("text", ["", "1", "00000000000x", "0000000000000", "000000000000\n", "\u0660" * 12])
def test_an_account_is_refused_that_is_none(text: str) -> None:
    with pytest.raises(wire.RefusedError, match=r"^account ID: .* is there, an account of twelve digits is expected"):
        wire.account_id_in(text)


def test_firings_are_asked_for_by_number() -> None:
    assert wire.firings_wanted({}) == (0, 1000)
    assert wire.firings_wanted({"after": "5", "most": "10000"}) == (5, 10_000)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"most": "0"}, 'query, most: "0" is there, a number from 1 to 10000: of firings to return is expected'),
        ({"most": "10001"}, 'query, most: "10001" is there'),
        ({"after": "-1"}, 'query, after: "-1" is there, a number from 0: of the first firing to return is expected'),
        ({"after": "9" * 5000}, 'query, after: "999'),
        ({"after": "9" * 19}, 'query, after: "999'),
        ({"before": "1"}, 'query: "before" is there, after and most are expected'),
    ],
)
def test_a_query_is_refused_that_makes_no_sense(query: dict[str, str], words: str) -> None:
    with pytest.raises(wire.RefusedError) as refused:
        wire.firings_wanted(query)
    assert str(refused.value).startswith(words)


def test_a_hit_tells_whose_it_was() -> None:
    thing = Thing(Identity.of_flow(3), ACCOUNT_ID, "PutItem", "users")
    told = wire.firing_to_json(Firing(0, 1.5, thing, 2, 20))
    Draft202012Validator(schemas.FIRING).validate(told)
    assert told == {
        "number": 0,
        "at_s": 1.5,
        "identity": "flow 3",
        "flow": 3,
        "operation": "PutItem",
        "resource": "users",
        "attempt": 2,
        "delay_ms": 20,
    }


@pytest.mark.parametrize("kind", ENGINE_KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_told_as_the_document_says(kind: Kind) -> None:
    told = wire.kind_to_json(kind)
    Draft202012Validator(schemas.KIND).validate(told)
    assert BY_NAME[told["name"]].what == told["what"]
