"""The observer that looks through AWS's own API, with boto3, whose calls block and are made in threads."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from harness.history import Message, QueueDepths, ServerTimes, StoredItem
from harness.observation import ObservationError, Observer, Redrive
from harness.observation.clients import AwsClients
from harness.observation.queues import (
    count_messages,
    read_messages,
    read_redrive,
    read_visibility_timeout_s,
    send,
)
from harness.observation.reading import Reading
from harness.observation.server_log import read_log_lines, times_by_handle
from harness.observation.table import read_identities, read_items
from harness.shape import ApiShape, StoredShape
from harness.stack.deployment import Deployment

READING_TIMEOUT_S: Final = 120
"""How long one reading may take, all of its pages together."""


class AwsObserver(Observer):
    """Looks into the stack of one deployment.

    Nothing is connected before the first question. A call that gets no answer is an error after some 20 seconds. A
    question that is cancelled ends in its thread with the page that is on its way, and gives back what it holds.
    """

    def __init__(self, deployment: Deployment, shape: ApiShape, reading_timeout_s: float = READING_TIMEOUT_S) -> None:
        self._deployment = deployment
        self._shape = shape
        self._reading_timeout_s = reading_timeout_s
        self._clients = AwsClients(deployment)

    @property
    def counts_settle_s(self) -> float:
        """How long what is counted in a queue may be behind what is in it.

        On AWS a minute (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html).
        In LocalStack moments: a message that is just being received is counted nowhere.
        """
        return 60 if self._deployment.endpoint_url is None else 0.5

    async def depths(self) -> QueueDepths:
        """Count the messages; see `Observer`."""
        return await asyncio.to_thread(
            count_messages, self._clients, self._deployment.queue_url, self._deployment.dead_letter_queue_url
        )

    async def redrive(self) -> Redrive | None:
        """Return where failing messages go; see `Observer`."""
        return await asyncio.to_thread(read_redrive, self._clients, self._deployment.queue_url)

    async def visibility_timeout_s(self) -> float:
        """Return how long the queue hides a message that was received; see `Observer`."""
        return await asyncio.to_thread(read_visibility_timeout_s, self._clients, self._deployment.queue_url)

    async def stored(self) -> Sequence[StoredItem]:
        """Read the whole table; see `Observer`. Raises `ObservationError` also where the shape knows no table."""
        shape = self._stored_shape()
        return await self._read(lambda reading: read_items(self._clients, self._deployment.table_name, shape, reading))

    async def identities(self) -> frozenset[str]:
        """Read the table's identities; see `Observer`."""
        shape = self._stored_shape()
        return await self._read(
            lambda reading: read_identities(self._clients, self._deployment.table_name, shape, reading)
        )

    async def queued(self) -> Sequence[Message]:
        """Read what is in the queue, and give it back; see `Observer`."""
        return await self._read(lambda reading: read_messages(self._clients, self._deployment.queue_url, reading))

    async def dead_lettered(self) -> Sequence[Message]:
        """Read what is in the dead-letter queue, and give it back; see `Observer`."""
        if (await self.depths()).dead_lettered is None:
            return ()
        return await self._read(
            lambda reading: read_messages(self._clients, self._deployment.dead_letter_queue_url, reading)
        )

    async def send_poison(self, body: str) -> str:
        """Send a message past the API, once; see `Observer`. After an error it may have been sent all the same."""
        return await asyncio.to_thread(send, self._clients, self._deployment.queue_url, body)

    async def server_times(self, since_s: float) -> Mapping[str, ServerTimes]:
        """Return the times that the function wrote to its log; see `Observer` and `harness.observation.server_log`.

        A log comes behind what it tells of: what is not there yet is not in the answer.
        """
        function_name = self._deployment.function_name
        return await self._read(
            lambda reading: times_by_handle(read_log_lines(self._clients, function_name, since_s, reading), since_s)
        )

    def _stored_shape(self) -> StoredShape:
        if self._shape.stored is None:
            raise ObservationError(f"the shape {self._shape.name} says nothing of a table")
        return self._shape.stored

    async def _read[T](self, read: Callable[[Reading], T]) -> T:
        reading = Reading.within(self._reading_timeout_s)
        try:
            return await asyncio.to_thread(read, reading)
        finally:
            reading.call_off()  # when this is cancelled: the thread is not
