"""Results as JUnit XML, as continuous integration reads it: a suite a run, a case a checker and a threshold. No I/O.

An *invalid* verdict is a `failure`; an *unknown* one is an `error`: the test did not come to an answer, which JUnit
means by that word. It is not `skipped`: who only looks at the colour would take a run of which nothing is known for a
good one. The form is the common one (testsuites, testsuite, properties, testcase; counts and seconds as attributes).
"""

from typing import Final
from xml.etree import ElementTree as ET

from harness.checking import CheckResult
from harness.judging.results import Results
from harness.store.record import RunRecord
from harness.verdicts import ThresholdResult, VerdictWord

_PROBLEM_TAGS: Final = {VerdictWord.INVALID: "failure", VerdictWord.UNKNOWN: "error"}
_DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>\n'


def as_xml(results: Results, record: RunRecord, folder: str) -> str:
    """Return the document.

    Args:
        results: what is said of the run.
        record: the run.
        folder: where the run's files are, for whoever reads that it failed.
    """
    suite = ET.Element("testsuite", name=f"harness.{record.stack_name or 'api'}", hostname="localhost")
    suite.set("timestamp", record.started_at.partition("+")[0])
    suite.set("time", f"{results.figures.duration_s:.3f}")
    properties = ET.SubElement(suite, "properties")
    facts = {
        "run": record.run_id,
        "folder": folder,
        "seed": str(record.workload.get("seed", "")),
        "verdict": results.verdict.word,
        "reason": results.verdict.reason,
    }
    for name, value in facts.items():
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    for check in results.checks:
        _add_check(suite, check)
    for threshold in results.thresholds:
        _add_threshold(suite, threshold)
    ET.SubElement(suite, "system-out").text = _clean("\n".join([results.verdict.reason, *results.notes]))
    return _finish(suite)


def _add_check(suite: ET.Element, check: CheckResult) -> None:
    evidence = [_line(each.what, each.flow) for each in check.evidence]
    if check.violations > len(evidence):
        evidence.append(f"... and {check.violations - len(evidence)} more")
    case = _add_case(suite, "harness.checks", check.name)
    _add_verdict(case, check.verdict, check.reason, "\n".join([check.claim, *evidence]))


def _add_threshold(suite: ET.Element, threshold: ThresholdResult) -> None:
    case = _add_case(suite, "harness.thresholds", threshold.text)
    _add_verdict(case, threshold.verdict, threshold.reason, f"required: {threshold.text}")


def _add_case(suite: ET.Element, class_name: str, name: str) -> ET.Element:
    # A checker's own time is not measured, and some readers refuse a case without any.
    return ET.SubElement(suite, "testcase", classname=class_name, name=_clean(name), time="0.000")


def _add_verdict(case: ET.Element, verdict: VerdictWord, reason: str, details: str) -> None:
    if tag := _PROBLEM_TAGS.get(verdict):
        ET.SubElement(case, tag, message=_clean(reason), type=verdict).text = _clean(details)


def _line(what: str, flow: int | None) -> str:
    return what if flow is None else f"flow {flow}: {what}"


def _finish(suite: ET.Element) -> str:
    counts = {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": 0,
    }
    root = ET.Element("testsuites")
    root.append(suite)
    for element in (root, suite):
        for name, count in counts.items():
            element.set(name, str(count))
    root.set("time", suite.get("time", "0"))
    ET.indent(root)
    return _DECLARATION + ET.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Return a text with what XML 1.0 can't hold, and what a person can't see, written as Python would."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else ascii(character)[1:-1] for character in text
    )
