"""Which calls count as errors. Pure."""

from harness.operations import Meaning, Operation, OperationKind, Outcome


def is_error(operation: Operation, *, acceptable: bool) -> bool:
    """Say whether a call was not *ok*. That a create which had to be rejected, or refused, was is no error."""
    rejected = operation.kind is OperationKind.CREATE and operation.meaning in {Meaning.REJECTED, Meaning.UNAUTHORIZED}
    return operation.outcome is not Outcome.OK and (acceptable or not rejected)
