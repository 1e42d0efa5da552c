"""Before a run, while it goes on, and when it has ended: what is looked at, in which order, and for how long.

All waiting is the event loop's. Nothing here raises for an engine that does not answer: what could not be looked at is
None, and a problem says why.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from harness.history import DepthSample, FinalState, Message, QueueDepths, StoredItem
from harness.observation import NoAnswerError, ObservationError, Observer, Redrive

SETTLE_S: Final = 0.5
_LOOK_AGAIN_S: Final = 0.25
_FAILURES_IN_A_ROW: Final = 3
"""So many looks in vain, and nobody looks any more."""


class CountsMessages(Protocol):
    """Part of an `Observer`."""

    async def depths(self) -> QueueDepths:
        """Count the messages; see `Observer`."""
        ...


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was there before the run, and is none of its own. A part that could not be read is None."""

    identities: frozenset[str] | None
    """Of the table's items."""
    queued: frozenset[str] | None
    """IDs of the messages in the queue."""
    dead_lettered: frozenset[str] | None
    """IDs of the messages in the dead-letter queue."""
    foreign_before: bool
    """Whether there were messages in the queue, or nobody could say."""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waited:
    """How waiting for quiet ended."""

    quiet: bool
    waited_s: float
    depths: QueueDepths | None
    """As last seen."""
    problem: str | None = None
    """Why the last look saw nothing, if it did not."""


async def observe_before(observer: Observer) -> Baseline:
    """Return what is there now. Messages are read only where some are counted: see `Observer.queued`."""
    questions = _Questions()
    depths = await questions.ask(observer.depths)
    queued: frozenset[str] | None = None
    dead_lettered: frozenset[str] | None = None
    if depths is not None:
        queued = _ids(await questions.ask(observer.queued) if _in_queue(depths) else ())
        dead_lettered = _ids(await questions.ask(observer.dead_lettered) if depths.dead_lettered else ())
    identities = await questions.ask(observer.identities)
    return Baseline(
        identities=identities,
        queued=queued,
        dead_lettered=dead_lettered,
        foreign_before=depths is None or _in_queue(depths) > 0,
        problems=tuple(questions.problems),
    )


async def wait_for_quiet(observer: Observer, timeout_s: float, settle_s: float = SETTLE_S) -> Waited:
    """Wait until the queue is empty and nothing is in flight or delayed, and has been for a while.

    A message that fails is in flight between its deliveries: the queue is not quiet before it is dead-lettered, which
    with the template's defaults is after 5 times 30 seconds.

    Args:
        observer: who looks, four times a second.
        timeout_s: how long the queue may take to be empty.
        settle_s: for how long it must then be seen empty, beyond the timeout where need be. An engine may count a
            message nowhere for a moment: see `AwsObserver.counts_settle_s`.

    Returns:
        What was last seen. Several looks in a row that see nothing end the waiting.
    """
    now = asyncio.get_running_loop().time
    began_at_s = now()
    depths: QueueDepths | None = None
    empty_since_s: float | None = None
    failures = 0
    while True:
        problem = None
        try:
            depths = await observer.depths()
        except ObservationError as error:
            problem, failures, empty_since_s = str(error), failures + 1, None
        else:
            failures = 0
            if _in_queue(depths):
                empty_since_s = None
            elif empty_since_s is None:
                empty_since_s = now()
        waited_s = now() - began_at_s
        if empty_since_s is not None and now() - empty_since_s >= settle_s:
            return Waited(quiet=True, waited_s=waited_s, depths=depths)
        if failures == _FAILURES_IN_A_ROW or (empty_since_s is None and waited_s >= timeout_s):
            return Waited(quiet=False, waited_s=waited_s, depths=depths, problem=problem)
        await asyncio.sleep(_LOOK_AGAIN_S)


async def observe_finally(
    observer: Observer, baseline: Baseline, poison: Sequence[str], timeout_s: float, settle_s: float = SETTLE_S
) -> FinalState:
    """Wait for quiet, and return what the engine holds beyond the baseline.

    A message goes from the queue to the table or to the dead-letter queue, and they are read in that order: where it
    is not quiet, a message that moves meanwhile is seen twice rather than never.

    Args:
        observer: who looks.
        baseline: what was there before the run.
        poison: IDs of the poison messages that this run sent.
        timeout_s: see `wait_for_quiet`.
        settle_s: see `wait_for_quiet`.
    """
    waited = await wait_for_quiet(observer, timeout_s, settle_s)
    questions = _Questions([*baseline.problems, *([waited.problem] if waited.problem else [])])
    queued: Sequence[Message] | None = () if waited.quiet else await questions.ask(observer.queued)
    dead_lettered = await questions.ask(observer.dead_lettered)
    stored = await questions.ask(observer.stored)
    redrive = await questions.ask(lambda: _redrive(observer))
    visibility_timeout_s = await questions.ask(observer.visibility_timeout_s)
    others = baseline.queued or frozenset()
    return FinalState(
        quiet=waited.quiet,
        waited_s=waited.waited_s,
        depths=waited.depths,
        stored=_stored_since(stored, baseline.identities, others),
        queued=_messages_since(queued, others),
        dead_lettered=_messages_since(dead_lettered, baseline.dead_lettered, others),
        has_dead_letter_queue=None if redrive is None else any(to and to.dead_letter_queue_exists for to in redrive),
        max_receive_count=next((to.max_receive_count for to in redrive or () if to), None),
        visibility_timeout_s=visibility_timeout_s,
        poison_sent=tuple(poison),
        foreign_before=baseline.foreign_before,
        problems=tuple(questions.problems),
    )


async def sample_depths(
    observer: CountsMessages,
    every_s: float,
    *,
    zero_s: float,
    on_sample: Callable[[DepthSample], None],
    on_problem: Callable[[str], None],
) -> None:
    """Count the messages again and again, until cancelled; to be run as a task beside the run.

    One count begins `every_s` after the one before at the earliest: those that a slow engine makes late are left out.

    Args:
        observer: who looks.
        every_s: the time from one count to the next.
        zero_s: the loop's time at the zero of the run's clock, which the samples' times count from.
        on_sample: is told every count.
        on_problem: is told once, when several counts in a row failed; there are no more then.
    """
    now = asyncio.get_running_loop().time
    due_at_s, failures = now(), 0
    while True:
        try:
            depths = await observer.depths()
        except ObservationError as error:
            failures += 1
            if failures == _FAILURES_IN_A_ROW:
                on_problem(f"the queue's depth is not sampled any more: {error}")
                return
        else:
            failures = 0
            on_sample(DepthSample(now() - zero_s, depths))
        due_at_s += every_s * max(1, math.ceil((now() - due_at_s) / every_s))
        await asyncio.sleep(due_at_s - now())


@dataclass(slots=True)
class _Questions:
    """Questions to an engine, one after another, and what went wrong. One that gives no answer is asked no more."""

    problems: list[str] = field(default_factory=list)
    _answers: bool = True

    async def ask[T](self, question: Callable[[], Awaitable[T]]) -> T | None:
        """Return the answer; None: there is none."""
        if not self._answers:
            return None
        try:
            return await question()
        except ObservationError as error:
            self._answers = not isinstance(error, NoAnswerError)
            if str(error) not in self.problems:
                self.problems.append(str(error))
        return None


async def _redrive(observer: Observer) -> tuple[Redrive | None]:
    """Return the answer in a tuple, so that an answer of None is not no answer."""
    return (await observer.redrive(),)


def _in_queue(depths: QueueDepths) -> int:
    return depths.visible + depths.in_flight + depths.delayed


def _ids(messages: Sequence[Message] | None) -> frozenset[str] | None:
    return None if messages is None else frozenset(message.message_id for message in messages)


def _messages_since(
    messages: Sequence[Message] | None, before: frozenset[str] | None, *others: frozenset[str]
) -> tuple[Message, ...] | None:
    if messages is None or before is None:
        return None
    known = before.union(*others)
    return tuple(message for message in messages if message.message_id not in known)


def _stored_since(
    items: Sequence[StoredItem] | None, before: frozenset[str] | None, others: frozenset[str]
) -> tuple[StoredItem, ...] | None:
    if items is None or before is None:
        return None
    return tuple(item for item in items if item.identity not in before and item.handle not in others)
