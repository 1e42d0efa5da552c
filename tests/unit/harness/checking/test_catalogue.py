"""What all checkers have in common, and what they amount to together."""

from dataclasses import replace

import pytest

from harness.checking import KEPT_EVIDENCE, Agreement
from harness.checking.catalogue import CHECKERS, check_all
from harness.checking.check import Check
from harness.checking.completion import EveryFlowCompleted
from harness.checking.context import CheckContext
from harness.history import FlowHistory, History
from harness.judging.judge import overall
from harness.operations import FlowEnding
from harness.shape.users import USERS_API
from harness.verdicts import Verdict, VerdictWord
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    accepted,
    check,
    flow,
    good_flow,
    history,
    item,
    payload,
    rejected,
    state,
)

VALID, INVALID, UNKNOWN = VerdictWord
SOUND = history(
    good_flow(0),
    good_flow(1),
    FlowHistory(2, payload(2), False, (rejected(),), FlowEnding.COMPLETED),
    final=state(item(0), item(1)),
)


def verdicts(held: History, agreement: Agreement = AGREEMENT) -> dict[str, VerdictWord]:
    return {result.name: result.verdict for result in check_all(held, agreement)}


def test_a_sound_history_is_valid_by_every_checker() -> None:
    results = check_all(SOUND, AGREEMENT)
    assert {result.name: (result.verdict, result.reason) for result in results} == {
        "every-flow-completed": (VALID, "3 flows; 3 of 3 completed"),
        "no-create-lost": (VALID, "2 acknowledged creates"),
        "nothing-made-up": (VALID, "2 stored results"),
        "one-message-one-result": (VALID, "2 acknowledged creates"),
        "retrieved-as-sent": (VALID, "2 retrieved results"),
        "stored-as-sent": (VALID, "2 stored results"),
        "visible-stays-visible": (VALID, "2 later polls"),
        "result-never-changes": (VALID, "2 compared results"),
        "retrieve-after-visible": (VALID, "2 retrieves"),
        "visible-in-time": (VALID, "2 acknowledged creates; agreed is 30 s"),
        "indefinite-once-or-not": (VALID, "there were no indefinite creates"),
        "all-accounted-for": (
            VALID,
            "2 acknowledged creates; 2 acknowledged = 2 stored + 0 queued + 0 dead-lettered",
        ),
        "dead-letters-are-poison": (VALID, "there were no dead-lettered messages"),
        "only-invalid-rejected": (VALID, "3 answered creates"),
        "rejected-left-no-trace": (VALID, "1 rejected create"),
        "answers-as-agreed": (VALID, "11 answers"),
    }
    reason = "3 of 3 flows completed; every result came back exactly as it was sent"
    assert overall(results, SOUND) == Verdict(VALID, reason)


def test_names_and_claims_are_there_once() -> None:
    assert len({checker.name for checker in CHECKERS}) == len({checker.claim for checker in CHECKERS}) == len(CHECKERS)


def test_of_a_bare_api_what_only_the_engine_could_show_is_left_out_and_the_rest_is_judged() -> None:
    bare = replace(SOUND, final=None, observable=False)
    assert verdicts(bare) == dict.fromkeys(
        [
            "every-flow-completed",
            "one-message-one-result",
            "retrieved-as-sent",
            "visible-stays-visible",
            "result-never-changes",
            "retrieve-after-visible",
            "visible-in-time",
            "only-invalid-rejected",
            "answers-as-agreed",
        ],
        VALID,
    )
    assert overall(check_all(bare, AGREEMENT), bare).word is VALID


def test_an_engine_that_nobody_looked_into_makes_unknown_what_it_would_have_shown() -> None:
    unseen = replace(SOUND, final=None)
    assert {name for name, word in verdicts(unseen).items() if word is UNKNOWN} == {
        "no-create-lost",
        "nothing-made-up",
        "one-message-one-result",
        "stored-as-sent",
        "result-never-changes",
        "indefinite-once-or-not",
        "all-accounted-for",
        "dead-letters-are-poison",
        "rejected-left-no-trace",
    }
    results = check_all(unseen, AGREEMENT)
    assert overall(results, unseen).word is UNKNOWN
    unknown = [result.reason for result in results if result.verdict is UNKNOWN]
    seen_nothing = {"nobody looked at what was there in the end"}
    assert set(unknown) <= seen_nothing | {"what is stored is not known", "what is stored in the end is not known"}


def test_a_history_that_was_cut_off_makes_everything_unknown_that_is_not_shown_to_be_wrong() -> None:
    cut = replace(SOUND, complete=False)
    assert set(verdicts(cut).values()) == {UNKNOWN}
    failed = replace(cut, flows=(flow(0, accepted(), ending=FlowEnding.FAILED),))
    assert verdicts(failed)["every-flow-completed"] is INVALID


def test_without_a_contract_and_without_a_table_there_is_less_to_break() -> None:
    results = check_all(SOUND, Agreement(replace(USERS_API, stored=None), 30))
    assert not {"no-create-lost", "stored-as-sent"} & {result.name for result in results}
    assert all(result.verdict is VALID for result in results)


class _Crashing(Check):
    name, claim, things = "crashing", "It works.", "flows"

    def see(self, flow: FlowHistory) -> None:
        raise KeyError(flow.number)


class _CrashingAtOnce(_Crashing):
    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        raise RuntimeError(f"never: {context.history.asked}\u2028\x1b")


class _CrashingInTheEnd(Check):
    name, claim, things = "late", "It works.", "flows"

    def conclude(self) -> str:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("checker", "reason"),
    [
        (_Crashing, "the checker crashed: KeyError: 0"),
        (_CrashingAtOnce, "the checker crashed: RuntimeError: never: 3\\u2028\\x1b"),
        (_CrashingInTheEnd, "the checker crashed: ZeroDivisionError: "),
    ],
)
def test_a_checker_that_crashes_is_unknown_and_takes_no_other_with_it(checker: type[Check], reason: str) -> None:
    crashed, other = check_all(SOUND, AGREEMENT, [checker, EveryFlowCompleted])
    assert (crashed.verdict, crashed.reason, crashed.name) == (UNKNOWN, reason, checker.name)
    assert other.verdict is VALID
    assert overall([crashed, other], SOUND) == Verdict(
        UNKNOWN, f"3 of 3 flows completed, nothing is shown to be wrong; not known: {checker.name}: {reason}"
    )


def test_evidence_is_bounded_and_everything_is_counted() -> None:
    many = history(*(flow(n, ending=FlowEnding.FAILED) for n in range(50)), final=None)
    result = check(EveryFlowCompleted, many)
    assert (result.violations, len(result.evidence)) == (50, KEPT_EVIDENCE)
    assert [evidence.flow for evidence in result.evidence] == list(range(KEPT_EVIDENCE))


def test_evidence_is_one_bounded_line_of_ascii() -> None:
    reason = "\N{PILE OF POO}\n\x1b[31m" * 1000
    held = history(FlowHistory(0, payload(0), True, (), FlowEnding.FAILED, reason), final=None)
    (evidence,) = check(EveryFlowCompleted, held).evidence
    assert evidence.what.startswith("flow 0: \\U0001f4a9\\n\\x1b[31m\\U0001f4a9")
    assert evidence.what.isascii()
    assert evidence.what.isprintable()
    assert len(evidence.what) < 600


def test_one_violation_makes_the_run_invalid_and_names_the_claim() -> None:
    held = history(good_flow(0), good_flow(1), final=state(item(0)))
    verdict = overall(check_all(held, AGREEMENT), held)
    assert verdict == Verdict(INVALID, "2 of 2 flows completed; broken: no-create-lost, all-accounted-for")


def test_no_completed_flow_is_never_valid() -> None:
    nothing = history(final=state())
    assert overall(check_all(nothing, AGREEMENT), nothing).word is UNKNOWN
    assert overall((), history(flow(0, ending=None), final=None)).word is UNKNOWN


def test_flows_that_are_missing_make_the_run_unknown_whatever_checkers_there_are() -> None:
    held = replace(SOUND, asked=4)
    assert overall((), held) == Verdict(UNKNOWN, "3 of 4 flows completed, nothing is shown to be wrong")
    assert overall((), replace(SOUND, complete=False)).word is UNKNOWN
