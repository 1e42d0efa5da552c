"""One flow, on a clock that jumps: what it does, when, and how it ends."""

import asyncio

import pytest

from harness.api_client import NewUser, UsersApi
from harness.flow import Flow, FlowEnding, FlowPolicy, FlowResult
from harness.operations import OperationKind, Outcome
from harness.transport import Response, TransportFailure
from harness.workload import FlowPlan
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi, json_response
from tests.unit.harness.virtual_time import run_in_virtual_time

PLAN = FlowPlan(7, NewUser('Ada "$input.body" \\ \U0001f680', "ada@example.com"))
POLICY = FlowPolicy(poll_interval_s=0.1, flow_timeout_s=60, call_timeout_s=10, unanswered_calls=3)


async def flow_through(api: FakeApi, policy: FlowPolicy = POLICY) -> FlowResult:
    flow = Flow(PLAN, UsersApi(api, API_URL), policy)
    await flow.run()
    return flow.result()


def test_a_flow_creates_polls_until_visible_and_retrieves() -> None:
    result = run_in_virtual_time(flow_through(FakeApi(latency_s=0.01, visible_after_s=0.25)))
    assert result.ending is FlowEnding.COMPLETED
    assert result.reason == ""
    kinds = [(operation.kind, operation.status) for operation in result.operations]
    assert kinds == [("create", 202), *[("status", 404)] * 3, ("status", 200), ("retrieve", 200)]
    assert {operation.outcome for operation in result.operations} == {Outcome.OK}


def test_operations_are_on_the_loops_clock_and_a_poll_comes_an_interval_after_the_answer() -> None:
    result = run_in_virtual_time(flow_through(FakeApi(latency_s=0.01, visible_after_s=0.1)))
    times = [(operation.scheduled_s, operation.started_s, operation.ended_s) for operation in result.operations]
    assert times == [
        pytest.approx((0, 0, 0.01)),
        pytest.approx((0.01, 0.01, 0.02)),
        pytest.approx((0.12, 0.12, 0.13)),
        pytest.approx((0.13, 0.13, 0.14)),
    ]


def test_visible_is_between_the_last_poll_that_did_not_see_it_and_the_first_that_did() -> None:
    result = run_in_virtual_time(flow_through(FakeApi(latency_s=0.01, visible_after_s=0.25)))
    assert result.visible is not None
    assert result.visible.lower_s == pytest.approx(0.23)
    assert result.visible.upper_s == pytest.approx(0.35)
    assert result.visible.lower_s <= 0.01 + 0.25 <= result.visible.upper_s


def test_a_user_that_the_first_poll_sees_has_no_lower_bound() -> None:
    result = run_in_virtual_time(flow_through(FakeApi(latency_s=0.01, visible_after_s=0)))
    assert result.visible is not None
    assert result.visible.lower_s == 0
    assert result.visible.upper_s == pytest.approx(0.02)


def test_a_user_that_never_becomes_visible_ends_the_flow_at_its_deadline_with_what_was_last_seen() -> None:
    async def timed() -> tuple[FlowResult, float]:
        result = await flow_through(FakeApi(visible_after_s=10_000))
        return result, asyncio.get_running_loop().time()

    result, ended_s = run_in_virtual_time(timed())
    assert ended_s == pytest.approx(60)
    assert result.ending is FlowEnding.FAILED
    assert result.reason == "not done after 60 s; last seen: status Pending(retry_after_s=1)"
    assert result.visible is None
    assert len(result.operations) == 547  # 60 s / (0.1 s + 0.01 s), and the create


def test_a_call_takes_no_longer_than_what_is_left_of_the_flows_time() -> None:
    def hang(operation: str, _ordinal: int) -> Answer | None:
        return TransportFailure.READ_TIMED_OUT if operation == "status" else None

    policy = FlowPolicy(flow_timeout_s=15, call_timeout_s=10, unanswered_calls=5)
    result = run_in_virtual_time(flow_through(FakeApi(script=hang), policy))
    durations_s = [operation.ended_s - operation.started_s for operation in result.operations]
    assert durations_s == [pytest.approx(0.01), pytest.approx(10), pytest.approx(4.94)]
    assert result.ending is FlowEnding.UNREACHABLE
    assert result.reason == "not done after 15 s; last seen: status read timed out"


@pytest.mark.parametrize("field", ["name", "email"])
def test_a_single_changed_character_is_found(field: str) -> None:
    def change(user: dict[str, str]) -> dict[str, str]:
        return {**user, field: user[field].replace("a", "\u0430", 1)}

    result = run_in_virtual_time(flow_through(FakeApi(stored=change)))
    assert result.ending is FlowEnding.FAILED
    assert result.reason.startswith(f"the {field} came back as ")
    assert "\\u0430" in result.reason


def test_a_neighbours_user_is_found() -> None:
    def neighbour(operation: str, _ordinal: int) -> Answer | None:
        user = {"id": "u-2", "name": "Bob", "email": "bob@example.com", "createdAt": "2026-01-01T00:00:00Z"}
        return json_response(200, **user) if operation == "retrieve" else None

    result = run_in_virtual_time(flow_through(FakeApi(script=neighbour)))
    assert result.ending is FlowEnding.FAILED
    assert "another user than the one asked for" in result.reason


def test_a_user_that_is_visible_and_missing_fails_the_flow() -> None:
    def miss(operation: str, _ordinal: int) -> Answer | None:
        return json_response(404, message="no such user") if operation == "retrieve" else None

    result = run_in_virtual_time(flow_through(FakeApi(script=miss)))
    assert result.ending is FlowEnding.FAILED
    assert "its retrieve is wrong: Missing()" in result.reason


def test_a_rejected_create_fails_the_flow_and_is_not_sent_again() -> None:
    def reject(_operation: str, _ordinal: int) -> Answer | None:
        return json_response(400, message="Invalid request body")

    api = FakeApi(script=reject)
    result = run_in_virtual_time(flow_through(api))
    assert result.ending is FlowEnding.FAILED
    assert "Invalid request body" in result.reason
    assert api.calls == {"create": 1}


@pytest.mark.parametrize("failure", list(TransportFailure))
def test_an_unanswered_create_is_not_sent_again_and_says_nothing_about_the_stack(
    failure: TransportFailure,
) -> None:
    api = FakeApi(script=lambda _operation, _ordinal: failure)
    result = run_in_virtual_time(flow_through(api))
    assert result.ending is FlowEnding.UNREACHABLE
    assert result.reason == f"the create was not answered: {failure}"
    assert api.calls == {"create": 1}


def test_malformed_json_in_a_status_fails_the_flow_at_once() -> None:
    def garble(operation: str, _ordinal: int) -> Answer | None:
        return Response(200, {}, b'{"messageId": "') if operation == "status" else None

    api = FakeApi(script=garble)
    result = run_in_virtual_time(flow_through(api))
    assert result.ending is FlowEnding.FAILED
    assert "the body is not JSON" in result.reason
    assert api.calls["status"] == 1


@pytest.mark.parametrize("passing", [Response(500), Response(503), Response(429), TransportFailure.RESET_AFTER_SENDING])
@pytest.mark.parametrize("operation", ["status", "retrieve"])
def test_a_read_that_may_pass_is_asked_again(operation: str, passing: Answer) -> None:
    def fail_twice(called: str, ordinal: int) -> Answer | None:
        return passing if called == operation and ordinal <= 2 else None

    result = run_in_virtual_time(flow_through(FakeApi(script=fail_twice, visible_after_s=0)))
    assert result.ending is FlowEnding.COMPLETED
    outcomes = [each.outcome for each in result.operations if each.kind == operation]
    assert outcomes == [Outcome.FAIL, Outcome.FAIL, Outcome.OK]


def test_a_stack_that_only_answers_500_fails_the_flow_at_its_deadline() -> None:
    def break_status(operation: str, _ordinal: int) -> Answer | None:
        return Response(500, {}, b"oops") if operation == "status" else None

    result = run_in_virtual_time(flow_through(FakeApi(script=break_status)))
    assert result.ending is FlowEnding.FAILED
    assert "last seen: status 500" in result.reason


def test_an_engine_that_goes_away_ends_the_flow_after_three_calls() -> None:
    def go_away(operation: str, ordinal: int) -> Answer | None:
        return TransportFailure.REFUSED if operation == "status" and ordinal > 2 else None

    api = FakeApi(script=go_away, visible_after_s=10)
    result = run_in_virtual_time(flow_through(api))
    assert result.ending is FlowEnding.UNREACHABLE
    assert result.reason == "3 calls in a row were not answered: refused"
    assert api.calls["status"] == 5


def test_only_calls_in_a_row_without_an_answer_end_the_flow() -> None:
    def answer_every_third_with_503(operation: str, ordinal: int) -> Answer | None:
        if operation != "status" or ordinal > 9:
            return None
        return Response(503) if ordinal % 3 == 0 else TransportFailure.RESET_AFTER_SENDING

    result = run_in_virtual_time(flow_through(FakeApi(script=answer_every_third_with_503)))
    assert result.ending is FlowEnding.COMPLETED


@pytest.mark.parametrize(
    ("cancel_after_s", "kind", "outcome"),
    [
        (0.005, OperationKind.CREATE, Outcome.INFO),
        (0.015, OperationKind.STATUS, Outcome.FAIL),
    ],
)
def test_a_cancelled_flow_records_the_call_that_it_was_in(
    cancel_after_s: float, kind: OperationKind, outcome: Outcome
) -> None:
    async def cancel() -> FlowResult:
        flow = Flow(PLAN, UsersApi(FakeApi(latency_s=0.01), API_URL), POLICY)
        task = asyncio.create_task(flow.run())
        await asyncio.sleep(cancel_after_s)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        return flow.result()

    result = run_in_virtual_time(cancel())
    assert result.ending is FlowEnding.INTERRUPTED
    last = result.operations[-1]
    assert (last.kind, last.outcome, last.seen) == (kind, outcome, "interrupted")
