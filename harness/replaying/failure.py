"""What counts as the same failure: the same claims are broken. Pure."""

from collections.abc import Iterator, Mapping

from harness.errors import MisuseError
from harness.judging.results import Results
from harness.verdicts import VerdictWord


def broken_in(results: Results) -> frozenset[str]:
    """Return what is shown to be wrong: the names of checkers, and thresholds as they were given."""
    checks = {check.name for check in results.checks if check.verdict is VerdictWord.INVALID}
    missed = {held.text for held in results.thresholds if held.verdict is VerdictWord.INVALID}
    return frozenset(checks | missed)


def flows_of_evidence(results: Results) -> Mapping[str, tuple[int, ...]]:
    """Return the flows that show what is wrong, by the name of the checker, in the order of their numbers.

    Only as many as the results keep: see `harness.checking.KEPT_EVIDENCE`.
    """
    return dict(_flows_of_evidence(results))


def failure_to_keep(results: Results, chosen: tuple[str, ...], run_id: str) -> frozenset[str]:
    """Return which claims have to be broken for a failure to be the same: the run's own, or those that were chosen.

    Raises:
        MisuseError: the run is not invalid, or one that was chosen is not broken in it.
    """
    broken = broken_in(results)
    if not broken:
        word = results.verdict.word
        raise MisuseError(f"run {run_id} is {word}: nothing in it is shown to be wrong, so that nothing can be kept")
    if missing := [name for name in chosen if name not in broken]:
        raise MisuseError(f"run {run_id} does not break {missing[0]}; it breaks {', '.join(sorted(broken))}")
    return frozenset(chosen) or broken


def _flows_of_evidence(results: Results) -> Iterator[tuple[str, tuple[int, ...]]]:
    for check in results.checks:
        if check.verdict is VerdictWord.INVALID:
            yield check.name, tuple(sorted({each.flow for each in check.evidence if each.flow is not None}))
