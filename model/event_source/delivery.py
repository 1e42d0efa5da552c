"""What is done with one batch, step by step: a generator that yields what to do and is sent what came of it.

Its host carries out one step after the other, and may give up between any two. What was not deleted by then becomes
visible again in its time, as does what the function failed.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final

from model.event_source.acknowledgement import done_message_ids
from model.event_source.mapping import QueueMapping
from model.event_source.poller import Batch, Wait
from model.event_source.records import Message, Record, matching, payloads, record_of

FIRST_BACK_OFF_S: Final = 0.1
LONGEST_BACK_OFF_S: Final = 1.0
"""How long a batch waits until a function that was throttled is invoked again: twice as long each time, up to this."""


@dataclass(frozen=True, slots=True)
class Invoke:
    """Invoke the function, and send what came of it: `Answered`, `Throttled` or `NotInvoked`."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete these messages; send None."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """These messages came to no function, and become visible again in their time; send None."""

    messages: tuple[Message, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The function's answer."""

    answer: bytes
    failed: bool
    """Whether it ended in an error of the function's."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """The function has as many invocations as it may have."""

    reason: str
    at_s: float
    visibility_timeout_s: float
    """The queue's, now."""


@dataclass(frozen=True, slots=True)
class NotInvoked:
    """The function could not be invoked: it is gone, or did not start."""

    reason: str


@dataclass(frozen=True, slots=True)
class Disabled:
    """A wait ended early, since the mapping was disabled or deleted. A wait that did not ends in None."""


type Step = Invoke | Delete | Leave | Wait
type Result = Answered | Throttled | NotInvoked | Disabled | None


def deliver(batch: Batch, mapping: QueueMapping, matches: Callable[[Any, Any], bool]) -> Generator[Step, Result]:
    """Hand a batch to the function, in order, and delete what is done.

    A batch of a FIFO queue may hold several groups, each in its order, as on AWS:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html

    Args:
        batch: what the poller gathered.
        mapping: what it was gathered for.
        matches: whether a filter's pattern, the first, lets an event pass.
    """
    by_id = {message["MessageId"]: message for message in batch.messages}
    wanted: list[Record] = []
    unwanted: list[Message] = []
    for message in batch.messages:
        record = record_of(message, mapping.queue_arn, mapping.region)
        if matching(record, mapping.filters, matches):
            wanted.append(record)
        else:
            unwanted.append(message)
    # What no filter lets through is gone for good.
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
    if unwanted:
        yield Delete(tuple(unwanted))
    for part, payload in payloads(wanted):
        ids = [record["messageId"] for record in part]
        result = yield from _invoke(payload, batch.began_s)
        if isinstance(result, Answered):
            done = done_message_ids(
                ids, result.answer, failed=result.failed, reports_item_failures=mapping.reports_item_failures
            )
            if done:
                yield Delete(tuple(by_id[message_id] for message_id in ids if message_id in done))
        else:
            yield Leave(tuple(by_id[message_id] for message_id in ids), result.reason)


def _invoke(payload: bytes, began_s: float) -> Generator[Step, Result, Answered | Throttled | NotInvoked]:
    """Invoke the function, again and again while it is throttled, until the messages would become visible again.

    The batch keeps its place meanwhile, so that fewer are taken off the queue:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html, on its back-off strategy.
    """
    back_off_s = FIRST_BACK_OFF_S
    while True:
        result = yield Invoke(payload)
        assert isinstance(result, Answered | Throttled | NotInvoked)  # noqa: S101 - what `Invoke` asks for
        if not isinstance(result, Throttled):
            return result
        again_s = result.at_s + back_off_s
        if again_s - began_s >= result.visibility_timeout_s or isinstance((yield Wait(again_s)), Disabled):
            return result
        back_off_s = min(back_off_s * 2, LONGEST_BACK_OFF_S)
