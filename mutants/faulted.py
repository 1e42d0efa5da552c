"""Bugs that show only when something is broken besides: each is tried out under a fault of the engine."""

from typing import Final

from mutants.circumstances import CRASHING, DUPLICATED, FAILING_TABLE, LAGGING_TABLE, SLOW_FUNCTION
from mutants.mutant import Edit, Mutant

ACKNOWLEDGED_FIRST: Final = Mutant(
    name="acknowledged-first",
    broken="The function takes its messages off the queue before it writes their users.",
    shows="When the function dies between the two, the users are nowhere: not in the table, not in a queue.",
    edits=(
        Edit(
            "consumer/handler.py",
            "\n\ndef handler(",
            '\n_sqs = boto3.client("sqs")\n\n\ndef handler(',
        ),
        Edit(
            "consumer/handler.py",
            "    failed = failed_messages(",
            '    for record in event["Records"]:\n'
            '        queue = _sqs.get_queue_url(QueueName=record["eventSourceARN"].rpartition(":")[2])\n'
            '        _sqs.delete_message(QueueUrl=queue["QueueUrl"], ReceiptHandle=record["receiptHandle"])\n'
            "    failed = failed_messages(",
        ),
    ),
    found_by="no-create-lost",
    circumstance=CRASHING,
    flows=40,
)

REMEMBERED_MESSAGES: Final = Mutant(
    name="remembered-messages",
    broken="The function remembers which messages it has seen, and passes over one that comes again.",
    shows="A message whose write failed comes again, is taken for done, and its user is nowhere.",
    edits=(
        Edit(
            "consumer/batch.py", "\n\nclass Users(Protocol):", "\n_seen: set[str] = set()\n\n\nclass Users(Protocol):"
        ),
        Edit(
            "consumer/batch.py",
            "    try:\n        new = users.put_if_absent",
            '    if record["messageId"] in _seen:\n        return True\n    _seen.add(record["messageId"])\n'
            "    try:\n        new = users.put_if_absent",
        ),
    ),
    found_by="no-create-lost",
    circumstance=FAILING_TABLE,
    flows=40,
)

ID_OF_THE_RECEIPT: Final = Mutant(
    name="id-of-the-receipt",
    broken="A user's ID derives from the message's receipt, which is another at each delivery.",
    shows="A message that is delivered twice makes two users.",
    edits=(
        Edit(
            "consumer/user.py",
            "id=str(uuid5(NAMESPACE, message_id))",
            'id=str(uuid5(NAMESPACE, record["receiptHandle"]))',
        ),
    ),
    found_by="one-message-one-result",
    circumstance=DUPLICATED,
    flows=40,
)

SHORT_VISIBILITY: Final = Mutant(
    name="short-visibility",
    broken="The queue shows a message again while the function, which may take longer, is still at it.",
    shows="Users that are in the table have their messages in the dead-letter queue too.",
    edits=(Edit("infra/template.yaml", "VisibilityTimeout: !Ref VisibilityTimeoutSeconds", "VisibilityTimeout: 1"),),
    found_by="all-accounted-for",
    circumstance=SLOW_FUNCTION,
    flows=20,
)

INCONSISTENT_READ: Final = Mutant(
    name="inconsistent-read",
    broken="A retrieve does not ask for a consistent read.",
    shows="A status says done, and the retrieve that follows at once answers 404.",
    edits=(Edit("infra/templates/user-request.vtl", '  },\n  "ConsistentRead": true\n', "  }\n"),),
    found_by="retrieve-after-visible",
    circumstance=LAGGING_TABLE,
    flows=20,
)

MUTANTS: Final = (
    ACKNOWLEDGED_FIRST,
    REMEMBERED_MESSAGES,
    ID_OF_THE_RECEIPT,
    SHORT_VISIBILITY,
    INCONSISTENT_READ,
)
