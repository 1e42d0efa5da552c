"""What rounds amount to: valid only if all are, and if nothing was left unproved."""

import pytest

from harness.errors import ExitCode
from harness.soaking.rounds import Round
from harness.verdicts import VerdictWord
from tests.unit.harness.soaking.literal_rounds import CRASHES, LAG, done, fault, soak_result


def test_valid_rounds_in_which_each_kind_hit_are_valid() -> None:
    made = soak_result(done(1, CRASHES), done(2, LAG, CRASHES))
    assert made.verdict.exit_code is ExitCode.VALID
    assert made.verdict.reason == "2 of 2 rounds valid; 200 flows in 33 s; each of 2 kinds of faults hit something"


@pytest.mark.parametrize(
    ("rounds", "reason"),
    [
        ((done(1, CRASHES),), "proved nothing: the turn of gsi-lag did not come"),
        ((done(1, CRASHES, fault("gsi-lag", 80, 0)),), "proved nothing: gsi-lag hit none of 80"),
        ((done(1, CRASHES, fault("gsi-lag", None, None)),), "proved nothing: gsi-lag hit none of 0"),
        ((done(1, fault("gsi-lag", 3, 0)),), "gsi-lag hit none of 3; the turn of crashes did not come"),
        ((), "proved nothing: the turn of crashes, gsi-lag did not come"),
    ],
)
def test_a_kind_that_hit_nothing_is_named_and_leaves_all_of_it_unknown(rounds: tuple[Round, ...], reason: str) -> None:
    verdict = soak_result(*rounds).verdict
    assert verdict.exit_code is ExitCode.UNKNOWN
    assert verdict.reason.endswith(reason)


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("valid", "unknown"), ExitCode.UNKNOWN),
        (("unknown", "invalid"), ExitCode.INVALID),
        (("invalid", "valid"), ExitCode.INVALID),
    ],
)
def test_the_worst_round_is_what_all_amount_to(words: tuple[str, ...], exit_code: ExitCode) -> None:
    made = soak_result(*(done(number, CRASHES, LAG, word=word) for number, word in enumerate(words, 1)))
    assert made.verdict.exit_code is exit_code
    assert [each.verdict.word for each in made.not_valid] == [word for word in words if word != "valid"]


def test_each_kind_has_its_rounds_hits_and_verdicts() -> None:
    made = soak_result(done(1, CRASHES), done(2, CRASHES, LAG, word="unknown"), done(3, CRASHES))
    crashes, lag = made.of_kinds()
    assert (crashes.rounds, crashes.eligible, crashes.fired) == (3, 300, 63)
    assert crashes.verdicts == {VerdictWord.VALID: 2, VerdictWord.UNKNOWN: 1}
    assert (lag.rounds, lag.eligible, lag.fired) == (1, 80, 44)
