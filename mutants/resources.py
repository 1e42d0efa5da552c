"""Bugs of the template: resources that are missing a property, or have one too many."""

from typing import Final

from mutants.circumstances import THROTTLED
from mutants.mutant import Edit, Mutant

NO_DEAD_LETTERS: Final = Mutant(
    name="no-dead-letters",
    broken="The queue does not hand on to the dead-letter queue what fails again and again.",
    shows="Nothing, until a message fails: it then comes back until it is too old, and is gone.",
    edits=(
        Edit(
            "infra/template.yaml",
            "      RedrivePolicy:\n"
            "        deadLetterTargetArn: !GetAtt DeadLetterQueue.Arn\n"
            "        maxReceiveCount: !Ref MaxReceiveCount\n",
            "",
        ),
    ),
    found_by="dead-letters-are-poison",
    flows=10,
)

IGNORED_FAILURES: Final = Mutant(
    name="ignored-failures",
    broken="The event source is not told that the function reports the failures of single messages.",
    shows="What the function could not write at the first try is taken off the queue, and is nowhere.",
    edits=(Edit("infra/template.yaml", "      FunctionResponseTypes: [ReportBatchItemFailures]\n", ""),),
    found_by="no-create-lost",
    circumstance=THROTTLED,
    flows=40,
)

DELAYED_QUEUE: Final = Mutant(
    name="delayed-queue",
    broken="The queue delays every message, as another one had to from which its settings were copied.",
    shows="Every user becomes visible, and all of them later than agreed.",
    edits=(
        Edit(
            "infra/template.yaml",
            "      ReceiveMessageWaitTimeSeconds: 20\n",
            "      ReceiveMessageWaitTimeSeconds: 20\n      DelaySeconds: 3\n",
        ),
    ),
    found_by="visible-in-time",
    flows=10,
    visible_within_s=1.5,
)

MUTANTS: Final = (NO_DEAD_LETTERS, IGNORED_FAILURES, DELAYED_QUEUE)
