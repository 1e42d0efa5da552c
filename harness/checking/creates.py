"""What the create of a flow amounts to. Pure."""

from harness.history import FlowHistory
from harness.operations import Meaning, Operation, OperationKind, Outcome


def create_of(flow: FlowHistory) -> Operation | None:
    """Return a flow's create; None: it came to none."""
    first = flow.operations[0] if flow.operations else None
    return first if first and first.kind is OperationKind.CREATE else None


def acknowledged(flow: FlowHistory) -> str | None:
    """Return the handle that the flow's create was given, if it was accepted."""
    create = create_of(flow)
    return create.handle if create and create.meaning is Meaning.ACCEPTED else None


def is_indefinite(flow: FlowHistory) -> bool:
    """Whether the flow's create may be there or not. What had to be rejected must not be there, whatever was seen."""
    create = create_of(flow)
    return create is not None and create.outcome is Outcome.INFO and flow.acceptable


def must_not_be_there(flow: FlowHistory) -> bool:
    """Whether the flow's create definitely failed, or had to be rejected and was not accepted."""
    create = create_of(flow)
    if create is None or create.meaning is Meaning.ACCEPTED:
        return False
    return create.outcome is Outcome.FAIL or not flow.acceptable
