"""One flow, on a clock that jumps: what it does, when, how it ends, and what is recorded of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from itertools import count
from typing import Any

import pytest

from harness.clock import RunClock
from harness.driving.api_client import AsyncApi
from harness.driving.availability import Availability
from harness.driving.flow import UNCONFIRMED_POLLS, Flow, FlowDependencies
from harness.history import FlowHistory
from harness.operations import FlowEnding, Meaning, OperationKind, Outcome
from harness.shape.document import shape_from_json
from harness.transport import Request, Response, TransportFailure
from harness.workload import Deadlines, FlowPlan, Workload
from harness.workload.polling import ExponentialBackoff, FixedInterval, RetryAfter
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi, json_response
from tests.unit.harness.recording import KeepingRecorder
from tests.unit.harness.shape.jobs import JOBS_DOCUMENT
from tests.unit.harness.virtual_time import run_in_virtual_time

PLAN = FlowPlan(7, {"name": 'Ada "$input.body" \\ \U0001f680', "email": "ada@example.com"}, acceptable=True)
UNACCEPTABLE = FlowPlan(7, {"name": "Ada"}, acceptable=False)
WORKLOAD = Workload(seed=7, flows=10, polling=FixedInterval(0.1), confirming_polls=0)


class OneFlow:
    """A flow and what it needs; to be made on a running loop."""

    def __init__(
        self,
        api: Any,
        workload: Workload = WORKLOAD,
        plan: FlowPlan = PLAN,
        scheduled_s: float | None = None,
    ) -> None:
        self.recorder = KeepingRecorder()
        client = AsyncApi(api, API_URL, workload.shape)
        where = Availability(API_URL)
        dependencies = FlowDependencies(workload, client, self.recorder, RunClock.start(), count(), where)
        self.flow = Flow(plan, dependencies, process=3, scheduled_s=scheduled_s)

    def history(self) -> FlowHistory:
        [history] = self.recorder.flows
        assert (history.ending, history.reason) == (self.flow.ending, self.flow.reason)
        assert {invocation.process for invocation in self.recorder.invocations} <= {3}
        return history


def make(
    api: FakeApi, workload: Workload = WORKLOAD, plan: FlowPlan = PLAN, scheduled_s: float | None = None
) -> FlowHistory:
    async def making() -> FlowHistory:
        one = OneFlow(api, workload, plan, scheduled_s)
        await one.flow.run()
        return one.history()

    return run_in_virtual_time(making())


def answering(operation: str, answer: Answer, *, first: int = 1, last: int = 10**9) -> Callable[[str, int], Any]:
    """Return a script that answers like this to an operation's calls from `first` to `last`."""
    return lambda called, ordinal: answer if called == operation and first <= ordinal <= last else None


def kinds(history: FlowHistory) -> list[tuple[str, Meaning]]:
    return [(operation.kind.value, operation.meaning) for operation in history.operations]


def times(history: FlowHistory) -> list[tuple[float, float, float]]:
    return [(each.scheduled_s, each.started_s, each.ended_s) for each in history.operations]


def test_a_flow_creates_polls_until_visible_and_retrieves() -> None:
    history = make(FakeApi(latency_s=0.01, visible_after_s=0.25))
    assert (history.ending, history.reason) == (FlowEnding.COMPLETED, "")
    assert (history.number, history.payload, history.acceptable) == (7, PLAN.payload, True)
    assert kinds(history) == [
        ("create", Meaning.ACCEPTED),
        *[("status", Meaning.PENDING)] * 3,
        ("status", Meaning.VISIBLE),
        ("retrieve", Meaning.FOUND),
    ]
    assert {operation.outcome for operation in history.operations} == {Outcome.OK}


def test_what_an_answer_says_is_in_its_operation() -> None:
    create, status, retrieve = make(FakeApi(visible_after_s=0)).operations
    assert create.handle is not None
    assert (create.target, create.status, create.body) == (None, 202, f'{{"messageId": "{create.handle}"}}')
    assert (status.target, status.result_id) == (create.handle, f"user-of-{create.handle}")
    assert (retrieve.target, retrieve.body) == (status.result_id, None)
    assert retrieve.document is not None
    assert retrieve.document["id"] == status.result_id


def test_operations_are_on_the_loops_clock_and_a_poll_comes_an_interval_after_the_answer() -> None:
    history = make(FakeApi(latency_s=0.01, visible_after_s=0.1))
    assert times(history) == [(0, 0, 0.01), (0.01, 0.01, 0.02), (0.12, 0.12, 0.13), (0.13, 0.13, 0.14)]


def test_a_create_counts_from_when_it_was_meant_to_be_made() -> None:
    async def making() -> FlowHistory:
        one = OneFlow(FakeApi(latency_s=0.01, visible_after_s=0), scheduled_s=0.5)
        await asyncio.sleep(2)
        await one.flow.run()
        return one.history()

    assert times(run_in_virtual_time(making()))[:2] == [(0.5, 2, 2.01), (2.01, 2.01, 2.02)]


def test_a_flows_time_counts_from_when_it_was_meant_to_start() -> None:
    async def making() -> FlowHistory:
        workload = replace(WORKLOAD, deadlines=Deadlines(flow_timeout_s=1))
        one = OneFlow(FakeApi(visible_after_s=0), workload, scheduled_s=0.5)
        await asyncio.sleep(2)
        await one.flow.run()
        return one.history()

    history = run_in_virtual_time(making())
    assert (history.ending, history.operations) == (FlowEnding.UNREACHABLE, ())
    assert history.reason == "not begun in its 1 s"


def test_waits_grow_as_the_workload_says_and_are_the_flows_own() -> None:
    def starts_s(plan: FlowPlan, jitter: float) -> list[float]:
        polling = ExponentialBackoff(first_s=0.1, factor=2, most_s=0.5, jitter=jitter)
        history = make(FakeApi(latency_s=0, visible_after_s=1.5), replace(WORKLOAD, polling=polling), plan)
        return [each.started_s for each in history.operations if each.kind is OperationKind.STATUS]

    assert starts_s(PLAN, 0) == pytest.approx([0, 0.1, 0.3, 0.7, 1.2, 1.7])
    assert starts_s(PLAN, 0.5) == starts_s(PLAN, 0.5)
    assert starts_s(PLAN, 0.5) != starts_s(replace(PLAN, number=8), 0.5)


def test_the_answers_retry_after_is_kept_to() -> None:
    history = make(FakeApi(latency_s=0, visible_after_s=1.5), replace(WORKLOAD, polling=RetryAfter(otherwise_s=9)))
    assert [each.started_s for each in history.operations if each.kind is OperationKind.STATUS] == [0, 1, 2]


def test_what_is_visible_is_confirmed_as_often_as_asked() -> None:
    history = make(FakeApi(visible_after_s=0), replace(WORKLOAD, confirming_polls=2))
    assert history.ending is FlowEnding.COMPLETED
    assert [kind for kind, _ in kinds(history)] == ["create", "status", "retrieve", "status", "status"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            Response(404, {"retry-after": "1"}, b'{"message": "x"}'),
            "a status was visible, and then it was not: pending (404)",
        ),
        (Response(403, {}, b"{}"), "a status was visible, and then it was not: a status does not answer 403"),
    ],
)
def test_what_was_visible_and_is_no_more_fails_the_flow(answer: Response, reason: str) -> None:
    api = FakeApi(visible_after_s=0, script=answering("status", answer, first=2))
    history = make(api, replace(WORKLOAD, confirming_polls=1))
    assert history.ending is FlowEnding.FAILED
    assert history.reason.startswith(reason)
    assert api.calls["status"] == 1 + (UNCONFIRMED_POLLS if answer.status == HTTPStatus.NOT_FOUND else 1)


def test_a_user_that_a_poll_does_not_see_any_more_is_asked_for_again_before_it_is_taken_for_lost() -> None:
    gone = Response(404, {"retry-after": "1"}, b'{"message": "x"}')
    api = FakeApi(visible_after_s=0, script=answering("status", gone, first=2, last=UNCONFIRMED_POLLS))
    history = make(api, replace(WORKLOAD, confirming_polls=1))
    assert history.ending is FlowEnding.COMPLETED
    polls = [each for each in history.operations if each.kind is OperationKind.STATUS]
    assert [poll.meaning for poll in polls] == [Meaning.VISIBLE, Meaning.PENDING, Meaning.PENDING, Meaning.VISIBLE]
    assert polls[2].started_s - polls[1].ended_s == pytest.approx(0.1), "and not at once"


def test_what_was_visible_and_is_another_result_fails_the_flow() -> None:
    class Forgetful(FakeApi):
        async def send(self, request: Request, timeout_s: float) -> Response:
            response = await super().send(request, timeout_s)
            is_second = "/status/" in request.url and self.calls["status"] == 2
            return Response(200, {}, response.body.replace(b"user-of-", b"twin-of-")) if is_second else response

    history = make(Forgetful(visible_after_s=0), replace(WORKLOAD, confirming_polls=1))
    assert history.ending is FlowEnding.FAILED
    assert "a status was visible as 'user-of-" in history.reason
    assert "and then as 'twin-of-" in history.reason


def test_a_confirming_poll_that_may_pass_is_asked_again() -> None:
    api = FakeApi(visible_after_s=0, script=answering("status", Response(503), first=2, last=3))
    assert make(api, replace(WORKLOAD, confirming_polls=1)).ending is FlowEnding.COMPLETED
    assert api.calls["status"] == 4


def test_a_result_that_never_becomes_visible_ends_the_flow_at_its_deadline_with_what_was_last_seen() -> None:
    history = make(FakeApi(visible_after_s=10_000))
    assert history.operations[-1].ended_s == pytest.approx(60, abs=0.1)
    assert history.ending is FlowEnding.FAILED
    assert history.reason == "not done after 60 s; last seen: status pending (404)"
    assert len(history.operations) == 547  # 60 s / (0.1 s + 0.01 s), and the create


def test_a_flow_does_not_wait_for_a_poll_beyond_its_deadline() -> None:
    async def timed() -> tuple[FlowHistory, float]:
        workload = replace(WORKLOAD, polling=FixedInterval(100), deadlines=Deadlines(flow_timeout_s=2))
        one = OneFlow(FakeApi(visible_after_s=10), workload)
        await one.flow.run()
        return one.history(), asyncio.get_running_loop().time()

    history, ended_s = run_in_virtual_time(timed())
    assert history.reason == "not done after 2 s; last seen: status pending (404)"
    assert ended_s == pytest.approx(2)


def test_a_call_takes_no_longer_than_what_is_left_of_the_flows_time() -> None:
    workload = replace(WORKLOAD, deadlines=Deadlines(call_timeout_s=10, flow_timeout_s=15))
    history = make(FakeApi(script=answering("status", TransportFailure.READ_TIMED_OUT)), workload)
    durations_s = [operation.ended_s - operation.started_s for operation in history.operations]
    assert durations_s == [pytest.approx(0.01), pytest.approx(10), pytest.approx(4.89)]
    assert history.ending is FlowEnding.UNREACHABLE
    assert history.reason == "not done after 15 s; last seen: status read timed out"


@pytest.mark.parametrize("field", ["name", "email"])
def test_a_single_changed_character_is_found(field: str) -> None:
    def change(user: dict[str, str]) -> dict[str, str]:
        return {**user, field: user[field].replace("a", "\u0430", 1)}

    history = make(FakeApi(stored=change, visible_after_s=0))
    assert history.ending is FlowEnding.FAILED
    assert history.reason.startswith(f"/{field} came back as ")
    assert "\\u0430" in history.reason


def test_a_field_that_is_gone_is_found_and_a_long_one_is_shown_in_part() -> None:
    def drop_name(user: dict[str, str]) -> dict[str, str]:
        return {"email": user["email"]}

    plan = FlowPlan(7, {"name": "x" * 100_000, "email": "ada@example.com"}, acceptable=True)
    history = make(FakeApi(stored=drop_name, visible_after_s=0), plan=plan)
    assert history.ending is FlowEnding.FAILED
    assert history.reason.startswith("/name came back as nothing, sent was 'xxx")
    assert history.reason.endswith("... (100002 characters)")
    assert len(history.reason) < 300


def test_a_neighbours_result_is_found() -> None:
    neighbour = json_response(200, id="u-2", name="Bob", email="bob@example.com", createdAt="2026-01-01T00:00:00Z")
    history = make(FakeApi(script=answering("retrieve", neighbour)))
    assert history.ending is FlowEnding.FAILED
    assert "another result than the one asked for" in history.reason


def test_a_result_that_is_visible_and_missing_fails_the_flow() -> None:
    history = make(FakeApi(script=answering("retrieve", json_response(404, message="no such user"))))
    assert history.ending is FlowEnding.FAILED
    assert history.reason.endswith("is visible, and its retrieve is wrong: missing (404)")


def test_a_create_that_is_wrongly_rejected_fails_the_flow_and_is_not_sent_again() -> None:
    api = FakeApi(script=answering("create", json_response(400, message="Invalid request body")))
    history = make(api)
    assert history.ending is FlowEnding.FAILED
    assert history.reason.startswith("the create was not accepted: 400: ")
    assert "Invalid request body" in history.reason
    assert api.calls == {"create": 1}


def test_a_create_that_has_to_be_rejected_completes_the_flow_when_it_is() -> None:
    api = FakeApi()
    history = make(api, plan=UNACCEPTABLE)
    assert (history.ending, history.acceptable) == (FlowEnding.COMPLETED, False)
    assert kinds(history) == [("create", Meaning.REJECTED)]
    assert api.calls == {"create": 1}


def test_a_create_that_has_to_be_rejected_and_is_accepted_fails_the_flow() -> None:
    api = FakeApi(script=answering("create", json_response(202, messageId="m-1")))
    history = make(api, plan=UNACCEPTABLE)
    assert history.ending is FlowEnding.FAILED
    assert history.reason == "the create had to be rejected, and was accepted as 'm-1'"
    assert api.calls == {"create": 1}


def test_a_create_that_has_to_be_rejected_is_not_by_an_error() -> None:
    history = make(FakeApi(script=answering("create", json_response(500, message="oops"))), plan=UNACCEPTABLE)
    assert history.ending is FlowEnding.FAILED
    assert history.reason.startswith("the create was not rejected: a create does not answer 500")


@pytest.mark.parametrize("failure", list(TransportFailure))
def test_an_unanswered_create_is_not_sent_again_and_says_nothing_about_the_stack(
    failure: TransportFailure,
) -> None:
    api = FakeApi(script=answering("create", failure))
    history = make(api)
    assert history.ending is FlowEnding.UNREACHABLE
    assert history.reason == f"the create was not answered: {failure}"
    assert api.calls == {"create": 1}


def test_malformed_json_in_a_status_fails_the_flow_at_once() -> None:
    api = FakeApi(script=answering("status", Response(200, {}, b'{"messageId": "')))
    history = make(api)
    assert history.ending is FlowEnding.FAILED
    assert "the body is not JSON" in history.reason
    assert api.calls["status"] == 1


@pytest.mark.parametrize("passing", [Response(500), Response(503), Response(429), TransportFailure.RESET_AFTER_SENDING])
@pytest.mark.parametrize("operation", ["status", "retrieve"])
def test_a_read_that_may_pass_is_asked_again(operation: str, passing: Answer) -> None:
    history = make(FakeApi(script=answering(operation, passing, last=2), visible_after_s=0))
    assert history.ending is FlowEnding.COMPLETED
    outcomes = [each.outcome for each in history.operations if each.kind == operation]
    assert outcomes == [Outcome.FAIL, Outcome.FAIL, Outcome.OK]


def test_a_stack_that_only_answers_500_fails_the_flow_at_its_deadline() -> None:
    history = make(FakeApi(script=answering("status", Response(500, {}, b"oops"))))
    assert history.ending is FlowEnding.FAILED
    assert "last seen: status the body is not JSON" in history.reason


def test_an_engine_that_goes_away_ends_the_flow_after_three_calls() -> None:
    api = FakeApi(script=answering("status", TransportFailure.REFUSED, first=3), visible_after_s=10)
    history = make(api)
    assert history.ending is FlowEnding.UNREACHABLE
    assert history.reason == "3 calls in a row were not answered: refused"
    assert api.calls["status"] == 5


def test_only_calls_in_a_row_without_an_answer_end_the_flow() -> None:
    def answer_every_third_with_503(operation: str, ordinal: int) -> Answer | None:
        if operation != "status" or ordinal > 9:
            return None
        return Response(503) if ordinal % 3 == 0 else TransportFailure.RESET_AFTER_SENDING

    assert make(FakeApi(script=answer_every_third_with_503)).ending is FlowEnding.COMPLETED


def test_work_that_ended_without_a_result_fails_the_flow() -> None:
    class Jobs:
        async def send(self, request: Request, timeout_s: float) -> Response:  # noqa: ARG002  - the transport's
            await asyncio.sleep(0.01)
            if request.method == "PUT":
                return Response(202, {"operation-location": f"{API_URL}/op/1"})
            return json_response(200, state="failed", why="no printer")

    async def making() -> FlowHistory:
        workload = replace(WORKLOAD, shape=shape_from_json(JOBS_DOCUMENT))
        one = OneFlow(Jobs(), workload, FlowPlan(7, {"title": "x"}, acceptable=True))
        await one.flow.run()
        return one.history()

    history = run_in_virtual_time(making())
    assert history.ending is FlowEnding.FAILED
    assert history.reason == 'a status is wrong: 200: \'{"state": "failed", "why": "no printer"}\''
    assert history.operations[-1].outcome is Outcome.OK


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
    async def cancel() -> FlowHistory:
        one = OneFlow(FakeApi(latency_s=0.01))
        task = asyncio.create_task(one.flow.run())
        await asyncio.sleep(cancel_after_s)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        return one.history()

    history = run_in_virtual_time(cancel())
    assert (history.ending, history.reason) == (FlowEnding.INTERRUPTED, "stopped before it could end")
    last = history.operations[-1]
    assert (last.kind, last.outcome, last.meaning, last.seen) == (kind, outcome, Meaning.NO_ANSWER, "interrupted")
    assert last.ended_s == cancel_after_s


def test_a_flow_that_is_cancelled_while_it_pauses_made_no_further_call() -> None:
    async def cancel() -> FlowHistory:
        one = OneFlow(FakeApi(latency_s=0.01))
        task = asyncio.create_task(one.flow.run())
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        return one.history()

    history = run_in_virtual_time(cancel())
    assert kinds(history) == [("create", Meaning.ACCEPTED), ("status", Meaning.PENDING)]
    assert history.ending is FlowEnding.INTERRUPTED


def test_a_call_is_recorded_before_it_is_made() -> None:
    async def making() -> list[int]:
        recorded_before: list[int] = []

        class Watched(FakeApi):
            async def send(self, request: Request, timeout_s: float) -> Response:
                recorded_before.append(len(one.recorder.invocations))
                return await super().send(request, timeout_s)

        one = OneFlow(Watched(visible_after_s=0))
        await one.flow.run()
        return recorded_before

    assert run_in_virtual_time(making()) == [1, 2, 3]
