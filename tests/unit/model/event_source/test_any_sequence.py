"""Any sequence of events, in virtual time: nothing is lost, delivered twice at once, too early or out of order."""

import itertools
import json
import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from model.event_source.delivery import (
    Answered,
    Delete,
    Disabled,
    Invoke,
    NotInvoked,
    Result,
    Step,
    Throttled,
    deliver,
)
from model.event_source.poller import LONGEST_RECEIVE_S, Batch, Poller, Receive, Wait
from model.event_source.records import Message
from tests.unit.model.event_source.mappings import mapping_of, message_of

GROUPS = "abc"
NEVER_HIDDEN_AGAIN_S = 1e6
"""A visibility timeout that ends during no delivery: else a message may rightly be in two batches."""


@dataclass
class Delivering:
    """A batch under way, and the step that it is at."""

    batch: Batch
    steps: Generator[Step, Result]
    step: Step | None = None

    def bodies(self) -> list[str]:
        return [message["Body"] for message in self.batch.messages]


@dataclass
class Host:
    """Runs a poller in virtual time, with a FIFO queue that gives out no group of which something is in flight."""

    poller: Poller
    now_s: float = 0
    visible: list[Message] = field(default_factory=list)
    receiving: Receive | None = None
    receive_ends_s: float = math.inf
    first_received_s: float = math.inf
    in_flight: dict[str, Message] = field(default_factory=dict)
    under_way: list[Delivering] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    """Which bodies the function took."""
    deleted: set[str] = field(default_factory=set)

    def settle(self) -> None:
        """Do all that the poller wants done now."""
        while True:
            if self.receiving is not None:
                if not (taken := self._take(self.receiving.maximum)) and self.now_s < self.receive_ends_s:
                    return
                self.receiving = None
                if taken and not self.poller.gathers:
                    self.first_received_s = self.now_s
                self.poller.received(taken, self.now_s)
            match self.poller.next_step(self.now_s):
                case Receive() as receive:
                    assert self.poller.enabled
                    assert receive.wait_s <= LONGEST_RECEIVE_S
                    self.receiving, self.receive_ends_s = receive, self.now_s + receive.wait_s
                case Batch() as batch:
                    self._begin(batch)
                case _:
                    return

    def wakes_at_s(self) -> float:
        """Return when something is due."""
        step = self.poller.next_step(self.now_s) if self.receiving is None else None
        waits = [step, *(each.step for each in self.under_way)]
        ends_s = self.receive_ends_s if self.receiving else math.inf
        return min([ends_s, *(each.until_s for each in waits if isinstance(each, Wait))])

    def go_on(self, delivering: Delivering, result: Result) -> None:
        """Carry on with a batch, until it waits for the function or for its time."""
        while True:
            try:
                step = delivering.step = delivering.steps.send(result)
            except StopIteration:
                self._end(delivering)
                return
            result = None
            if isinstance(step, Invoke | Wait):
                return
            if isinstance(step, Delete):
                for message in step.messages:
                    assert message["Body"] in self.accepted, "the function did not take it"
                    del self.in_flight[message["Body"]]
                    self.deleted.add(message["Body"])

    def give_back(self, bodies: list[str]) -> None:
        """Let messages be visible again, in the order in which they were sent."""
        self.visible += [self.in_flight.pop(body) for body in bodies if body in self.in_flight]
        self.visible.sort(key=lambda message: int(message["Body"][1:]))

    def _take(self, maximum: int) -> list[Message]:
        closed = {body[0] for body in self.in_flight}
        taken = [message for message in self.visible if message["Body"][0] not in closed][:maximum]
        self.visible = [message for message in self.visible if message not in taken]
        self.in_flight |= {message["Body"]: message for message in taken}
        return taken

    def _begin(self, batch: Batch) -> None:
        mapping = self.poller.mapping
        bodies = [message["Body"] for message in batch.messages]
        assert 1 <= len(bodies) <= mapping.batch_size
        full, over_s = len(bodies) == mapping.batch_size, self.first_received_s + mapping.window_s
        assert full or not self.poller.enabled or self.now_s >= over_s, "before its window was over"
        assert batch.began_s <= self.first_received_s
        assert not {body for each in self.under_way for body in each.bodies()} & set(bodies), "delivered twice at once"
        for group in GROUPS:
            numbers = [int(body[1:]) for body in bodies if body[0] == group]
            assert numbers == sorted(numbers), "out of its group's order"
        delivering = Delivering(batch, deliver(batch, mapping, lambda _pattern, _event: True))
        self.under_way.append(delivering)
        self.go_on(delivering, None)

    def _end(self, delivering: Delivering) -> None:
        self.under_way.remove(delivering)
        self.give_back(delivering.bodies())
        self.poller.batch_ended()


class AnySequence(RuleBasedStateMachine):
    """The rules are what may happen to a poller."""

    host: Host
    sent: set[str]

    @initialize(
        batch_size=st.integers(1, 4), window_s=st.sampled_from([0, 0, 1, 5]), concurrent_batches=st.integers(1, 3)
    )
    def start(self, **mapping: Any) -> None:
        arn = "arn:aws:sqs:us-east-1:000000000000:users.fifo"
        self.host = Host(Poller(mapping_of(queue_arn=arn, **mapping)))
        self.sent = set()
        self.numbers = itertools.count()
        self.host.settle()

    @rule(groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=5))
    def send(self, groups: list[str]) -> None:
        for group in groups:
            body = f"{group}{next(self.numbers)}"
            self.sent.add(body)
            self.host.visible.append(message_of(body, group))
        self.host.settle()

    @rule(seconds=st.sampled_from([0.01, 0.1, 0.3, 1, 6]))
    def pass_time(self, seconds: float) -> None:
        host = self.host
        until_s = host.now_s + seconds
        for _ in range(10_000):
            due_s = host.wakes_at_s()
            if due_s > until_s:
                host.now_s = until_s
                return
            host.now_s = max(host.now_s, due_s)
            for each in list(host.under_way):
                if isinstance(each.step, Wait) and each.step.until_s <= host.now_s:
                    host.go_on(each, None)
            host.settle()
        raise AssertionError("the poller never rests")

    @precondition(lambda self: any(isinstance(each.step, Invoke) for each in self.host.under_way))
    @rule(end=st.sampled_from(["takes", "fails", "takes some", "throttled", "not invoked"]), data=st.data())
    def answer(self, end: str, data: st.DataObject) -> None:
        invoked = [each for each in self.host.under_way if isinstance(each.step, Invoke)]
        delivering = data.draw(st.sampled_from(invoked))
        assert isinstance(delivering.step, Invoke)
        records = json.loads(delivering.step.payload)["Records"]
        failed = records if end == "fails" else records[1:] if end == "takes some" else []
        result: Result
        if end == "throttled":
            result = Throttled("too many", self.host.now_s, NEVER_HIDDEN_AGAIN_S)
        elif end == "not invoked":
            result = NotInvoked("gone")
        else:
            self.host.accepted |= {record["body"] for record in records if record not in failed}
            failures = [{"itemIdentifier": record["messageId"]} for record in failed]
            result = Answered(json.dumps({"batchItemFailures": failures}).encode(), failed=False)
        self.host.go_on(delivering, result)
        self.host.settle()

    @precondition(lambda self: self.host.receiving is not None)
    @rule(throttled=st.booleans())
    def break_receive(self, *, throttled: bool) -> None:
        host = self.host
        host.receiving = None
        if throttled:
            host.poller.receive_throttled(host.now_s)
        else:
            host.give_back([message["Body"] for message in host.poller._gathered])
            host.poller.receive_failed()
        host.settle()

    @rule(enabled=st.booleans())
    def change(self, *, enabled: bool) -> None:
        self.host.poller.enabled = enabled
        for each in list(self.host.under_way):
            if not enabled and isinstance(each.step, Wait):
                self.host.go_on(each, Disabled())
        self.host.settle()

    @invariant()
    def every_message_is_in_one_place(self) -> None:
        if not hasattr(self, "host"):
            return
        host = self.host
        visible = [message["Body"] for message in host.visible]
        assert sorted([*visible, *host.in_flight, *host.deleted]) == sorted(self.sent)
        held = [message["Body"] for message in host.poller._gathered]
        held += [body for each in host.under_way for body in each.bodies() if body not in host.deleted]
        assert sorted(held) == sorted(host.in_flight)

    @invariant()
    def no_more_batches_are_under_way_than_may_be(self) -> None:
        if hasattr(self, "host"):
            assert len(self.host.under_way) <= self.host.poller.mapping.concurrent_batches

    def teardown(self) -> None:
        """Everything reaches the function once it takes all, and nothing stays behind."""
        if not hasattr(self, "host"):
            return
        self.change(enabled=True)
        for _ in range(200):
            if self.host.deleted == self.sent:
                return
            for each in [each for each in self.host.under_way if isinstance(each.step, Invoke)]:
                self.host.accepted |= set(each.bodies())
                self.host.go_on(each, Answered(b"null", failed=False))
            self.host.settle()
            self.pass_time(1)
        raise AssertionError(f"never delivered: {sorted(self.sent - self.host.deleted)}")


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
