"""One flow: a create, its polls, a retrieve, and the comparison of what came back with what was sent.

All waiting and all timestamps are the event loop's, so that a loop with virtual time can run it.
"""

import asyncio
import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from harness.api_client import (
    Accepted,
    Answer,
    Found,
    NoAnswer,
    Pending,
    UnexpectedResponse,
    User,
    UsersApi,
    Visible,
)
from harness.definiteness import Oddity, outcome_of
from harness.operations import Operation, OperationKind
from harness.workload import FlowPlan


@dataclass(frozen=True, slots=True)
class FlowPolicy:
    """How a client behaves in a flow."""

    poll_interval_s: float = 0.05
    """Between an answer and the next poll."""
    flow_timeout_s: float = 60
    """From the create's start to the retrieve's end."""
    call_timeout_s: float = 10
    """For one call, and never more than what is left of the flow's time."""
    unanswered_calls: int = 3
    """As many calls without any answer, one after the other, end the flow."""


class FlowEnding(enum.StrEnum):
    """How a flow ended, as evidence."""

    COMPLETED = "completed"
    """The user came back exactly as it was sent."""
    FAILED = "failed"
    """The stack answered, and what it answered, or did not do in time, is wrong."""
    UNREACHABLE = "unreachable"
    """There was no answer: it says nothing about the stack."""
    INTERRUPTED = "interrupted"
    """The run was stopped before the flow could end."""


@dataclass(frozen=True, slots=True)
class VisibleBounds:
    """How long after the create's start its user became visible: between these two, in seconds."""

    lower_s: float
    """To the start of the last poll that did not see it; 0 when the first poll saw it."""
    upper_s: float
    """To the end of the first poll that saw it."""


@dataclass(frozen=True, slots=True)
class FlowResult:
    """What one flow did and how it ended."""

    plan: FlowPlan
    ending: FlowEnding
    reason: str
    """Why it is not completed, in one line; empty when it is."""
    operations: tuple[Operation, ...]
    visible: VisibleBounds | None


class _FlowEndedError(Exception):
    """The flow ends here, not completed. Its text says why."""

    def __init__(self, ending: FlowEnding, reason: str) -> None:
        super().__init__(reason)
        self.ending = ending


class Flow:
    """One flow in the making. `run` it once; `result` holds at any time, also after a cancellation."""

    def __init__(self, plan: FlowPlan, api: UsersApi, policy: FlowPolicy) -> None:
        self._plan = plan
        self._api = api
        self._policy = policy
        self._operations: list[Operation] = []
        self._visible: VisibleBounds | None = None
        self._scheduled_s: float | None = None
        self._ending = FlowEnding.INTERRUPTED
        self._reason = "stopped before it could end"

    def result(self) -> FlowResult:
        """Return what was done so far."""
        return FlowResult(self._plan, self._ending, self._reason, tuple(self._operations), self._visible)

    async def run(self) -> None:
        """Run the flow to its end, which is at most the flow's timeout away."""
        self._deadline_s = _now_s() + self._policy.flow_timeout_s
        try:
            message_id = await self._create()
            user_id = await self._wait_until_visible(message_id)
            user = await self._retrieve(user_id)
            self._compare(user)
        except _FlowEndedError as ended:
            self._ending, self._reason = ended.ending, str(ended)
        else:
            self._ending, self._reason = FlowEnding.COMPLETED, ""

    async def _create(self) -> str:
        call = self._perform(OperationKind.CREATE, lambda timeout_s: self._api.create(self._plan.user, timeout_s))
        match (await call).result:
            case Accepted(message_id):
                return message_id
            case NoAnswer(_, detail):
                # Not sent again, whatever the table says: one flow is one create.
                raise _FlowEndedError(FlowEnding.UNREACHABLE, f"the create was not answered: {detail}")
            case refused:
                raise _FlowEndedError(FlowEnding.FAILED, f"the create was not accepted: {_in_words(refused)}")

    async def _wait_until_visible(self, message_id: str) -> str:
        created_s = self._operations[-1].scheduled_s
        lower_s = 0.0
        while True:
            result = await self._read(OperationKind.STATUS, lambda timeout_s: self._api.status(message_id, timeout_s))
            poll = self._operations[-1]
            match result:
                case Visible(user_id):
                    self._visible = VisibleBounds(lower_s, poll.ended_s - created_s)
                    return user_id
                case Pending():
                    lower_s = poll.started_s - created_s
                    await self._pause()
                case wrong:
                    raise _FlowEndedError(FlowEnding.FAILED, f"a status is wrong: {_in_words(wrong)}")

    async def _retrieve(self, user_id: str) -> User:
        result = await self._read(OperationKind.RETRIEVE, lambda timeout_s: self._api.retrieve(user_id, timeout_s))
        match result:
            case Found(user):
                return user
            case wrong:
                what = f"the user {user_id!a} is visible, and its retrieve is wrong: {_in_words(wrong)}"
                raise _FlowEndedError(FlowEnding.FAILED, what)

    def _compare(self, user: User) -> None:
        """End the flow if the text that came back differs from what was sent, in any character."""
        for field in ("name", "email"):
            sent, got = getattr(self._plan.user, field), getattr(user, field)
            if sent != got:
                what = f"the {field} came back as {got!a}, sent was {sent!a}"
                raise _FlowEndedError(FlowEnding.FAILED, what)

    async def _read[R](self, kind: OperationKind, call: Callable[[float], Awaitable[Answer[R]]]) -> R:
        """Make a call that changes nothing, again and again while what comes back is not final."""
        unanswered = 0
        while True:
            result = (await self._perform(kind, call)).result
            match result:
                case NoAnswer(_, detail):
                    unanswered += 1
                    if unanswered >= self._policy.unanswered_calls:
                        what = f"{unanswered} calls in a row were not answered: {detail}"
                        raise _FlowEndedError(FlowEnding.UNREACHABLE, what)
                case UnexpectedResponse(status) if _may_pass(status):
                    unanswered = 0
                case _:
                    return result
            await self._pause()

    async def _pause(self) -> None:
        """Wait for the next poll's time, or for the end of the flow's."""
        self._scheduled_s = _now_s() + self._policy.poll_interval_s
        await asyncio.sleep(min(self._scheduled_s, self._deadline_s) - _now_s())

    async def _perform[R](self, kind: OperationKind, call: Callable[[float], Awaitable[Answer[R]]]) -> Answer[R]:
        """Make one call and record it: the only place where a flow talks to the API."""
        started_s = _now_s()
        # A closed loop means to start a call when the one before is answered, unless it paused between them.
        scheduled_s, self._scheduled_s = self._scheduled_s or started_s, None
        left_s = self._deadline_s - started_s
        if left_s <= 0:
            raise self._out_of_time()
        try:
            answer = await call(min(left_s, self._policy.call_timeout_s))
        except asyncio.CancelledError:
            outcome = outcome_of(kind, Oddity.INTERRUPTED)
            self._operations.append(
                Operation(kind, scheduled_s, started_s, _now_s(), outcome, None, None, 0, "interrupted")
            )
            raise
        self._operations.append(
            Operation(
                kind=kind,
                scheduled_s=scheduled_s,
                started_s=started_s,
                ended_s=_now_s(),
                outcome=answer.outcome,
                status=answer.status,
                request_id=answer.request_id,
                response_bytes=answer.response_bytes,
                seen=_in_words(answer.result),
            )
        )
        return answer

    def _out_of_time(self) -> _FlowEndedError:
        last = self._operations[-1]
        ending = FlowEnding.FAILED if last.status else FlowEnding.UNREACHABLE
        what = f"not done after {self._policy.flow_timeout_s:g} s; last seen: {last.kind} {last.seen}"
        return _FlowEndedError(ending, what)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _may_pass(status: int) -> bool:
    """Whether asking again later may be answered better."""
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _in_words(result: Any) -> str:
    """Describe a result of any call in one line."""
    match result:
        case UnexpectedResponse(status, reason, seen):
            return f"{status}, {reason}: {seen}"
        case NoAnswer(_, detail):
            return detail
        case _:
            return ascii(result)
