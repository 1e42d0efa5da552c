"""Looking into a real engine: what is stored, queued and dead-lettered is seen, and nothing is taken away by it."""

import asyncio
import dataclasses
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.history import FinalState, QueueDepths
from harness.observation import Redrive
from harness.observation.aws import AwsObserver
from harness.observation.poison import poison_bodies
from harness.observation.quiet import observe_before, observe_finally
from harness.shape.users import USERS_API
from harness.stack.deployment import Deployment
from tests.integration.engine_fixture import AwsClients, aws_clients, start_engine, stop_engine
from tests.integration.stack_fixture import Stack
from tests.waiting import wait_until


@pytest.fixture
def deployment(stack: Stack) -> Deployment:
    return Deployment.from_json(stack.outputs)


@pytest.fixture
def observer(deployment: Deployment, stack: Stack) -> Iterator[AwsObserver]:
    yield AwsObserver(deployment, USERS_API)
    stack.take_dead_letters()  # the stack is the worker's: other tests look for letters of their own


@contextmanager
def nothing_is_consumed(stack: Stack) -> Iterator[None]:
    """Inside, the queue's messages stay where they are."""
    client = stack.aws("lambda")
    (mapping,) = client.list_event_source_mappings(FunctionName=stack.outputs["function_name"])["EventSourceMappings"]

    def is_in(state: str) -> Any:
        return lambda: client.get_event_source_mapping(UUID=mapping["UUID"])["State"] == state

    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    wait_until(is_in("Disabled"))
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
        wait_until(is_in("Enabled"))


def test_what_a_run_creates_is_stored_and_nothing_else(
    stack: Stack, observer: AwsObserver, redelivery: Mapping[str, str]
) -> None:
    stack.wait_until_visible(stack.create("before the run"))
    stack.wait_until_quiet()
    baseline = asyncio.run(observe_before(observer))
    assert (baseline.foreign_before, baseline.problems) == (False, ())

    name = "line\nbreak, \U0001f600 and 'quotes\""
    ids = {stack.create(name, email=f"{number}@example.com"): f"{number}@example.com" for number in range(20)}
    final = asyncio.run(observe_finally(observer, baseline, (), timeout_s=30))

    assert final.quiet
    assert final.problems == ()
    assert final.stored is not None
    assert {item.handle: item.document["email"] for item in final.stored} == ids
    assert {item.document["name"] for item in final.stored} == {name}
    assert all(item.identity == item.document["id"] for item in final.stored)
    assert (final.queued, final.dead_lettered) == ((), ())
    assert (final.has_dead_letter_queue, final.max_receive_count) == (True, int(redelivery["MaxReceiveCount"]))


def test_poison_is_waited_for_until_it_is_dead_lettered(
    stack: Stack, observer: AwsObserver, redelivery: Mapping[str, str]
) -> None:
    stack.wait_until_quiet()
    baseline = asyncio.run(observe_before(observer))
    bodies = list(poison_bodies(3, seed=1))

    async def send_and_observe() -> FinalState:
        poison = [await observer.send_poison(body) for body in bodies]
        return await observe_finally(observer, baseline, poison, timeout_s=90)

    good = stack.create("good")
    final = asyncio.run(send_and_observe())

    assert final.quiet
    assert final.stored is not None
    assert final.dead_lettered is not None
    assert [item.handle for item in final.stored] == [good]
    assert {message.message_id: message.body for message in final.dead_lettered} == dict(
        zip(final.poison_sent, bodies, strict=True)
    )
    in_between_s = int(redelivery["VisibilityTimeoutSeconds"]) * (int(redelivery["MaxReceiveCount"]) - 1)
    assert final.waited_s > in_between_s, "in flight between its deliveries is not quiet"

    again = asyncio.run(observer.dead_lettered())
    assert {message.message_id for message in again} >= set(final.poison_sent), "looking took nothing away"


def test_what_is_left_in_the_queue_is_seen_and_left_there(stack: Stack, observer: AwsObserver) -> None:
    stack.wait_until_quiet()
    at_first = asyncio.run(observe_before(observer))
    with nothing_is_consumed(stack):
        body = json.dumps({"name": "waits", "email": "someone@example.com"})
        sent = stack.send(*[body] * 8) + stack.send(*[body] * 4)

        final = asyncio.run(observe_finally(observer, at_first, (), timeout_s=0.5))
        begun_late = asyncio.run(observe_before(observer))
        depths = asyncio.run(observer.depths())

    assert (final.quiet, final.stored) == (False, ())
    assert final.queued is not None
    assert {message.message_id for message in final.queued} == set(sent)
    assert {message.body for message in final.queued} == {body}
    assert (depths.visible, depths.in_flight, depths.delayed) == (12, 0, 0)
    assert (begun_late.queued, begun_late.foreign_before) == (frozenset(sent), True)

    late = asyncio.run(observe_finally(observer, begun_late, (), timeout_s=30))
    assert late.stored == (), "the messages of before are somebody else's, wherever they go"
    final = asyncio.run(observe_finally(observer, at_first, (), timeout_s=30))
    assert final.stored is not None
    assert {item.handle for item in final.stored} == set(sent), "looking took nothing away"


def test_the_server_says_when_it_accepted_received_and_wrote(stack: Stack, observer: AwsObserver) -> None:
    since_s = time.time() - 0.001
    ids = [stack.create("timed") for _ in range(5)]
    stack.wait_until_quiet()

    # The log is written behind the invocation, by a thread of the engine.
    times = wait_until(
        lambda: asyncio.run(observer.server_times(since_s)), lambda seen: set(ids) <= set(seen), deadline_s=20
    )

    for message_id in ids:
        of_one = times[message_id]
        assert of_one.accepted_at_s is not None
        assert of_one.received_at_s is not None
        assert of_one.written_at_s is not None
        assert since_s <= of_one.accepted_at_s <= of_one.received_at_s <= of_one.written_at_s <= time.time()
    assert asyncio.run(observer.server_times(time.time() + 60)) == {}


def test_a_dead_letter_queue_that_was_deleted_is_missed(aws: AwsClients, deployment: Deployment) -> None:
    sqs = aws("sqs")
    dead_letters = sqs.create_queue(QueueName="deleted-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 4})
    queue = sqs.create_queue(QueueName="without-dead-letters", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    observer = AwsObserver(
        dataclasses.replace(deployment, queue_url=queue, dead_letter_queue_url=dead_letters), USERS_API
    )
    assert asyncio.run(observer.redrive()) == Redrive(4, dead_letter_queue_exists=True)

    sqs.delete_queue(QueueUrl=dead_letters)

    assert asyncio.run(observer.redrive()) == Redrive(4, dead_letter_queue_exists=False)
    assert asyncio.run(observer.depths()) == QueueDepths(0, 0, 0, dead_lettered=None)
    assert asyncio.run(observer.dead_lettered()) == ()

    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": ""})
    assert asyncio.run(observer.redrive()) is None
    sqs.delete_queue(QueueUrl=queue)


def test_an_engine_that_goes_away_leaves_all_unknown_and_says_so(deployment: Deployment, tmp_path: Path) -> None:
    engine = start_engine(tmp_path)
    try:
        sqs = aws_clients(engine.endpoint_url, deployment.account_id)("sqs")
        urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("left", "dead")}
        sqs.send_message(QueueUrl=urls["left"], MessageBody="never consumed")
        gone = dataclasses.replace(
            deployment, endpoint_url=engine.endpoint_url, queue_url=urls["left"], dead_letter_queue_url=urls["dead"]
        )
        observer = AwsObserver(gone, USERS_API)

        async def stop_while_waiting() -> FinalState:
            baseline = await observe_before(observer)
            waiting = asyncio.create_task(observe_finally(observer, baseline, (), timeout_s=300))
            await asyncio.to_thread(stop_engine, tmp_path)
            return await waiting

        final = asyncio.run(asyncio.wait_for(stop_while_waiting(), timeout=60))
    finally:
        stop_engine(tmp_path)

    assert (final.quiet, final.stored, final.queued, final.dead_lettered) == (False, None, None, None)
    assert (final.has_dead_letter_queue, final.max_receive_count) == (None, None)
    assert final.depths is not None
    assert final.depths.visible == 1
    assert any("does not answer" in problem for problem in final.problems)
