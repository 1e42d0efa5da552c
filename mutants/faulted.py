"""Bugs that show only when something is broken besides: each is tried out under a fault of the engine."""

from typing import Final

from mutants.circumstances import DUPLICATED, FAILING_TABLE, LAGGING_TABLE
from mutants.mutant import Edit, Mutant

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
    REMEMBERED_MESSAGES,
    ID_OF_THE_RECEIPT,
    INCONSISTENT_READ,
)
