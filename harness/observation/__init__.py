"""Looking into the engine through AWS's own API: before a run, while it goes on, and when it has ended.

`Observer` is the seam: `harness.observation.aws` looks through boto3, a test looks into a fake. Waiting is the event
loop's (`harness.observation.quiet`), so that a loop with virtual time can run it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.errors import ExitCode, HarnessError
from harness.history import Message, QueueDepths, ServerTimes, StoredItem


class ObservationError(HarnessError):
    """Something could not be looked at. Its text says what, and what was answered."""

    exit_code = ExitCode.UNAVAILABLE


class NoAnswerError(ObservationError):
    """Nobody answered: to ask something else now would only take time."""


@dataclass(frozen=True, slots=True)
class Redrive:
    """Where the queue hands on what fails too often."""

    max_receive_count: int
    dead_letter_queue_exists: bool


class Observer(Protocol):
    """What can be asked. Every method raises `ObservationError` when there is no answer."""

    async def depths(self) -> QueueDepths:
        """Count the messages in the queue and in its dead-letter queue."""
        ...

    async def redrive(self) -> Redrive | None:
        """Return where failing messages go; None: nowhere."""
        ...

    async def visibility_timeout_s(self) -> float:
        """Return how long the queue hides a message that was received."""
        ...

    async def stored(self) -> Sequence[StoredItem]:
        """Read the whole table, consistently."""
        ...

    async def identities(self) -> frozenset[str]:
        """Read the identities of all that is in the table, consistently: in little room, also where that is much."""
        ...

    async def queued(self) -> Sequence[Message]:
        """Read what is in the queue, and leave it there.

        It is one more receive of each message, and one at its last is dead-lettered by it: ask only when something
        is left. It is all that is counted or an error: a message that somebody else holds can't be read.
        """
        ...

    async def dead_lettered(self) -> Sequence[Message]:
        """Read what is in the dead-letter queue, and leave it there; nothing, where there is none."""
        ...

    async def send_poison(self, body: str) -> str:
        """Send a message past the API to the queue, and return its ID."""
        ...

    async def server_times(self, since_s: float) -> Mapping[str, ServerTimes]:
        """Return what the server says of its own times, by handle, of messages accepted since a Unix time."""
        ...
