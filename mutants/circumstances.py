"""Circumstances that some bugs need to show, and that the sound stack survives. What fails heals by redelivery."""

from typing import Final

from harness.callers import Auth
from harness.faults import Fault, FixedDelay, UniformDelay
from model.faults.kinds import EVERY_ATTEMPT
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
    # The batch waits for the creates; one delivery is all that a message gets, so that nobody waits for more. It must
    # not end because the machine is busy.
    parameters={
        "MaximumBatchingWindowSeconds": "1",
        "MaxReceiveCount": "1",
        "FunctionTimeoutSeconds": "2",
        "VisibilityTimeoutSeconds": "12",
    },
    poison=3,
)

CRASHING: Final = Circumstance(
    name="crashing",
    sentence="The function dies right before every sixth user's first write.",
    # It starts anew in its next invocation's time, which on a busy machine may not be enough for once or twice. Who is
    # in a batch with others would die with them, and come again after each death: alone, nobody waits for others.
    parameters={
        "FunctionTimeoutSeconds": "4",
        "VisibilityTimeoutSeconds": "24",
        "MaxReceiveCount": "20",
        "BatchSize": "1",
    },
    faults=(Fault("crashes", "crashes", rate=1 / 6),),
)

FAILING_TABLE: Final = Circumstance(
    name="failing-table",
    sentence="The table answers every sixth user's first two writes with an internal error, the SDK's retry included.",
    # The SDK waits before it tries again, and one invocation has up to ten messages.
    parameters={"FunctionTimeoutSeconds": "4", "VisibilityTimeoutSeconds": "24"},
    faults=(Fault("table-errors", "table-errors", rate=1 / 6, times=2, operations=frozenset({"PutItem"})),),
)

DUPLICATED: Final = Circumstance(
    name="duplicated",
    sentence="Every third message is delivered twice.",
    faults=(Fault("duplicates", "duplicates", rate=1 / 3, delay=UniformDelay(0, 500)),),
)

SLOW_FUNCTION: Final = Circumstance(
    name="slow-function",
    sentence="For every second message, the function takes two and a half seconds more.",
    # A sound function has all the time for it, so that one delivery is enough, on a busy machine too. Who is shown a
    # message a second time, which may be only when one of five slow batches is done, has it dead-lettered.
    parameters={"FunctionTimeoutSeconds": "30", "VisibilityTimeoutSeconds": "180", "MaxReceiveCount": "1"},
    faults=(Fault("slow-handlers", "slow-handlers", rate=1 / 2, times=5, delay=FixedDelay(2500)),),
)

LAGGING_TABLE: Final = Circumstance(
    name="lagging-table",
    sentence="Reads of the table that are not consistent see a write a second later.",
    faults=(Fault("table-lag", "table-lag", rate=1, delay=FixedDelay(1000)),),
)

LAGGING_REPLICAS: Final = Circumstance(
    name="lagging-replicas",
    sentence="Every third read of the index is answered by a replica that is two seconds behind.",
    faults=(
        Fault(
            "stale-reads",
            "stale-reads",
            rate=1 / 3,
            times=EVERY_ATTEMPT,
            operations=frozenset({"Query"}),
            delay=FixedDelay(2000),
        ),
    ),
)

TOKENS: Final = Circumstance(
    name="tokens",
    sentence="Who calls has a token of this machine's issuer; half of the creates are sent by who may not.",
    auth=Auth.JWT,
    strangers=0.5,
)

CIRCUMSTANCES: Final = (
    THROTTLED,
    ANSWER_LOST,
    POISONED,
    CRASHING,
    FAILING_TABLE,
    DUPLICATED,
    SLOW_FUNCTION,
    LAGGING_TABLE,
    LAGGING_REPLICAS,
    TOKENS,
)
