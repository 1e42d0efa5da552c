"""A short soak on a real engine: a few rounds of the sound stack, each kind's turn once."""

import json
from pathlib import Path

import pytest

from harness.soaking.kind_selection import kinds_of_round
from tests.integration.test_harness_command import harness, left_running

pytestmark = pytest.mark.long

KINDS = ("gsi-lag", "duplicates", "api-429", "pauses")
SEED = 2


def test_the_sound_stack_survives_each_kind_once_and_nothing_is_left(tmp_path: Path) -> None:
    hands = [kinds_of_round(KINDS, SEED, number) for number in (1, 2)]
    assert {kind for hand in hands for kind in hand} == set(KINDS), "two rounds deal the whole deck"

    options = ["--kinds", ",".join(KINDS), "--rounds", "2", "--flows", "40", "--seed", str(SEED)]
    done = harness(tmp_path, "soak", *options, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert [each["verdict"]["word"] for each in told["rounds"]] == ["valid", "valid"]
    assert [{fault["kind"] for fault in each["faults"]} for each in told["rounds"]] == [set(hand) for hand in hands]
    assert all(each["fired"] > 0 for each in told["kinds"])
    assert not (tmp_path / "runs").exists(), "runs that are valid are not kept"
    assert left_running(tmp_path) == []
