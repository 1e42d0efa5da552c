"""The smallest histories in which something is lost or dead-lettered, and the nearest in which it is not."""

from dataclasses import replace
from typing import Any

import pytest

from harness.checking import CheckResult, Evidence
from harness.checking.check import Check
from harness.checking.conservation import AllAccountedFor, DeadLettersArePoison, NoCreateLost
from harness.history import FinalState, QueueDepths
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    accepted,
    check,
    flow,
    good_flow,
    history,
    item,
    message,
    rejected,
    state,
    unknown_create,
)

VALID, INVALID, UNKNOWN = VerdictWord
NOT_QUIET: dict[str, Any] = {"quiet": False, "waited_s": 60.0, "depths": QueueDepths(1, 2, 3, 0)}


def of(checker: type[Check], final: FinalState) -> CheckResult:
    return check(checker, history(good_flow(0), final=final))


@pytest.mark.parametrize("checker", [NoCreateLost, AllAccountedFor])
def test_an_acknowledged_create_that_is_nowhere_is_lost(checker: type[Check]) -> None:
    result = of(checker, state())
    assert (result.verdict, result.violations) == (INVALID, 1)
    (evidence,) = result.evidence
    assert evidence.what.startswith("m0 of flow 0, accepted at 0.100 s, last seen visible at 0.900 s, is n")
    assert evidence.flow == 0


@pytest.mark.parametrize(
    "final",
    [
        state(item(0)),
        state(queued=(message("m0"),)),
        state(dead_lettered=(message("m0"),)),
        state(item(0), **NOT_QUIET),
        state(item(0), has_dead_letter_queue=None, dead_lettered=None),
    ],
)
def test_what_is_in_one_of_the_three_places_is_not_lost(final: FinalState) -> None:
    assert of(NoCreateLost, final).verdict is VALID


@pytest.mark.parametrize(
    ("final", "why"),
    [
        (
            state(**NOT_QUIET),
            "the queue was not quiet after 60 s; last seen: 1 visible, 2 in flight, 3 delayed",
        ),
        (state(quiet=False, waited_s=5.0, depths=None), "the queue was not quiet after 5 s; last seen: nothing"),
        (state(dead_lettered=None), "not all of the queues could be read"),
        (
            state(dead_lettered=None, has_dead_letter_queue=None),
            "not all of the queues could be read",
        ),
    ],
)
def test_what_is_nowhere_is_unknown_where_not_everything_was_seen(final: FinalState, why: str) -> None:
    result = of(NoCreateLost, final)
    assert (result.verdict, result.reason) == (UNKNOWN, f"1 acknowledged create not found, and {why}")


@pytest.mark.parametrize("checker", [NoCreateLost, AllAccountedFor])
def test_nothing_is_lost_from_a_table_that_could_not_be_read(checker: type[Check]) -> None:
    result = of(checker, replace(state(), stored=None, problems=("denied",)))
    assert (result.verdict, result.reason.partition(";")[0].endswith("could not be read: denied")) == (UNKNOWN, True)


def test_a_quiet_queue_is_empty_and_where_there_is_no_other_nothing_can_be_in_it() -> None:
    assert of(NoCreateLost, state(queued=None)).verdict is INVALID
    assert of(NoCreateLost, state(has_dead_letter_queue=False, dead_lettered=None)).verdict is INVALID


def test_creates_that_nobody_acknowledged_are_not_lost() -> None:
    held = history(flow(0, rejected()), flow(1, unknown_create()), flow(2), final=state())
    assert check(NoCreateLost, held).reason == "there were no acknowledged creates"


def test_the_sum_is_in_the_reason_and_poison_apart() -> None:
    flows = [flow(number, accepted(f"m{number}")) for number in range(4)]
    final = state(
        item(0), item(1), dead_lettered=(message("m2"), message("p")), poison_sent=("p", "q"), queued=(message("m3"),)
    )
    result = check(AllAccountedFor, history(*flows, final=replace(final, **NOT_QUIET)))
    assert result.verdict is UNKNOWN
    assert result.reason == (
        "the queue was not quiet after 60 s; last seen: 1 visible, 2 in flight, 3 delayed; "
        "4 acknowledged = 2 stored + 1 queued + 1 dead-lettered; poison: 2 sent, 1 dead-lettered"
    )


def test_what_is_lost_is_missing_in_the_sum() -> None:
    result = of(AllAccountedFor, state())
    assert result.reason.endswith("; 1 acknowledged = 0 stored + 0 queued + 0 dead-lettered + 1 not found")


def test_what_is_stored_and_dead_lettered_is_counted_twice() -> None:
    result = of(AllAccountedFor, state(item(0), dead_lettered=(message("m0"),)))
    assert result.evidence[0].what.endswith("is stored, and dead-lettered too")


def test_what_is_stored_and_about_to_be_delivered_again_is_stored() -> None:
    assert of(AllAccountedFor, state(item(0), queued=(message("m0"),), **NOT_QUIET)).verdict is UNKNOWN


def test_a_flows_message_in_the_dead_letter_queue_is_wrong() -> None:
    result = of(DeadLettersArePoison, state(dead_lettered=(message("m0"),)))
    assert result.evidence == (Evidence("m0, flow 0's, is dead-lettered, received 5 times", 0),)


def test_nobodys_message_there_is_wrong_unless_somebody_elses_were_in_the_queue_before() -> None:
    final = state(dead_lettered=(message("x"),))
    result = of(DeadLettersArePoison, final)
    assert result.evidence == (Evidence("x, nobody's that is known, is dead-lettered, received 5 times"),)
    foreign = of(DeadLettersArePoison, replace(final, foreign_before=True))
    reason = "1 dead-lettered message may be somebody else's from before the run"
    assert (foreign.verdict, foreign.reason) == (UNKNOWN, reason)
    ours = of(DeadLettersArePoison, state(dead_lettered=(message("m0"),), foreign_before=True))
    assert ours.verdict is INVALID


def test_a_missing_dead_letter_queue_is_wrong_and_one_that_could_not_be_read_is_unknown() -> None:
    missing = of(DeadLettersArePoison, state(has_dead_letter_queue=False))
    assert (missing.verdict, missing.violations) == (INVALID, 1)
    unread = of(DeadLettersArePoison, state(has_dead_letter_queue=None, problems=("no answer",)))
    assert (unread.verdict, unread.reason) == (UNKNOWN, "the dead-letter queue could not be read: no answer")
    unlisted = of(DeadLettersArePoison, state(dead_lettered=None, poison_sent=("p",)))
    assert (unlisted.verdict, unlisted.reason) == (UNKNOWN, "the dead-letter queue could not be read")


def test_poison_that_is_gone_is_wrong_once_it_is_quiet() -> None:
    there = of(DeadLettersArePoison, state(poison_sent=("p",), dead_lettered=(message("p"),)))
    assert (there.verdict, there.reason) == (VALID, "1 dead-lettered message")
    assert of(DeadLettersArePoison, state(**NOT_QUIET)).verdict is VALID
    gone = of(DeadLettersArePoison, state(poison_sent=("p",)))
    assert gone.evidence == (Evidence("poison p is not in the dead-letter queue"),)
    waiting = of(DeadLettersArePoison, state(poison_sent=("p",), **NOT_QUIET))
    assert (waiting.verdict, waiting.reason.partition(",")[0]) == (
        UNKNOWN,
        "1 poison message not dead-lettered yet",
    )
    eaten = of(DeadLettersArePoison, state(item(9, messageId="p"), poison_sent=("p",)))
    assert eaten.evidence[0].what.endswith(", and a result is stored for it")
