"""A flow that a fault ended says nothing against the stack; one that met no fault does, whatever was set."""

from dataclasses import replace
from typing import Any

import pytest

from harness.checking.catalogue import check_all
from harness.checking.completion import EveryFlowCompleted
from harness.checking.context import CheckContext
from harness.checking.fault_exemptions import FaultExemption, exempt_flows, exemption_of
from harness.history import FaultHistory, FlowHistory
from harness.judging.judge import overall
from harness.operations import FlowEnding, Meaning, Operation, Outcome
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    CREATE,
    RETRIEVE,
    STATUS,
    accepted,
    call,
    check,
    fault,
    firing,
    flow,
    found,
    good_flow,
    history,
    item,
    message,
    pending,
    state,
    unknown_create,
    user,
    visible,
)

VALID, INVALID, UNKNOWN = VerdictWord
POST, GET_STATUS, GET_USER = "POST /users", "GET /status/{messageId}", "GET /users/{userId}"


def answered(status: int, at_s: float = 0.0, outcome: Outcome = Outcome.INFO) -> Operation:
    return call(CREATE, Meaning.UNEXPECTED, at_s, outcome, status=status, body='{"message": "x"}', seen=str(status))


def unread(at_s: float) -> Operation:
    return call(STATUS, Meaning.NO_ANSWER, at_s, Outcome.FAIL, target="m0", seen="reset")


def failed(*operations: Operation, ending: FlowEnding = FlowEnding.FAILED) -> FlowHistory:
    return flow(0, *operations, ending=ending)


def exemption(held: FlowHistory, *faults: FaultHistory, **final: Any) -> FaultExemption | None:
    return exemption_of(held, CheckContext(history(held, final=state(**final), faults=faults), AGREEMENT))


@pytest.mark.parametrize(
    ("kind", "operation", "create"),
    [
        ("api-429", POST, answered(429, outcome=Outcome.FAIL)),
        ("api-500", POST, answered(500)),
        ("api-504", POST, answered(504)),
        ("api-reset-before", POST, unknown_create()),
        ("api-reset-after", POST, unknown_create()),
        ("send-throttles", "SendMessage", answered(503)),
    ],
)
def test_a_create_that_a_fault_hit_ends_its_flow_and_is_not_held_against_the_stack(
    kind: str, operation: str, create: Operation
) -> None:
    held = failed(create)
    assert exemption(held, fault(kind, firing(0.05, 0, operation))) is FaultExemption.CREATE_HIT
    # Each of these is no evidence: of another flow, of another call, of another time, of another answer, of none.
    assert exemption(held, fault(kind, firing(0.05, 1, operation))) is None
    assert exemption(held, fault(kind, firing(0.05, 0, GET_STATUS))) is None or kind == "send-throttles"
    assert exemption(held, fault(kind, firing(5.0, 0, operation))) is None
    assert exemption(held, fault("duplicates", firing(0.05, 0, operation))) is None
    assert exemption(held, fault(kind)) is None
    assert exemption(held) is None


def test_an_answer_that_the_fault_does_not_give_is_not_excused() -> None:
    assert exemption(failed(answered(500)), fault("api-429", firing(0.05, 0, POST))) is None
    assert exemption(failed(unknown_create()), fault("api-500", firing(0.05, 0, POST))) is None


def test_a_latency_explains_no_answer_only_if_it_lasted_as_long_as_the_client_waited() -> None:
    waited = failed(replace(unknown_create(), ended_s=10.0), ending=FlowEnding.UNREACHABLE)
    assert exemption(waited, fault("api-latency", firing(0.05, 0, POST, delay_s=12))) is FaultExemption.CREATE_HIT
    assert exemption(waited, fault("api-latency", firing(0.05, 0, POST, delay_s=0.5))) is None


def test_reads_are_excused_if_each_that_ended_the_flow_was_hit() -> None:
    held = failed(accepted(), pending(0.2), unread(1), unread(2), unread(3), ending=FlowEnding.UNREACHABLE)
    hits = [firing(at_s, 0, GET_STATUS) for at_s in (1.05, 2.05, 3.05)]
    assert exemption(held, fault("api-reset-before", *hits)) is FaultExemption.READS_HIT
    assert exemption(held, fault("api-reset-before", *hits[:2])) is None


def test_one_hit_explains_one_call() -> None:
    close = failed(accepted(), unread(1), unread(1.01), ending=FlowEnding.UNREACHABLE)
    assert exemption(close, fault("api-reset-before", firing(1.05, 0, GET_STATUS))) is None


def test_a_retrieve_that_is_refused_to_the_end_is_excused_by_the_last_hit() -> None:
    busy = call(RETRIEVE, Meaning.UNEXPECTED, 2, Outcome.FAIL, status=503, target="u0")
    held = failed(accepted(), visible(1), busy)
    assert exemption(held, fault("table-throttles", firing(2.05, 0, "GetItem"))) is FaultExemption.READS_HIT
    assert exemption(held, fault("table-throttles", firing(2.05, 0, "PutItem"))) is None


def test_an_excuse_needs_no_evidence_that_was_thrown_away() -> None:
    held = failed(answered(429, outcome=Outcome.FAIL))
    assert exemption(held, fault("api-429", fired=7)) is FaultExemption.NOT_KNOWN
    assert exemption(held, fault("api-429", fired=None)) is FaultExemption.NOT_KNOWN
    assert exemption(held, fault("api-429", fired=7, periods=((50.0, 60.0),))) is None
    assert exemption(failed(answered(503)), fault("api-429", fired=7)) is None


def test_what_came_back_wrong_is_never_excused() -> None:
    held = failed(accepted(), visible(1), found(2, user(0, name="x")))
    everything = [fault(kind, firing(0.05), firing(1.0), firing(2.0)) for kind in ("kills", "crashes", "api-500")]
    assert exemption(held, *everything) is None


KILL = fault("kills", firing(5.0, None, "", delay_s=0), periods=((5.0, 9.0),))


def test_what_an_engine_took_before_it_was_killed_is_forgotten_and_what_it_took_after_is_not() -> None:
    assert exemption(failed(accepted(), pending(1), pending(40)), KILL) is FaultExemption.ENGINE_KILLED
    assert exemption(failed(accepted(), visible(1), pending(40)), KILL) is FaultExemption.ENGINE_KILLED
    assert exemption(failed(accepted(at_s=8.9), pending(40)), KILL) is FaultExemption.ENGINE_KILLED
    assert exemption(failed(accepted(at_s=9.5), pending(60)), KILL) is None
    assert exemption(failed(accepted(), pending(1), pending(4)), KILL) is None, "it had failed before"


def test_calls_to_a_killed_engine_are_excused_until_it_is_up_again() -> None:
    def unreachable(at_s: float) -> FlowHistory:
        refused = call(CREATE, Meaning.NO_ANSWER, at_s, Outcome.FAIL, seen="refused")
        return failed(refused, ending=FlowEnding.UNREACHABLE)

    assert exemption(unreachable(6.0), KILL) is FaultExemption.CREATE_HIT
    assert exemption(unreachable(9.4), KILL) is None
    assert exemption(failed(answered(404, 8.0, Outcome.FAIL)), KILL) is FaultExemption.CREATE_HIT
    assert exemption(failed(answered(200, 8.0, Outcome.FAIL)), KILL) is FaultExemption.CREATE_HIT, (
        "another service's 200"
    )
    assert exemption(failed(answered(200, 9.4, Outcome.FAIL)), KILL) is None


def test_a_flow_whose_message_ran_out_of_deliveries_by_faults_is_excused() -> None:
    held = failed(accepted(), pending(60))
    crashes = [firing(at_s) for at_s in range(1, 6)]
    dead = {"dead_lettered": (message("m0"),)}
    assert exemption(held, fault("timeouts", *crashes), **dead) is FaultExemption.RAN_OUT
    assert exemption(held, fault("timeouts", *crashes[:4]), **dead) is not FaultExemption.RAN_OUT
    assert exemption(held, fault("slow-handlers", *crashes), **dead) is not FaultExemption.RAN_OUT
    received_once = {"dead_lettered": (replace(message("m0"), receive_count=1),)}
    assert exemption(held, fault("timeouts", *crashes), **received_once) is not FaultExemption.RAN_OUT


def test_a_flow_that_gave_up_too_early_to_tell_is_unknown_if_anything_hit_it() -> None:
    held = failed(accepted(), pending(60))
    assert exemption(held, fault("gsi-lag", firing(1, delay_s=50))) is FaultExemption.HELD_BACK
    assert exemption(held, fault("gsi-lag", firing(1, delay_s=5))) is None, "it was free again long ago"
    assert exemption(held, fault("gsi-lag", firing(1, 7, delay_s=50))) is None
    assert exemption(held, fault("crashes", firing(1, 7))) is FaultExemption.HELD_BACK, (
        "whoever is in the batch dies with it"
    )
    assert exemption(held, fault("slow-handlers", firing(80))) is None, "nothing had hit when it gave up"


def test_a_flow_whose_confirming_polls_were_all_shown_what_was_is_excused() -> None:
    held = failed(accepted(), visible(1), found(1.2, user(0)), pending(2), pending(3))
    hits = [firing(at_s, 0, "Query", delay_s=2.5) for at_s in (2.05, 3.05)]
    assert exemption(held, fault("stale-reads", *hits)) is FaultExemption.READS_HIT
    assert exemption(held, fault("stale-reads", hits[0])) is None, "the last poll says that it is gone"
    assert exemption(held, fault("stale-reads", hits[0], fired=2)) is FaultExemption.NOT_KNOWN


def test_a_flow_that_was_shown_what_was_to_its_end_is_not_known_to_be_late() -> None:
    held = failed(accepted(), pending(25), pending(40))
    assert exemption(held, fault("stale-reads", firing(40.05, 0, "Query", delay_s=15))) is FaultExemption.HELD_BACK
    assert exemption(held, fault("stale-reads", firing(40.05, 0, "Query", delay_s=5))) is None
    assert exemption(held, fault("stale-reads", firing(40.05, 7, "Query", delay_s=15))) is None


def test_excused_flows_are_counted_by_why_and_the_run_is_valid_without_them() -> None:
    refused = replace(failed(answered(429, outcome=Outcome.FAIL)), number=1)
    throttle = fault("api-429", firing(0.05, 1, POST))
    held = history(good_flow(0), refused, final=state(item(0)), faults=(throttle,))
    result = check(EveryFlowCompleted, held)
    assert (result.verdict, result.reason) == (VALID, "2 flows; 1 of 2 completed, 1 create hit by a fault")
    results = check_all(held, AGREEMENT)
    assert exempt_flows(held, AGREEMENT) == 1
    verdict = overall(results, held, exempt_flows(held, AGREEMENT))
    assert verdict.word is VALID
    assert verdict.reason == (
        "1 of 2 flows completed, 1 ended by faults that hit them; every result came back exactly as it was sent"
    )


def test_what_is_not_settled_is_unknown_and_counted() -> None:
    held = history(failed(accepted(), pending(60)), final=state(), faults=(fault("crashes", firing(1, 7)),))
    result = check(EveryFlowCompleted, held)
    assert result.verdict is UNKNOWN
    assert result.reason == "1 flow given up while faults held them back; 0 of 1 completed"
    assert exempt_flows(held, AGREEMENT) == 0


def test_without_faults_nothing_is_excused_and_nobody_looks() -> None:
    assert exempt_flows(history(failed(unknown_create()), final=None), AGREEMENT) == 0
