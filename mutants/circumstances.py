"""Circumstances that some bugs need to show, and that the sound stack survives. What fails heals by redelivery."""

from typing import Final

from mutants.mutant import Circumstance, Edit

_WRITE: Final = "        new = users.put_if_absent(user_from_record(record))\n"
# A quarter of all message IDs, in their first delivery only: so it is the same whichever process is asked.
_FIRST_OF_SOME: Final = 'record["attributes"]["ApproximateReceiveCount"] == "1" and record["messageId"][0] in "0123"'

THROTTLED: Final = Circumstance(
    name="throttled",
    sentence="The table refuses the first write of every fourth user.",
    edits=(
        Edit(
            "consumer/batch.py",
            _WRITE,
            f'        if {_FIRST_OF_SOME}:\n            raise ConnectionError("throttled")\n{_WRITE}',
        ),
    ),
)

ANSWER_LOST: Final = Circumstance(
    name="answer-lost",
    sentence="The table writes every fourth user, and its answer gets lost.",
    edits=(
        Edit(
            "consumer/batch.py",
            _WRITE,
            f'{_WRITE}        if {_FIRST_OF_SOME}:\n            raise TimeoutError("no answer")\n',
        ),
    ),
)

POISONED: Final = Circumstance(
    name="poisoned",
    sentence="Messages that hold no user wait in the queue, and come in one batch with the first creates.",
    # The batch waits for the creates; one delivery is all that a message gets, so that nobody waits for more.
    parameters={"MaximumBatchingWindowSeconds": "1", "MaxReceiveCount": "1"},
    poison=3,
)

CIRCUMSTANCES: Final = (THROTTLED, ANSWER_LOST, POISONED)
