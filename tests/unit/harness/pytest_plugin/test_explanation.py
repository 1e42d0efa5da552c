"""What a failing test shows of a run."""

from pathlib import Path

from harness.pytest_plugin.explanation import explain
from tests.unit.harness.pytest_plugin.results import INVALID, UNKNOWN, VALID

FOLDER = Path("runs/7")


def test_of_a_valid_run_there_is_nothing_to_explain() -> None:
    assert explain(VALID, FOLDER) == ""


def test_an_invalid_run_is_verdict_then_what_is_invalid_with_evidence_then_what_is_unknown_then_the_folder() -> None:
    assert explain(INVALID, FOLDER).splitlines() == [
        "the run is invalid: 1 check and 1 threshold failed",
        "  invalid: no-create-lost: 5 of 5 are nowhere",
        "    flow 0: message m0 is nowhere",
        "    flow 1: message m1 is nowhere",
        "    flow 2: message m2 is nowhere",
        "    and 2 more",
        "  invalid: visible.p99<2s: it was 2.5 s",
        "  unknown: dead-letters: nobody looked",
        "  note: abandoned: nobody answers",
        "  the run: runs/7",
    ]


def test_a_run_of_which_not_everything_is_known_is_explained_too() -> None:
    assert explain(UNKNOWN, FOLDER).splitlines() == [
        "the run is unknown: nobody looked",
        "  unknown: dead-letters: nobody looked",
        "  the run: runs/7",
    ]
