"""Takes batches off a queue and runs them: wakes when a message arrives, and runs several batches at once.

It stands below LocalStack's worker for a mapping in the place of LocalStack's own poller: the worker's thread calls
`poll_events` again and again until the mapping is disabled or deleted, and then `close`.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from emulator.services.lambda_.event_source.deliveries import DELIVERIES
from model.event_source.acknowledgement import done_message_ids
from model.event_source.mapping import QueueMapping
from model.event_source.records import Message, Record, matching, payloads, record_of

LOG = logging.getLogger(__name__)

# How long one look at an empty queue lasts. A message ends it at once; who halts the poller waits this long at most.
LOOK_S = 0.25

# How long a batch waits for one under way to end, before both run at once. A quick function is not helped by another
# of it, whose environment has to start first: the messages that come meanwhile are one batch, and not many. A function
# that waits for something is; and so is one that has had more to do than a batch holds for some time.
GIVE_WAY_S = 0.1
GIVE_WAY_BRIEFLY_S = 0.025
FULL_BATCHES_IN_A_ROW = 10

# How long a batch waits until a function that was throttled is invoked again: twice as long each time, up to the last.
FIRST_BACK_OFF_S = 0.1
LONGEST_BACK_OFF_S = 1.0


class ThrottledError(Exception):
    """The function has as many invocations as it may have."""


class Queue(Protocol):
    """The mapping's queue."""

    def receive(self, maximum: int, wait_s: float) -> list[Message]:
        """Return up to `maximum` messages as soon as there is one, or none after `wait_s`."""

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
        self._halted = threading.Event()
        self._polling = threading.Lock()
        self._running = 0
        self._full_in_a_row = 0
        self._one_ended = threading.Condition()  # and the lock of the number above
        self._batches = ThreadPoolExecutor(mapping.concurrent_batches, f"batches-{mapping.queue_name}")

    def poll_events(self) -> None:
        """Wait for messages, `LOOK_S` at the most, and start their batch. Does not wait for the batch's end."""
        with self._polling:
            if self._halted.is_set() or not self._begin():
                return
            started = False
            began_s = time.monotonic()
            try:
                messages = self._receive_batch()
                self._full_in_a_row = self._full_in_a_row + 1 if len(messages) == self._mapping.batch_size else 0
                if messages:
                    DELIVERIES.begin()
                    self._batches.submit(self._run, messages, began_s)
                    started = True
            finally:
                if not started:
                    self._end()

    def halt(self) -> None:
        """Take nothing more off the queue. When this returns, nothing is taken any more.

        That takes `LOOK_S` at the most, also within a batching window: what it gathered until then is a batch.
        """
        self._halted.set()
        with self._polling:
            pass

    def close(self) -> None:
        """Let go of the threads; the batches under way end by themselves, and those that only wait do at once."""
        self._halted.set()
        self._batches.shutdown(wait=False)

    def _begin(self) -> bool:
        """Wait until a batch may begin, `LOOK_S` at the most; return whether it may."""
        with self._one_ended:
            if self._running:
                hurries = self._full_in_a_row >= FULL_BATCHES_IN_A_ROW
                self._one_ended.wait(GIVE_WAY_BRIEFLY_S if hurries else GIVE_WAY_S)
            if not self._one_ended.wait_for(lambda: self._running < self._mapping.concurrent_batches, LOOK_S):
                return False
            self._running += 1
            return True

    def _end(self) -> None:
        with self._one_ended:
            self._running -= 1
            self._one_ended.notify()

    def _receive_batch(self) -> list[Message]:
        size, window_s = self._mapping.batch_size, self._mapping.window_s
        batch = self._queue.receive(size, LOOK_S)
        # The window opens with the first message, and ends when it is over, or the batch full.
        ends_s = time.monotonic() + window_s
        while batch and len(batch) < size and not self._halted.is_set() and (left_s := ends_s - time.monotonic()) > 0:
            batch += self._queue.receive(size - len(batch), min(LOOK_S, left_s))
        return batch

    def _run(self, messages: list[Message], began_s: float) -> None:
        """Hand messages to the function. What fails stays in the queue and becomes visible again in its time.

        Args:
            messages: a batch. Of a FIFO queue it may have several groups, each in its order, as on AWS:
                https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
            began_s: no message of it was received before, on the monotonic clock.
        """
        try:
            self._hand_over(messages, began_s)
        except Exception:  # whatever it was, the messages come again, and the poller goes on
            LOG.exception("a batch of %s failed in the engine", self._mapping.queue_arn)
        finally:
            DELIVERIES.end()
            self._end()

    def _hand_over(self, messages: list[Message], began_s: float) -> None:
        by_id = {message["MessageId"]: message for message in messages}
        records: list[Record] = []
        unwanted: list[Message] = []
        for message in messages:
            record = record_of(message, self._mapping.queue_arn, self._mapping.region)
            if matching(record, self._mapping.filters, self._matches):
                records.append(record)
            else:
                unwanted.append(message)
        # What no filter lets through is gone for good.
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
        if unwanted:
            self._queue.delete(unwanted)
        for batch, payload in payloads(records):
            ids = [record["messageId"] for record in batch]
            done = self._invoke(ids, payload, began_s)
            if done:
                self._queue.delete([by_id[message_id] for message_id in ids if message_id in done])

    def _invoke(self, ids: list[str], payload: bytes, began_s: float) -> set[str]:
        try:
            answer, failed = self._invoke_when_it_may(payload, began_s)
        except Exception as error:  # noqa: BLE001 - throttled, gone or not started: the batch comes again
            LOG.warning("%s was not invoked for %d messages: %s", self._mapping.function_arn, len(ids), error)
            return set()
        return done_message_ids(ids, answer, failed=failed, reports_item_failures=self._mapping.reports_item_failures)

    def _invoke_when_it_may(self, payload: bytes, began_s: float) -> tuple[bytes, bool]:
        """Invoke the function, again and again while it is throttled, until the messages would become visible again.

        The batch keeps its place meanwhile, so that fewer are taken off the queue:
        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html, on its back-off strategy.
        """
        back_off_s = FIRST_BACK_OFF_S
        while True:
            try:
                return self._function.invoke(payload)
            except ThrottledError:
                would_end_s = time.monotonic() + back_off_s - began_s
                if would_end_s >= self._queue.visibility_timeout_s() or self._halted.wait(back_off_s):
                    raise
                back_off_s = min(back_off_s * 2, LONGEST_BACK_OFF_S)
