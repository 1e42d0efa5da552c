"""The smallest histories that break each claim about visibility, and the nearest that do not."""

from dataclasses import replace

import pytest

from harness.checking import CheckResult, Evidence
from harness.checking.check import Check
from harness.checking.visibility import RetrieveAfterVisible, VisibleInTime, VisibleStaysVisible
from harness.operations import Meaning, Operation, Outcome
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    RETRIEVE,
    STATUS,
    accepted,
    call,
    check,
    flow,
    found,
    history,
    missing,
    pending,
    user,
    visible,
)

VALID, INVALID, UNKNOWN = VerdictWord


def of(checker: type[Check], *operations: Operation) -> CheckResult:
    return check(checker, history(flow(0, accepted(), *operations), final=None))


def test_what_was_visible_and_is_pending_later_is_stale() -> None:
    result = of(VisibleStaysVisible, visible(1), pending(2))
    assert result.verdict is INVALID
    assert result.evidence == (Evidence("m0 was visible as u0 at 1.100 s, and pending at 2.000 s: ", 0),)


def test_what_was_visible_and_has_failed_later_is_wrong() -> None:
    failed = call(STATUS, Meaning.FAILED, 2, target="m0", status=200)
    assert of(VisibleStaysVisible, visible(1), failed).violations == 1


@pytest.mark.parametrize("second_s", [1.05, 2])
def test_two_results_of_one_handle_are_wrong_in_any_order_of_time(second_s: float) -> None:
    result = of(VisibleStaysVisible, visible(1), visible(second_s, result_id="u9"))
    assert result.evidence == (Evidence(f"m0 was visible as u0 at 1.100 s, and as u9 at {second_s + 0.1:.3f} s", 0),)


@pytest.mark.parametrize(
    "operations",
    [
        [pending(1), visible(2), visible(3)],
        # It started before the other had ended, so it may have been answered before it.
        [visible(1), pending(1.09, ended_s=9)],
        [visible(1), call(STATUS, Meaning.NO_ANSWER, 2, Outcome.FAIL, target="m0")],
        # Somebody else's status, or an answer that is no status: others' claims.
        [visible(1), pending(2, handle="m9")],
        [visible(1), call(STATUS, Meaning.UNEXPECTED, 2, Outcome.FAIL, target="m0", status=500)],
        [],
    ],
)
def test_what_does_not_show_that_something_visible_vanished(operations: list[Operation]) -> None:
    assert of(VisibleStaysVisible, *operations).verdict is VALID


def test_a_call_that_starts_when_another_ends_is_after_it() -> None:
    assert of(VisibleStaysVisible, visible(1, ended_s=2), pending(2)).verdict is INVALID
    assert of(RetrieveAfterVisible, visible(1, ended_s=2), missing(2)).verdict is INVALID


def test_the_first_poll_to_end_is_what_later_ones_are_held_against() -> None:
    slow, quick = visible(1, ended_s=9), visible(2)
    assert of(VisibleStaysVisible, slow, quick, pending(3)).violations == 1


def test_a_retrieve_of_what_is_visible_that_finds_nothing_is_wrong() -> None:
    result = of(RetrieveAfterVisible, visible(1), missing(2))
    assert result.evidence == (
        Evidence("u0 was visible at 1.100 s, and its retrieve at 2.000 s found nothing: 404", 0),
    )


@pytest.mark.parametrize(
    "operations",
    [
        [visible(1), found(2, user(0))],
        [visible(1), missing(1.05)],
        [visible(1), missing(2, "u9")],
        [missing(2)],
        [visible(1), call(RETRIEVE, Meaning.NO_ANSWER, 2, Outcome.FAIL, target="u0")],
        [visible(1), call(RETRIEVE, Meaning.UNEXPECTED, 2, Outcome.FAIL, target="u0", status=503)],
    ],
)
def test_what_does_not_show_that_something_visible_cannot_be_retrieved(operations: list[Operation]) -> None:
    assert of(RetrieveAfterVisible, *operations).verdict is VALID


@pytest.mark.parametrize(
    ("polls", "word"),
    [
        # Accepted between 0 and 0.1 s, and 30 s are agreed.
        ([visible(29.9)], VALID),
        ([pending(29.8), visible(29.9)], VALID),
        ([pending(30.1), visible(30.2)], UNKNOWN),
        ([pending(30.11), visible(30.2)], INVALID),
        ([pending(30.11)], INVALID),
        ([pending(30.1)], UNKNOWN),
        ([visible(29.95)], UNKNOWN),
        ([], UNKNOWN),
        # A poll that overlaps one that saw it did not see it at its own start at the latest.
        ([pending(29.8, ended_s=50), visible(29.9)], VALID),
        # What was stale says nothing of when it became visible; that it was stale is another claim.
        ([visible(1), pending(40)], VALID),
    ],
)
def test_a_create_is_too_late_only_where_even_the_lower_bound_is(polls: list[Operation], word: VerdictWord) -> None:
    assert of(VisibleInTime, *polls).verdict is word


def test_lateness_is_told_with_its_times() -> None:
    result = of(VisibleInTime, pending(0.2), pending(40.0), visible(40.2))
    assert result.evidence == (
        Evidence(
            "m0, accepted at 0.100 s, was not visible at 40.000 s, 39.900 s later; agreed is 30 s",
            0,
        ),
    )
    assert result.reason == "1 violation in 1 acknowledged create; agreed is 30 s"


def test_what_cannot_be_told_is_counted_by_why() -> None:
    flows = [flow(0, accepted("m0"), visible(50)), flow(1, accepted("m1"), pending(9, "m1"))]
    result = check(VisibleInTime, history(*flows, final=None))
    assert result.reason == (
        "1 acknowledged create not seen visible, and not asked for again when 30 s had passed; "
        "1 acknowledged create seen visible only after 30 s, by polls too far apart to tell since when; agreed is 30 s"
    )


def test_what_had_to_be_rejected_was_never_agreed_to_be_visible() -> None:
    held = replace(flow(0, accepted()), acceptable=False)
    assert check(VisibleInTime, history(held, final=None)).reason.startswith("there were no acknowledged creates")
