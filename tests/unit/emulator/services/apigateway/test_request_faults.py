"""What is done about a request that several faults hit, and what a request is."""

import pytest

from emulator.services.apigateway.request_faults import (
    ANSWERS,
    RESET_AFTER,
    RESET_BEFORE,
    Plan,
    identity_of_request,
    plan_of,
)
from model.faults.catalogue import BY_NAME, KINDS
from model.faults.fault import Fault, Thing
from model.faults.identity import Identity
from model.faults.kinds import Place
from model.faults.registry import Hit

ACCOUNT_ID = "000000000000"
FLOW_HEADER = "Root=1-5759e988-0f10f10f0000000000000003;Sampled=0"


def hit(kind: str, delay_ms: float = 0) -> Hit:
    fault = Fault(ACCOUNT_ID, kind, BY_NAME[kind], seed=0, rate=1, ttl_s=60)
    return Hit(fault, Thing(Identity.of_flow(0), ACCOUNT_ID), 1, delay_ms)


@pytest.mark.parametrize(
    ("hits", "plan"),
    [
        ((), Plan()),
        ((hit("api-latency", 20), hit("api-latency", 30)), Plan(delay_ms=50)),
        ((hit("api-504"), hit("api-429"), hit("api-500")), Plan(answer="api-429")),
        ((hit("api-500"), hit("api-latency", 20)), Plan(delay_ms=20, answer="api-500")),
        ((hit("api-reset-after"), hit("api-reset-before")), Plan(resets_before=True, resets_after=True)),
    ],
    ids=["nothing", "latencies", "errors", "late error", "resets"],
)
def test_hits_make_a_plan(hits: tuple[Hit, ...], plan: Plan) -> None:
    assert plan_of(hits) == plan
    assert plan_of(reversed(hits)) == plan


def test_each_kind_of_this_place_does_something() -> None:
    kinds = {kind.name for kind in KINDS if kind.place is Place.REQUEST}
    assert kinds == {"api-latency", RESET_BEFORE, RESET_AFTER, *ANSWERS}


def test_a_request_is_its_flows_whatever_is_in_it() -> None:
    assert identity_of_request(FLOW_HEADER, "POST", "/users?", b"x") == Identity.of_flow(3)


def test_a_request_of_no_flow_is_what_is_in_it() -> None:
    same = identity_of_request(None, "POST", "/users?", b"x")
    assert same == identity_of_request("Root=1-5759e988-bd862e3fe1be46a994272793", "POST", "/users?", b"x")
    for other in (("PUT", "/users?", b"x"), ("POST", "/users?a=1", b"x"), ("POST", "/users?", b"y")):
        assert identity_of_request(None, *other) != same
