"""The history of a run: every operation, and what the engine held at the end, as evidence. The types; no I/O.

A history is written as it happens (`writer`), one JSON object a line, and read back (`reader`) into these values.
All times are seconds on the driver's monotonic clock, whose zero is the run's start.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.operations import FlowEnding, Operation


@dataclass(frozen=True, slots=True)
class FlowHistory:
    """One flow that was begun: what it sent, what it did, how it ended."""

    number: int
    payload: Mapping[str, Any]
    acceptable: bool
    operations: tuple[Operation, ...]
    """In the order in which they were started; the first is the create."""
    ending: FlowEnding | None
    """None: the history stops in the middle of the flow."""
    reason: str = ""
    stranger: str | None = None
    """What is wrong with who called, and had to be refused; None: nothing."""


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One result in the table."""

    identity: str
    handle: str
    document: Mapping[str, Any]
    """Its attributes, by name."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message in a queue."""

    message_id: str
    body: str
    receive_count: int | None = None


@dataclass(frozen=True, slots=True)
class QueueDepths:
    """How many messages there are, as the engine counts them (approximately, AWS says)."""

    visible: int
    in_flight: int
    delayed: int
    dead_lettered: int | None
    """In the dead-letter queue; None where there is none."""


@dataclass(frozen=True, slots=True)
class DepthSample:
    """The depths at a time."""

    at_s: float
    depths: QueueDepths


@dataclass(frozen=True, slots=True)
class ServerTimes:
    """When the server says that things happened to one message, in seconds of the Unix epoch; None: it does not say."""

    accepted_at_s: float | None = None
    received_at_s: float | None = None
    written_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class FinalState:
    """What the engine held when the flows had ended, less what it held before the run.

    A part that could not be read is None, and `problems` says why: it is unknown, not empty.
    """

    quiet: bool
    """Whether the queue was empty and nothing in flight in the end."""
    waited_s: float
    depths: QueueDepths | None
    """As last seen."""
    stored: tuple[StoredItem, ...] | None
    queued: tuple[Message, ...] | None
    dead_lettered: tuple[Message, ...] | None
    has_dead_letter_queue: bool | None
    """Whether the queue hands on what fails too often to a queue that exists."""
    max_receive_count: int | None
    visibility_timeout_s: float | None = None
    """How long the queue hides a message that was received: so much later it comes again when it failed."""
    poison_sent: tuple[str, ...] = ()
    """The message IDs of the poison that this run sent."""
    foreign_before: bool = False
    """Whether messages of somebody else were in the queue when the run began: what they become is not ours."""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Firing:
    """A fault that hit something."""

    at_s: float
    """On the run's clock, as exactly as the engine's clock and ours agree."""
    flow: int | None
    """Whose it was; None: no flow's that is known."""
    identity: str
    """What was hit, the same in each run."""
    operation: str
    """As the engine names it: `POST /users`, `ReceiveMessage`, `PutItem`."""
    attempt: int
    """Which of the thing's attempts it was, from 1."""
    delay_s: float = 0
    """How long it made the thing wait."""


@dataclass(frozen=True, slots=True)
class FaultHistory:
    """What became of one fault of the workload."""

    name: str
    kind: str
    definition: Mapping[str, Any]
    """As `harness.faults` has it, in JSON."""
    periods: tuple[tuple[float, float | None], ...]
    """When it was active, on the run's clock: from and until; None: nobody knows until when."""
    eligible: int | None
    """How often it could have hit; None, as `fired`: the engine did not say in the end."""
    fired: int | None
    firings: tuple[Firing, ...] = ()
    """In the order in which it hit; not all that it fired, where they were too many to be kept."""


@dataclass(frozen=True, slots=True)
class History:
    """All of it. Checkers and figures take nothing else."""

    flows: Iterable[FlowHistory]
    """Every flow that was begun, in the order in which they ended. It can be iterated again and again."""
    asked: int
    """How many flows the run was to make."""
    not_started: int = 0
    """Flows of an open loop that were not started, since too many were in flight."""
    final: FinalState | None = None
    """None: nobody looked."""
    observable: bool = True
    """Whether there was anything to look at: a bare API has no table or queue that we may read."""
    depth_samples: Sequence[DepthSample] = ()
    server_times: Mapping[str, ServerTimes] = field(default_factory=dict)
    """By handle."""
    wall_clock_zero_s: float = 0
    """The Unix time at the clock's zero."""
    caller: str | None = None
    """What the stack must say of who created what is stored; None: nothing."""
    faults: tuple[FaultHistory, ...] = ()
    """Each fault that the run set. Empty: nothing was broken on purpose."""
    complete: bool = True
    """False: it was cut off; what is here is what happened, and there may have been more."""
    problems: tuple[str, ...] = ()
    """What a reader should know: where it was cut off, what was abandoned and why."""
