"""Why a run is not valid, as the text that a failing test shows. Pure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.checking import CheckResult, Evidence
from harness.judging.results import Results
from harness.verdicts import ThresholdResult, VerdictWord

_SHOWN_EVIDENCE: Final = 3


def explain(results: Results, folder: Path) -> str:
    """Return the verdict, what did not hold with its first evidence, and the run's folder; nothing if it is valid."""
    verdict = results.verdict
    if verdict.word is VerdictWord.VALID:
        return ""
    return "\n".join(
        [
            f"the run is {verdict.word}: {verdict.reason}",
            *(line for check in _worst_first(results) for line in _check_lines(check)),
            *(f"  note: {note}" for note in results.notes),
            f"  the run: {folder}",
        ]
    )


def _worst_first(results: Results) -> list[CheckResult | ThresholdResult]:
    found_all: list[CheckResult | ThresholdResult] = [*results.checks, *results.thresholds]
    missed = [found for found in found_all if found.verdict is not VerdictWord.VALID]
    return sorted(missed, key=lambda found: found.verdict is not VerdictWord.INVALID)


def _check_lines(found: CheckResult | ThresholdResult) -> Iterator[str]:
    if isinstance(found, ThresholdResult):
        yield f"  {found.verdict}: {found.text}: {found.reason}"
        return
    yield f"  {found.verdict}: {found.name}: {found.reason}"
    shown = found.evidence[:_SHOWN_EVIDENCE]
    yield from (f"    {_evidence_line(evidence)}" for evidence in shown)
    if (more := max(found.violations, len(found.evidence)) - len(shown)) > 0:
        yield f"    and {more} more"


def _evidence_line(evidence: Evidence) -> str:
    return evidence.what if evidence.flow is None else f"flow {evidence.flow}: {evidence.what}"
