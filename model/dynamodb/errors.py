"""What a request can be refused with: DynamoDB's error codes, one class each.

A code and its members are those of the API reference (`API_*.html#..._Errors`); the texts are those that
DynamoDB sends, odd spacing included, because clients match on them.
"""

from typing import Any, ClassVar


class DynamoDbError(Exception):
    """A request was refused. `members` are the fields that the error carries beside its message."""

    code: ClassVar[str]

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members = members


class ValidationError(DynamoDbError):
    """The request, or what it would do to an item, breaks a rule of DynamoDB's."""

    code = "ValidationException"


class SerializationError(DynamoDbError):
    """A field has the wrong JSON type, or a text that cannot be written as UTF-8."""

    code = "SerializationException"


class ResourceNotFoundError(DynamoDbError):
    """There is no such table, stream or shard."""

    code = "ResourceNotFoundException"

    def __init__(self, message: str = "Requested resource not found", **members: Any) -> None:
        super().__init__(message, **members)


class ResourceInUseError(DynamoDbError):
    """The table exists already, or is being changed."""

    code = "ResourceInUseException"


class LimitExceededError(DynamoDbError):
    """More changes to indexes than one request may carry."""

    code = "LimitExceededException"


class ConditionalCheckFailedError(DynamoDbError):
    """A write's condition does not hold. Carries `Item`, the item as it is, when the request asked for it."""

    code = "ConditionalCheckFailedException"

    def __init__(self, **members: Any) -> None:
        super().__init__("The conditional request failed", **members)


class TransactionCanceledError(DynamoDbError):
    """A transaction changed nothing. Carries `CancellationReasons`, one for each action, in their order."""

    code = "TransactionCanceledException"

    def __init__(self, reasons: list[dict[str, Any]]) -> None:
        codes = ", ".join(reason["Code"] for reason in reasons)
        super().__init__(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [" + codes + "]",
            CancellationReasons=reasons,
        )


class IdempotentParameterMismatchError(DynamoDbError):
    """A transaction's token was used before, for another transaction."""

    code = "IdempotentParameterMismatchException"


class ExpiredIteratorError(DynamoDbError):
    """A shard iterator is not one of ours, or its stream has gone."""

    code = "ExpiredIteratorException"


class TrimmedDataAccessError(DynamoDbError):
    """A stream's record was asked for that is older than the stream keeps."""

    code = "TrimmedDataAccessException"
