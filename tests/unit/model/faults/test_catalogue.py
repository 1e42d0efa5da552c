"""The catalogue is one table: what a kind breaks and what a client may see of it must agree."""

import pytest

from model.faults.catalogue import BY_NAME, ENGINE_KINDS, KINDS, effect_of
from model.faults.effects import Effect, Reach, Site
from model.faults.kinds import Kind, Place


def test_each_name_is_one_kinds() -> None:
    assert len(BY_NAME) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_an_effect_that_a_stack_may_show(kind: Kind) -> None:
    assert effect_of(kind.name) == kind.effect
    assert kind.effect != Effect()


def test_a_run_carries_out_what_no_engine_can_do_to_itself() -> None:
    assert {kind.name for kind in KINDS} - {kind.name for kind in ENGINE_KINDS} == {"kills"}


def test_what_the_engine_breaks_at_the_api_shows_at_the_request() -> None:
    at_the_api = {kind.name for kind in KINDS if kind.place is Place.REQUEST}
    assert {kind.name for kind in KINDS if kind.effect.site is Site.REQUEST} == at_the_api
    assert not any(effect_of(name).holds is not Reach.NONE for name in at_the_api)


def test_a_kind_that_nobody_knows_explains_nothing_and_may_hold_anything_back() -> None:
    effect = effect_of("meteors")
    assert (effect.site, effect.statuses, effect.unanswered) == (Site.NOWHERE, frozenset(), False)
    assert (effect.holds, effect.while_active) == (Reach.ALL, True)


@pytest.mark.parametrize(
    ("kind", "operation", "knows"),
    [
        ("api-500", "POST /users", True),
        ("api-500", "/users", False),
        ("delays", "SendMessage", True),
        ("delays", "PutItem", False),
        ("crashes", "PutItem", True),
        ("crashes", "GetItem", False),
        ("table-errors", "TransactGetItems", True),
        ("pauses", "Invoke", False),
        ("kills", "POST /users", False),
    ],
)
def test_a_scope_can_name_what_the_kind_may_hit(kind: str, operation: str, knows: bool) -> None:
    assert BY_NAME[kind].knows(operation) is knows
