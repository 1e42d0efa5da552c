"""The table says of each mutant whether it was found as it should be, and by what else."""

import io
from dataclasses import replace

from rich.console import Console

from harness.verdicts import VerdictWord
from mutants.function import RANDOM_USER_ID, SWALLOWED_EXCEPTION
from mutants.mutant import sound
from mutants.table import Slot, as_json, as_table, conclusion
from mutants.trial import Trial

FOUND = Trial(
    SWALLOWED_EXCEPTION, 1, VerdictWord.INVALID, "why", ("every-flow-completed", "no-create-lost"), 12.4, "runs/1"
)
MISSED = Trial(RANDOM_USER_ID, 1, VerdictWord.VALID, "all 40 flows", (), 8, "runs/2")
SOUND = Trial(sound(), 7, VerdictWord.VALID, "all 100 flows", (), 5, "runs/3")


def rendered(*slots: Slot) -> list[str]:
    """The table's rows, without its head."""
    console = Console(file=io.StringIO(), width=200)
    console.print(as_table(slots))
    assert isinstance(console.file, io.StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()[3:] if line.strip()]


def test_every_row_says_what_was_expected_and_what_came() -> None:
    assert rendered(FOUND, MISSED, SOUND, RANDOM_USER_ID) == [
        "swallowed-exception throttled no-create-lost yes invalid every-flow-completed 12",
        "random-user-id answer-lost one-message-one-result NO valid 8",
        "sound calm nobody yes valid 5",
        "random-user-id answer-lost one-message-one-result ...",
    ]


def test_the_conclusion_counts_and_names_what_went_wrong() -> None:
    assert conclusion([FOUND, SOUND]) == (
        "1 of 1 mutants found by the checker that should find them; 1 of 1 sound runs valid"
    )
    lines = conclusion([FOUND, MISSED, replace(SOUND, verdict=VerdictWord.UNKNOWN, run="")]).splitlines()
    assert lines[0] == "1 of 2 mutants found by the checker that should find them; 0 of 1 sound runs valid"
    assert lines[1] == "random-user-id, seed 1: NOT AS EXPECTED after 8 s: valid: all 40 flows; runs/2"
    assert lines[2].startswith("sound, seed 7: NOT AS EXPECTED after 5 s: unknown: all 100 flows; no run")


def test_json_says_the_same() -> None:
    document = as_json([FOUND, MISSED])

    assert document["as_expected"] is False
    assert document["trials"][0] == {
        "mutant": "swallowed-exception",
        "circumstance": "throttled",
        "seed": 1,
        "expected": "no-create-lost",
        "as_expected": True,
        "verdict": "invalid",
        "reason": "why",
        "found_by": ["every-flow-completed", "no-create-lost"],
        "seconds": 12.4,
        "run": "runs/1",
    }
