"""From a history to results."""

import pytest

from harness.checking import Agreement
from harness.judging.judge import judge_run, with_thresholds
from harness.shape.users import USERS_API
from harness.timing.thresholds import parse_threshold
from harness.verdicts import ThresholdResult, Verdict, VerdictWord
from tests.unit.harness.literal_results import MET, MISSED, UNMEASURED
from tests.unit.harness.timing.histories import history, plain_flow

AGREEMENT = Agreement(USERS_API, visible_within_s=1)


@pytest.mark.parametrize(
    ("word", "thresholds", "expected"),
    [
        ("valid", [], "valid"),
        ("valid", [MET], "valid"),
        ("valid", [MET, MISSED], "invalid"),
        ("valid", [MET, UNMEASURED], "unknown"),
        ("valid", [UNMEASURED, MISSED], "invalid"),
        ("unknown", [MET], "unknown"),
        ("unknown", [UNMEASURED], "unknown"),
        ("unknown", [MISSED], "invalid"),
        ("invalid", [MET, UNMEASURED], "invalid"),
        ("invalid", [MISSED], "invalid"),
    ],
)
def test_the_worse_of_checkers_and_thresholds_is_the_verdict(
    word: str, thresholds: list[ThresholdResult], expected: str
) -> None:
    assert with_thresholds(Verdict(VerdictWord(word), "because"), thresholds).word == expected


def test_the_reason_names_what_was_missed_and_what_else_there_is() -> None:
    assert with_thresholds(Verdict(VerdictWord.VALID, "all is well"), [MISSED]).reason == (
        "missed what was required: visible.p99<2s (measured 2.5 s); all is well"
    )
    assert with_thresholds(Verdict(VerdictWord.VALID, "all is well"), [UNMEASURED]).reason == (
        "nothing was measured for server_written.p50<1s; all is well"
    )


def test_checks_figures_thresholds_and_notes_are_of_the_same_history() -> None:
    results = judge_run(
        history(plain_flow(0), plain_flow(1)),
        AGREEMENT,
        thresholds=[parse_threshold("create.max<1ms")],
        warm_up_s=0.5,
    )
    assert results.checks
    assert results.figures.timings["create"].count == 1
    assert [(held.text, held.verdict) for held in results.thresholds] == [("create.max<1ms", "invalid")]
    assert results.verdict.word is VerdictWord.INVALID


def test_what_a_reader_of_the_history_should_know_is_noted() -> None:
    results = judge_run(history(asked=1), AGREEMENT)
    assert results.notes == ()
    assert results.verdict.word is VerdictWord.UNKNOWN
