"""What a person reads of a soak, and what a program does."""

import json

from harness.soaking.as_text import round_as_text, soak_as_json, soak_as_text
from tests.unit.harness.soaking.literal_rounds import CRASHES, LAG, done, fault, soak_result
from tests.unit.harness.terminal.test_results import printed, rows


def test_a_round_says_what_was_set_what_it_hit_and_what_came_of_it() -> None:
    assert printed(round_as_text(done(3, CRASHES, LAG))).splitlines() == [
        "round 3: valid in 10.0 s: 100 flows, a closed loop of 8 clients",
        "  crashes (hits 25 %) hit 21 of 100",
        "  gsi-lag (hits 50 %, 0 to 300 ms) hit 44 of 80",
    ]


def test_a_round_that_is_not_valid_says_why_and_what_repeats_it() -> None:
    shown = printed(round_as_text(done(4, fault("crashes", None, None), word="unknown"))).splitlines()
    assert shown[1:] == [
        "  crashes (hits 5 %) hit nobody knows what",
        "  why it is unknown",
        "  again: harness replay run-4",
    ]


def test_the_verdict_comes_first_then_each_kind_then_what_to_look_at() -> None:
    shown = rows(soak_as_text(soak_result(done(1, CRASHES), done(2, CRASHES, word="invalid"))))
    assert shown[:2] == [
        "invalid: 1 of 2 rounds valid, 1 of 2 rounds invalid; 200 flows in 33 s",
        "seed 7; the time was over",
    ]
    assert "broken on purpose rounds could hit hit valid unknown invalid" in shown
    assert "crashes 2 200 42 1 0 1" in shown
    assert "gsi-lag 0 0 0 0 0 0" in shown
    assert shown[-3:] == ["round 2 was invalid", "why it is invalid", "again: harness replay run-2"]


def test_a_program_gets_all_of_it() -> None:
    told = json.loads(json.dumps(soak_as_json(soak_result(done(1, CRASHES), done(2, LAG, word="unknown")))))
    assert (told["seed"], told["verdict"]["word"], told["ended"]) == (7, "unknown", "the time was over")
    first, second = told["rounds"]
    assert first["faults"][0] | {"definition": {}} == {
        "kind": "crashes",
        "definition": {},
        "eligible": 100,
        "fired": 21,
    }
    assert (first["folder"], second["folder"]) == (None, "runs/run-2")
    assert first["workload"]["flows"] == 100
    assert told["kinds"][0] == {
        "kind": "crashes",
        "rounds": 1,
        "eligible": 100,
        "fired": 21,
        "valid": 1,
        "unknown": 0,
        "invalid": 0,
    }
    assert told["proved_nothing"] == []
