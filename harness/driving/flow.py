"""One flow: a create, its polls, a retrieve, polls that confirm it, and the comparison of what came back.

All waiting and all timestamps are the run's clock's, so that a loop with virtual time can run it.
"""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from harness.callers import NoUnauthorizedCallers, UnauthorizedCallers
from harness.clock import RunClock, whole_microseconds
from harness.driving.api_client import Answer, AsyncApi
from harness.driving.availability import Availability
from harness.driving.definiteness import Oddity, outcome_of
from harness.history.recorder import Invocation, Recorder
from harness.operations import FlowEnding, Meaning, Operation, OperationKind
from harness.shape.pointer import NothingThereError, resolve, same
from harness.workload import FlowPlan, Workload
from harness.workload.polling import delay_s

UNANSWERED_CALLS: Final = 3
"""As many reads without any answer, one after the other, end a flow, unless the run itself took the API away."""

UNCONFIRMED_POLLS: Final = 3
"""As many polls that do not see any more what was seen, one after the other, end a flow.

One does not: an eventually consistent read may come from a replica that has not heard of it yet. What that is worth is
for the checkers to say.
"""

_SHOWN_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class FlowDependencies:
    """What all flows of a run share."""

    workload: Workload
    api: AsyncApi
    recorder: Recorder
    clock: RunClock
    op_numbers: Iterator[int]
    where: Availability
    """Whether an answer can be expected."""
    strangers: UnauthorizedCallers = field(default_factory=NoUnauthorizedCallers)


class _FlowEndedError(Exception):
    """The flow ends here, not completed. Its text says why."""

    def __init__(self, ending: FlowEnding, reason: str) -> None:
        super().__init__(reason)
        self.ending = ending


class Flow:
    """One flow in the making: `run` it once, and `ending` and `reason` say how it ended.

    Args:
        plan: what to send.
        dependencies: see there.
        process: who makes its calls.
        scheduled_s: when the create is meant to be made; None: when `run` is called.
    """

    def __init__(
        self, plan: FlowPlan, dependencies: FlowDependencies, process: int, scheduled_s: float | None = None
    ) -> None:
        self.ending = FlowEnding.INTERRUPTED
        self.reason = "stopped before it could end"
        self._plan = plan
        self._dependencies = dependencies
        self._api = dependencies.api.of_flow(plan.number)
        if plan.stranger is not None:
            self._api = self._api.of_caller(dependencies.strangers.one(plan.stranger))
        self._process = process
        self._scheduled_s = scheduled_s
        self._pauses = 0
        self._random: random.Random | None = None
        self._last: tuple[OperationKind, Answer] | None = None

    async def run(self) -> None:
        """Run the flow to its end, which is at most the flow's timeout away.

        Raises:
            asyncio.CancelledError: it was cancelled. The call that it was in, and its end, are recorded.
        """
        workload, clock = self._dependencies.workload, self._dependencies.clock
        began_s = clock.now_s() if self._scheduled_s is None else self._scheduled_s
        self._deadline_s = whole_microseconds(began_s + workload.deadlines.flow_timeout_s)
        self._dependencies.recorder.flow_begins(self._plan)
        try:
            await self._make()
            self.ending, self.reason = FlowEnding.COMPLETED, ""
        except _FlowEndedError as ended:
            self.ending, self.reason = ended.ending, str(ended)
        finally:
            self._dependencies.recorder.flow_ended(self._plan.number, self.ending, self.reason)

    async def _make(self) -> None:
        handle = await self._create()
        if handle is None:
            return
        result_id = await self._wait_until_visible(handle)
        self._compare(await self._retrieve(result_id))
        for _ in range(self._dependencies.workload.confirming_polls):
            await self._confirm(handle, result_id)

    async def _create(self) -> str | None:
        """Return the handle; None where the create was rejected or refused, and rightly so."""
        api, payload = self._api, self._plan.payload
        answer = await self._perform(OperationKind.CREATE, None, lambda timeout_s: api.create(payload, timeout_s))
        match answer.meaning:
            case Meaning.ACCEPTED if self._plan.acceptable:
                return answer.handle
            case Meaning.UNAUTHORIZED if self._plan.stranger:
                return None
            case Meaning.REJECTED if not self._plan.acceptable and not self._plan.stranger:
                return None
            case Meaning.NO_ANSWER:
                # Not sent again, whatever the table says: one flow is one create.
                raise _FlowEndedError(FlowEnding.UNREACHABLE, f"the create was not answered: {answer.in_words()}")
            case Meaning.ACCEPTED:
                # Not polled: what becomes of it is seen in the final observation.
                what = (
                    f"refused to an unauthorized caller ({self._plan.stranger})" if self._plan.stranger else "rejected"
                )
                raise _FlowEndedError(
                    FlowEnding.FAILED, f"the create had to be {what}, and was accepted as {answer.handle!a}"
                )
            case _:
                what = "accepted" if self._plan.acceptable else "rejected"
                what = f"refused to an unauthorized caller ({self._plan.stranger})" if self._plan.stranger else what
                raise _FlowEndedError(FlowEnding.FAILED, f"the create was not {what}: {answer.in_words()}")

    async def _wait_until_visible(self, handle: str) -> str:
        while True:
            answer = await self._status(handle)
            if answer.meaning is Meaning.VISIBLE and answer.result_id:
                return answer.result_id
            if answer.meaning is not Meaning.PENDING:
                raise _FlowEndedError(FlowEnding.FAILED, f"a status is wrong: {answer.in_words()}")
            await self._pause(answer.retry_after_s)

    async def _retrieve(self, result_id: str) -> Any:
        api = self._api
        answer = await self._read(
            OperationKind.RETRIEVE, result_id, lambda timeout_s: api.retrieve(result_id, timeout_s)
        )
        if answer.meaning is not Meaning.FOUND:
            what = f"the result {result_id!a} is visible, and its retrieve is wrong: {answer.in_words()}"
            raise _FlowEndedError(FlowEnding.FAILED, what)
        return answer.document

    def _compare(self, document: Any) -> None:
        """End the flow if what came back differs from what was sent, in any character."""
        for sent_at, got_at in self._dependencies.workload.shape.retrieve.equal.items():
            sent, got = _value(self._plan.payload, sent_at), _value(document, got_at)
            if not same(sent, got):
                what = f"{sent_at} came back as {_shown(got)}, sent was {_shown(sent)}"
                raise _FlowEndedError(FlowEnding.FAILED, what)

    async def _confirm(self, handle: str, result_id: str) -> None:
        """Poll once more: what was visible stays visible, and stays the same."""
        answer = await self._status(handle)
        for _ in range(UNCONFIRMED_POLLS - 1):
            if answer.meaning is Meaning.PENDING:
                await self._pause(answer.retry_after_s)
                answer = await self._status(handle)
        if answer.meaning is not Meaning.VISIBLE:
            raise _FlowEndedError(FlowEnding.FAILED, f"a status was visible, and then it was not: {answer.in_words()}")
        if answer.result_id != result_id:
            what = f"a status was visible as {result_id!a}, and then as {answer.result_id!a}"
            raise _FlowEndedError(FlowEnding.FAILED, what)

    async def _status(self, handle: str) -> Answer:
        api = self._api
        return await self._read(OperationKind.STATUS, handle, lambda timeout_s: api.status(handle, timeout_s))

    async def _read(self, kind: OperationKind, target: str, call: Callable[[float], Awaitable[Answer]]) -> Answer:
        """Make a call that changes nothing, again and again while what comes back is not final."""
        unanswered = 0
        while True:
            answer = await self._perform(kind, target, call)
            if answer.meaning is Meaning.NO_ANSWER:
                unanswered = 0 if self._dependencies.where.is_away else unanswered + 1
                if unanswered >= UNANSWERED_CALLS:
                    what = f"{unanswered} calls in a row were not answered: {answer.in_words()}"
                    raise _FlowEndedError(FlowEnding.UNREACHABLE, what)
            elif answer.meaning is Meaning.UNEXPECTED and (
                self._dependencies.where.is_away or _may_pass(answer.status)
            ):
                unanswered = 0
            else:
                return answer
            await self._pause(answer.retry_after_s)

    async def _pause(self, retry_after_s: float | None) -> None:
        """Wait for the next poll's time, or for the end of the flow's."""
        workload, clock = self._dependencies.workload, self._dependencies.clock
        wait_s = delay_s(workload.polling, self._pauses, retry_after_s, self._draw)
        self._pauses += 1
        self._scheduled_s = whole_microseconds(clock.now_s() + wait_s)
        await clock.wait_until(min(self._scheduled_s, self._deadline_s))

    async def _perform(
        self, kind: OperationKind, target: str | None, call: Callable[[float], Awaitable[Answer]]
    ) -> Answer:
        """Make one call and record it: the only place where a flow talks to the API."""
        workload, clock, recorder = self._dependencies.workload, self._dependencies.clock, self._dependencies.recorder
        started_s = clock.now_s()
        # A closed loop means to start a call when the one before is answered, unless it paused between them.
        scheduled_s, self._scheduled_s = started_s if self._scheduled_s is None else self._scheduled_s, None
        left_s = self._deadline_s - started_s
        if left_s <= 0:
            raise self._out_of_time()
        invocation = Invocation(
            next(self._dependencies.op_numbers),
            self._plan.number,
            self._process,
            kind,
            scheduled_s,
            started_s,
            target,
        )
        recorder.call_begins(invocation)
        answer = _INTERRUPTED[kind]
        try:
            answer = await call(min(left_s, workload.deadlines.call_timeout_s))
        finally:
            recorder.call_ended(invocation, _operation(invocation, answer, clock.now_s()))
        self._last = kind, answer
        return answer

    def _out_of_time(self) -> _FlowEndedError:
        timeout_s = self._dependencies.workload.deadlines.flow_timeout_s
        if self._last is None:
            return _FlowEndedError(FlowEnding.UNREACHABLE, f"not begun in its {timeout_s:g} s")
        kind, answer = self._last
        ending = FlowEnding.UNREACHABLE if answer.meaning is Meaning.NO_ANSWER else FlowEnding.FAILED
        return _FlowEndedError(ending, f"not done after {timeout_s:g} s; last seen: {kind} {answer.in_words()}")

    def _draw(self) -> float:
        """Return the next number of the flow's own random source, which is made when it is first needed."""
        if self._random is None:
            seed = f"{self._dependencies.workload.seed}/{self._plan.number}/pauses"
            self._random = random.Random(seed)  # noqa: S311  - repeatable is the point
        return self._random.random()


_INTERRUPTED: Final = {
    kind: Answer(Meaning.NO_ANSWER, outcome_of(kind, Oddity.INTERRUPTED), seen="interrupted") for kind in OperationKind
}
"""What is recorded of a call that was cancelled."""


def _operation(invocation: Invocation, answer: Answer, ended_s: float) -> Operation:
    return Operation(
        kind=invocation.kind,
        scheduled_s=invocation.scheduled_s,
        started_s=invocation.started_s,
        ended_s=ended_s,
        outcome=answer.outcome,
        meaning=answer.meaning,
        status=answer.status,
        request_id=answer.request_id,
        response_bytes=answer.response_bytes,
        target=invocation.target,
        handle=answer.handle,
        result_id=answer.result_id,
        document=answer.document,
        body=answer.body,
        seen=answer.seen,
    )


def _may_pass(status: int | None) -> bool:
    """Whether asking again later may be answered better."""
    return status is not None and (status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR)


_NOTHING: Final = object()


def _value(document: Any, pointer: str) -> Any:
    try:
        return resolve(document, pointer)
    except NothingThereError:
        return _NOTHING


def _shown(value: Any) -> str:
    text = "nothing" if value is _NOTHING else ascii(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}... ({len(text)} characters)"
