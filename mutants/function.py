"""Bugs of the function: in how it reads a message, writes a user, and answers for a batch."""

from typing import Final

from mutants.circumstances import ANSWER_LOST, POISONED, THROTTLED
from mutants.mutant import Edit, Mutant

_CONDITION: Final = ', ConditionExpression="attribute_not_exists(id)"'
_DERIVED_ID: Final = "id=str(uuid5(NAMESPACE, message_id))"

RANDOM_USER_ID: Final = Mutant(
    name="random-user-id",
    broken="A user's ID is drawn at each delivery, not derived from the message.",
    shows="A message that is delivered twice makes two users.",
    edits=(
        Edit("consumer/user.py", "from uuid import UUID, uuid5\n", "from uuid import UUID, uuid4\n"),
        Edit("consumer/user.py", _DERIVED_ID, "id=str(uuid4())"),
    ),
    found_by="one-message-one-result",
    circumstance=ANSWER_LOST,
    flows=40,
)

REWRITTEN_TIME: Final = Mutant(
    name="rewritten-time",
    broken="The write has no condition, and the user's time is when it is written.",
    shows="The createdAt of a user whose message is delivered twice changes after it was shown.",
    edits=(
        Edit("consumer/table.py", _CONDITION, ""),
        Edit("consumer/user.py", 'created_at=_sent_at(record.get("attributes"))', "created_at=str(datetime.now(UTC))"),
    ),
    found_by="result-never-changes",
    circumstance=ANSWER_LOST,
    flows=40,
)

SWALLOWED_EXCEPTION: Final = Mutant(
    name="swallowed-exception",
    broken="A write that fails is logged, and its message is acknowledged all the same.",
    shows="The log has an error, and the user is nowhere: not in the table, not in a queue.",
    edits=(
        Edit(
            "consumer/batch.py",
            "reason=_kind(error), **fields)\n        return False",
            "reason=_kind(error), **fields)\n        return True",
        ),
    ),
    found_by="no-create-lost",
    circumstance=THROTTLED,
    flows=40,
)

WHOLE_BATCH_FAILS: Final = Mutant(
    name="whole-batch-fails",
    broken="One message that fails makes the function fail, and with it all messages of the batch.",
    shows="Users that are in the table have their messages in the dead-letter queue too, beside the poison.",
    edits=(
        Edit(
            "consumer/handler.py",
            '    return {"batchItemFailures": ',
            '    if failed:\n        raise RuntimeError(f"{len(failed)} messages failed")\n'
            '    return {"batchItemFailures": ',
        ),
    ),
    found_by="dead-letters-are-poison",
    circumstance=POISONED,
    flows=20,
)

DUPLICATE_FAILS: Final = Mutant(
    name="duplicate-fails",
    broken="A user that is there already is taken for a write that failed.",
    shows="A message that is delivered twice fails until it is in the dead-letter queue, and its user is in the table.",
    edits=(
        Edit(
            "consumer/table.py",
            "ConditionalCheckFailedException:\n            return False",
            "ConditionalCheckFailedException:\n            raise",
        ),
    ),
    found_by="all-accounted-for",
    circumstance=ANSWER_LOST,
    flows=40,
)

DROPPED_HUNDREDTH: Final = Mutant(
    name="dropped-hundredth",
    broken="One message in a hundred counts as stored without a write.",
    shows="A status that stays at 404, rarely; no error anywhere.",
    edits=(
        Edit(
            "consumer/batch.py",
            "from typing import Any, Protocol\n",
            "from typing import Any, Protocol\nfrom zlib import crc32\n",
        ),
        Edit(
            "consumer/batch.py",
            "        new = users.put_if_absent(user_from_record(record))\n",
            "        user = user_from_record(record)\n"
            "        new = crc32(user.email.encode()) % 100 == 0 or users.put_if_absent(user)\n",
        ),
    ),
    found_by="no-create-lost",
    flows=20,
)

SHORT_USER_IDS: Final = Mutant(
    name="short-user-ids",
    broken="A user's ID is cut to two digits, which look nicer in an address, and a write has no condition.",
    shows="Users disappear, one after the other, as those of the same ID are written over them.",
    edits=(
        Edit("consumer/user.py", _DERIVED_ID, "id=str(uuid5(NAMESPACE, message_id))[:2]"),
        Edit("consumer/table.py", _CONDITION, ""),
    ),
    found_by="no-create-lost",
)

NORMALISED_NAMES: Final = Mutant(
    name="normalised-names",
    broken="Names are brought to one of Unicode's normal forms before they are stored.",
    shows="A letter with a combining mark comes back as one character: it looks alike, and is not what was sent.",
    edits=(
        Edit("consumer/user.py", "import json\n", "import json\nimport unicodedata\n"),
        Edit(
            "consumer/user.py",
            'name=_text(content.get("name"), "the name is not a text")',
            'name=unicodedata.normalize("NFC", _text(content.get("name"), "the name is not a text"))',
        ),
    ),
    found_by="stored-as-sent",
    flows=40,
)

REMEMBERED_CONTENT: Final = Mutant(
    name="remembered-content",
    broken="The function keeps what it has read of a message, and takes it for the next one's content too.",
    shows="A user comes back with a neighbour's name and email.",
    edits=(
        Edit("consumer/user.py", "EPOCH: Final = ", "_known: dict[str, Mapping[str, Any]] = {}\nEPOCH: Final = "),
        Edit(
            "consumer/user.py",
            'content = _content(record.get("body"))',
            'content = _known.setdefault("content", _content(record.get("body")))',
        ),
    ),
    found_by="retrieved-as-sent",
    flows=30,
)

COUNTER_AMONG_USERS: Final = Mutant(
    name="counter-among-users",
    broken="The function keeps a count of all users in their table, as an item of its own.",
    shows="The table has a user that nobody sent.",
    edits=(
        Edit(
            "consumer/table.py",
            "        return True\n",
            "        self._client.update_item(\n"
            "            TableName=self._name,\n"
            '            Key={"id": {"S": "count"}},\n'
            '            UpdateExpression="ADD stored_users :one",\n'
            '            ExpressionAttributeValues={":one": {"N": "1"}},\n'
            "        )\n"
            "        return True\n",
        ),
    ),
    found_by="nothing-made-up",
    flows=10,
)

MUTANTS: Final = (
    RANDOM_USER_ID,
    REWRITTEN_TIME,
    SWALLOWED_EXCEPTION,
    WHOLE_BATCH_FAILS,
    DUPLICATE_FAILS,
    DROPPED_HUNDREDTH,
    SHORT_USER_IDS,
    NORMALISED_NAMES,
    REMEMBERED_CONTENT,
    COUNTER_AMONG_USERS,
)
