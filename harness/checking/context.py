"""What all checkers of one history look things up in. Pure."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from harness.checking import Agreement
from harness.checking.attribution import Attribution, attribute
from harness.checking.creates import acknowledged, create_of
from harness.checking.fault_evidence import FaultEvidence
from harness.checking.stored_index import StoredIndex
from harness.history import FinalState, FlowHistory, History, Message, StoredItem


class CheckContext:
    """One history and one agreement; what takes long is found out once, when it is first asked for.

    Args:
        history: what happened.
        agreement: what it is held against.
    """

    def __init__(self, history: History, agreement: Agreement) -> None:
        self.history = history
        self.agreement = agreement

    @property
    def final(self) -> FinalState | None:
        """What the engine held in the end; None: nobody looked."""
        return self.history.final

    @property
    def has_table(self) -> bool:
        """Whether there is a table to look into, by the run's nature."""
        return self.history.observable and self.agreement.shape.stored is not None

    @property
    def stored_is_known(self) -> bool:
        """Whether it was looked into."""
        return self.final is not None and self.final.stored is not None

    @property
    def stored_items(self) -> Sequence[StoredItem]:
        """The results in the table; none where they are not known."""
        return (self.final and self.final.stored) or ()

    @cached_property
    def stored(self) -> StoredIndex:
        """The same, to look up."""
        return StoredIndex(self.stored_items, self.agreement.shape.stored)

    @cached_property
    def attribution(self) -> Attribution:
        """Whose the results in the table are. It takes a pass over the flows."""
        return attribute(self.history.flows, self.stored)

    @cached_property
    def queued_ids(self) -> frozenset[str]:
        """The messages in the queue that could be read; none where they are not known."""
        return frozenset(message.message_id for message in (self.final and self.final.queued) or ())

    @cached_property
    def dead_lettered_ids(self) -> frozenset[str]:
        """The messages in the dead-letter queue; none where they are not known."""
        return frozenset(self.dead_letters)

    @cached_property
    def dead_letters(self) -> Mapping[str, Message]:
        """The same, by ID."""
        return {message.message_id: message for message in (self.final and self.final.dead_lettered) or ()}

    @cached_property
    def faults(self) -> FaultEvidence:
        """What was broken on purpose."""
        return FaultEvidence(self.history.faults, self.agreement.shape, self.final)

    def ran_out_by_faults(self, flow: FlowHistory) -> bool:
        """Whether a flow's message is dead-lettered, and rightly so: faults hit as many deliveries as it may have."""
        message = self.dead_letters.get(acknowledged(flow) or "")
        return message is not None and not self.ran_out_too_soon(message) and self.all_deliveries_failed(flow)

    def all_deliveries_failed(self, flow: FlowHistory) -> bool:
        """Whether faults hit as many deliveries as the message of a flow's create may have."""
        create = create_of(flow)
        if create is None or not self.faults.any:
            return False
        most = (self.final and self.final.max_receive_count) or 1
        return self.faults.failed_deliveries(flow.number, create.started_s) >= most

    def ran_out_too_soon(self, message: Message) -> bool:
        """Whether a dead-lettered message was received less often than the queue lets it be."""
        most = self.final and self.final.max_receive_count
        return bool(most) and message.receive_count is not None and message.receive_count < (most or 0)

    @cached_property
    def poison_ids(self) -> frozenset[str]:
        """The messages that the run sent past the API."""
        return frozenset(self.final.poison_sent if self.final else ())
