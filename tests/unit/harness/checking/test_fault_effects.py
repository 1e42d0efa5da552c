"""The table of what faults may do must know every kind that there is."""

from harness.checking.fault_effects import EFFECTS, Reach, Site, effect_of
from harness.faults.catalogue import KINDS
from model.faults.kinds import BY_NAME, Place


def test_every_kind_has_its_effect_those_of_the_engine_and_those_that_a_run_carries_out_itself() -> None:
    assert EFFECTS.keys() == {kind.name for kind in KINDS}
    assert {kind.name for kind in KINDS if not kind.of_the_run} == BY_NAME.keys()


def test_what_the_engine_breaks_at_the_api_shows_at_the_request() -> None:
    at_the_api = {name for name, kind in BY_NAME.items() if kind.place is Place.REQUEST}
    assert {name for name, effect in EFFECTS.items() if effect.site is Site.REQUEST} == at_the_api
    assert not any(EFFECTS[name].holds is not Reach.NONE for name in at_the_api)


def test_a_kind_that_nobody_knows_explains_nothing_and_may_hold_anything_back() -> None:
    effect = effect_of("meteors")
    assert (effect.site, effect.statuses, effect.unanswered) == (Site.NOWHERE, frozenset(), False)
    assert (effect.holds, effect.while_active) == (Reach.ALL, True)
