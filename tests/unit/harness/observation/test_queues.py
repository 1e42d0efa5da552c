"""Queues are counted and read whole, and nothing is taken away by it, however it ends."""

import asyncio
import threading

import pytest

from harness.history import Message, QueueDepths
from harness.observation import ObservationError, Redrive, queues
from harness.observation.aws import AwsObserver
from harness.shape.users import USERS_API
from tests.unit.harness.observation.aws_server import DEAD_LETTERS, QUEUE, FakeQueue, FakeQueues, RefusalError, aws_at


def bodies(count: int) -> list[str]:
    return [f"m{number:03}" for number in range(count)]


def test_both_queues_are_counted() -> None:
    fake = FakeQueues({QUEUE: FakeQueue(bodies(3), held_by_others=2), DEAD_LETTERS: FakeQueue(bodies(4))})
    with aws_at(fake) as deployment:
        depths = asyncio.run(AwsObserver(deployment, USERS_API).depths())

    assert depths == QueueDepths(visible=3, in_flight=2, delayed=0, dead_lettered=4)


def test_a_dead_letter_queue_that_does_not_exist_holds_nothing() -> None:
    with aws_at(FakeQueues({QUEUE: FakeQueue(bodies(1))})) as deployment:
        observer = AwsObserver(deployment, USERS_API)

        assert asyncio.run(observer.depths()) == QueueDepths(1, 0, 0, dead_lettered=None)
        assert asyncio.run(observer.dead_lettered()) == ()


def test_a_queue_that_does_not_exist_is_an_error() -> None:
    with (
        aws_at(FakeQueues({})) as deployment,
        pytest.raises(ObservationError, match=r"^queue q does not exist$"),
    ):
        asyncio.run(AwsObserver(deployment, USERS_API).depths())


def test_every_message_is_read_once_and_given_back() -> None:
    fake = FakeQueues({QUEUE: FakeQueue(bodies(25)), DEAD_LETTERS: FakeQueue(bodies(11))})
    with aws_at(fake) as deployment:
        observer = AwsObserver(deployment, USERS_API)
        queued = asyncio.run(observer.queued())
        dead_lettered = asyncio.run(observer.dead_lettered())

    assert queued == [Message(body, body, receive_count=2) for body in bodies(25)]
    assert [message.message_id for message in dead_lettered] == bodies(11)
    assert [sorted(queue.visible) for queue in fake.queues.values()] == [bodies(25), bodies(11)]
    assert fake.queues[QUEUE].receives == 3, "no more receives than there must be"
    assert min(fake.queues[QUEUE].hidden_for_s) > 100, "hidden for longer than reading may take"


def test_a_message_that_reading_dead_letters_is_in_the_queue_no_more() -> None:
    fake = FakeQueues({QUEUE: FakeQueue(bodies(12)), DEAD_LETTERS: FakeQueue()})

    def dead_letter_one(queue: FakeQueue) -> None:
        if queue.receives == 1:
            fake.queues[DEAD_LETTERS].visible.append(queue.visible.pop())

    fake.on_receive = dead_letter_one
    with aws_at(fake) as deployment:
        queued = asyncio.run(AwsObserver(deployment, USERS_API).queued())

    assert [message.message_id for message in queued] == bodies(11)


def test_messages_in_somebody_elses_hands_are_unknown_and_not_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "_PATIENCE_S", 0.05)
    fake = FakeQueues({QUEUE: FakeQueue(bodies(3), held_by_others=2)})
    with (
        aws_at(fake) as deployment,
        pytest.raises(
            ObservationError, match=r"^queue q: not read to its end, somebody else holds 2 of its 5 messages$"
        ),
    ):
        asyncio.run(AwsObserver(deployment, USERS_API).queued())

    assert sorted(fake.queues[QUEUE].visible) == bodies(3)


def test_what_comes_back_from_somebody_else_meanwhile_is_read_too() -> None:
    fake = FakeQueues({QUEUE: FakeQueue(bodies(2), held_by_others=1)})

    def give_back(queue: FakeQueue) -> None:
        if queue.receives == 2:
            queue.held_by_others = 0
            queue.visible.append("m002")

    fake.on_receive = give_back
    with aws_at(fake) as deployment:
        queued = asyncio.run(AwsObserver(deployment, USERS_API).queued())

    assert [message.message_id for message in queued] == bodies(3)


def test_what_was_read_before_an_error_is_given_back() -> None:
    fake = FakeQueues({QUEUE: FakeQueue(bodies(25))})

    def refuse(queue: FakeQueue) -> None:
        if queue.receives == 2:
            raise RefusalError("OverLimit", 403)

    fake.on_receive = refuse
    with (
        aws_at(fake) as deployment,
        pytest.raises(ObservationError, match=r"^queue q: http://\S+ answered OverLimit: no$"),
    ):
        asyncio.run(AwsObserver(deployment, USERS_API).queued())

    assert sorted(fake.queues[QUEUE].visible) == bodies(25)


def test_what_was_read_before_an_interruption_is_given_back() -> None:
    fake = FakeQueues({QUEUE: FakeQueue(bodies(500))})
    reading, interrupted = threading.Event(), threading.Event()

    def wait_for_the_interruption(queue: FakeQueue) -> None:
        if queue.receives == 3:
            reading.set()
            assert interrupted.wait(10)

    async def interrupt(observer: AwsObserver) -> None:
        task = asyncio.create_task(observer.queued())
        assert await asyncio.to_thread(reading.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        interrupted.set()

    fake.on_receive = wait_for_the_interruption
    with aws_at(fake) as deployment:
        asyncio.run(interrupt(AwsObserver(deployment, USERS_API)))

    assert sorted(fake.queues[QUEUE].visible) == bodies(500)
    assert fake.queues[QUEUE].receives < 10, "it ends with the batch that is on its way"


def test_reading_is_bounded_in_time() -> None:
    fake = FakeQueues({QUEUE: FakeQueue(bodies(25))})
    with (
        aws_at(fake) as deployment,
        pytest.raises(ObservationError, match=r"^queue q: not read to its end in time, only 10 messages$"),
    ):
        asyncio.run(AwsObserver(deployment, USERS_API, reading_timeout_s=0).queued())

    assert sorted(fake.queues[QUEUE].visible) == bodies(25)


@pytest.mark.parametrize(
    ("policy", "redrive"),
    [
        (None, None),
        (
            {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:d", "maxReceiveCount": 5},
            Redrive(5, dead_letter_queue_exists=True),
        ),
        (
            {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:gone", "maxReceiveCount": "3"},
            Redrive(3, dead_letter_queue_exists=False),
        ),
    ],
)
def test_where_failing_messages_go(policy: dict[str, object] | None, redrive: Redrive | None) -> None:
    fake = FakeQueues()
    fake.queues[QUEUE].redrive_policy = policy
    with aws_at(fake) as deployment:
        assert asyncio.run(AwsObserver(deployment, USERS_API).redrive()) == redrive


def test_how_long_a_received_message_is_hidden() -> None:
    with aws_at(FakeQueues()) as deployment:
        assert asyncio.run(AwsObserver(deployment, USERS_API).visibility_timeout_s()) == 45


def test_poison_is_sent_once_even_if_nobody_knows_whether_it_was() -> None:
    sent: list[str] = []

    def answer(operation: str, request: dict[str, str]) -> dict[str, str]:
        assert operation == "SendMessage"
        sent.append(request["MessageBody"])
        if request["MessageBody"] == "unlucky":
            raise RefusalError("InternalError", 500)
        return {"MessageId": "an ID"}

    with aws_at(answer) as deployment:
        observer = AwsObserver(deployment, USERS_API)
        assert asyncio.run(observer.send_poison("lucky")) == "an ID"
        with pytest.raises(ObservationError, match=r"^sending to queue q: "):
            asyncio.run(observer.send_poison("unlucky"))

    assert sent == ["lucky", "unlucky"]
