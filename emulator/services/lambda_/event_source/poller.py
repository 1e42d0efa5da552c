"""Carries out what `model.event_source` decides: the threads, the clock and the waits of one mapping's poller.

It stands below LocalStack's worker for a mapping in the place of LocalStack's own poller: the worker's thread calls
`poll_events` again and again until the mapping is disabled or deleted, and then `close`.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol

from emulator.services.lambda_.event_source.deliveries import DELIVERIES
from model.event_source.delivery import (
    Answered,
    Delete,
    Disabled,
    Invoke,
    Leave,
    NotInvoked,
    Result,
    Step,
    Throttled,
    deliver,
)
from model.event_source.mapping import QueueMapping
from model.event_source.poller import Batch, Poller, Receive, Wait
from model.event_source.records import Message

LOG = logging.getLogger(__name__)

_LONGEST_WAIT_S: Final = 0.25
"""How long the worker's thread is kept while there is nothing to do: it looks whether the engine stops."""


class ThrottledError(Exception):
    """The function has as many invocations as it may have, or the queue as many requests."""


class Queue(Protocol):
    """The mapping's queue."""

    def receive(self, maximum: int, wait_s: float) -> list[Message]:
        """Return up to `maximum` messages as soon as there is one, or none after `wait_s`.

        Raises:
            ThrottledError: not now.
        """

    def visibility_timeout_s(self) -> float:
        """How long a message that was received is nobody else's."""

    def delete(self, messages: Sequence[Message]) -> None:
        """Remove messages that were received."""


class Function(Protocol):
    """The mapping's function."""

    def invoke(self, payload: bytes) -> tuple[bytes, bool]:
        """Return the function's answer and whether it ended in an error.

        Raises:
            ThrottledError: not now.
            Exception: it could not be invoked.
        """


class WakingPoller:
    """The poller of one mapping."""

    def __init__(
        self, mapping: QueueMapping, queue: Queue, function: Function, matches: Callable[[Any, Any], bool]
    ) -> None:
        self._mapping = mapping
        self._queue = queue
        self._function = function
        self._matches = matches
        self._poller = Poller(mapping)
        self._changed = threading.Condition()  # and the lock of the poller above
        self._polling = threading.Lock()
        self._batches = ThreadPoolExecutor(mapping.concurrent_batches, f"batches-{mapping.queue_name}")

    def poll_events(self) -> None:
        """Wait for messages, a moment at the most, and start their batch. Does not wait for the batch's end."""
        with self._polling:
            while True:
                match self._next_step():
                    case Receive() as receive:
                        self._receive(receive)
                    case Batch() as batch:
                        DELIVERIES.begin()
                        self._batches.submit(self._run, batch)
                if not self._poller.gathers:
                    return

    def halt(self) -> None:
        """Take nothing more off the queue. When this returns, nothing is taken any more.

        That takes one receive at the most, also within a batching window: what it gathered until then is a batch.
        """
        self._disable()
        with self._polling:
            pass

    def close(self) -> None:
        """Let go of the threads; the batches under way end by themselves, and those that only wait do at once."""
        self._disable()
        self._batches.shutdown(wait=False)

    def _disable(self) -> None:
        with self._changed:
            self._poller.enabled = False
            self._changed.notify_all()

    def _next_step(self) -> Receive | Batch | Wait | None:
        """Return what to do, as soon as there is anything."""
        with self._changed:
            now_s = time.monotonic()
            ends_s = now_s + _LONGEST_WAIT_S
            while isinstance(step := self._poller.next_step(now_s), Wait) and now_s < ends_s:
                self._changed.wait(min(step.until_s, ends_s) - now_s)
                now_s = time.monotonic()
            return step

    def _receive(self, receive: Receive) -> None:
        try:
            messages = self._queue.receive(receive.maximum, receive.wait_s)
        except ThrottledError:
            with self._changed:
                self._poller.receive_throttled(time.monotonic())
        except Exception:
            with self._changed:
                self._poller.receive_failed()
            raise  # LocalStack's worker calls again some seconds later
        else:
            with self._changed:
                self._poller.received(messages, time.monotonic())

    def _run(self, batch: Batch) -> None:
        """Hand messages to the function. What fails stays in the queue and becomes visible again in its time."""
        steps = deliver(batch, self._mapping, self._matches)
        try:
            result: Result = None
            while True:
                result = self._carry_out(steps.send(result))
        except StopIteration:
            pass
        except Exception:  # whatever it was, the messages come again, and the poller goes on
            LOG.exception("a batch of %s failed in the engine", self._mapping.queue_arn)
        finally:
            DELIVERIES.end()
            with self._changed:
                self._poller.batch_ended()
                self._changed.notify_all()

    def _carry_out(self, step: Step) -> Result:
        match step:
            case Invoke(payload):
                return self._invoke(payload)
            case Delete(messages):
                self._queue.delete(messages)
            case Wait(until_s):
                with self._changed:
                    left_s = until_s - time.monotonic()
                    if self._changed.wait_for(lambda: not self._poller.enabled, left_s):
                        return Disabled()
            case Leave(messages, reason):
                arn, count = self._mapping.function_arn, len(messages)
                LOG.warning("%s was not invoked for %d messages: %s", arn, count, reason)
        return None

    def _invoke(self, payload: bytes) -> Result:
        try:
            try:
                return Answered(*self._function.invoke(payload))
            except ThrottledError as error:
                return Throttled(str(error), time.monotonic(), self._queue.visibility_timeout_s())
        except Exception as error:  # noqa: BLE001 - gone or not started: the batch comes again
            return NotInvoked(str(error))
