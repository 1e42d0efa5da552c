"""JUnit XML, read as continuous integration does."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from harness.checking import CheckResult, Evidence
from harness.store.junit import as_xml
from harness.verdicts import VerdictWord
from tests.unit.harness.literal_results import KEPT, LOST, MET, MISSED, RECORD, UNMEASURED, UNSEEN, results

# The common form: which attributes an element must have, and which children it may, in this order.
FORM = {
    "testsuites": ({"tests", "failures", "errors", "time"}, ["testsuite"]),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
        ["properties", "testcase", "system-out"],
    ),
    "properties": (set(), ["property"]),
    "property": ({"name", "value"}, []),
    "testcase": ({"name", "classname", "time"}, ["failure", "error"]),
    "failure": ({"message", "type"}, []),
    "error": ({"message", "type"}, []),
    "system-out": (set(), []),
}


def suite(*checks: CheckResult) -> ET.Element:
    document = as_xml(results(*checks, thresholds=(MISSED, UNMEASURED, MET)), RECORD, "runs/one")
    [found] = ET.fromstring(document)
    return found


def case(name: str) -> ET.Element:
    [found] = [case for case in suite().findall("testcase") if case.get("name") == name]
    return found


def test_it_has_the_common_form() -> None:
    document = as_xml(results(thresholds=(MISSED, UNMEASURED, MET)), RECORD, "runs/one")
    assert document.startswith('<?xml version="1.0" encoding="utf-8"?>\n<testsuites ')
    root = ET.fromstring(document)
    for element in root.iter():
        attributes, children = FORM[element.tag]
        assert attributes <= set(element.keys()), element.tag
        places = [children.index(child.tag) for child in element]
        assert places == sorted(places), element.tag
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", root[0].get("timestamp", ""))


def test_each_checker_and_each_threshold_is_a_case_and_the_counts_are_right() -> None:
    found = suite()
    names = [(case.get("classname"), case.get("name")) for case in found.findall("testcase")]
    assert names == [
        ("harness.checks", KEPT.name),
        ("harness.checks", LOST.name),
        ("harness.checks", UNSEEN.name),
        ("harness.thresholds", MISSED.text),
        ("harness.thresholds", UNMEASURED.text),
        ("harness.thresholds", MET.text),
    ]
    assert [found.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "2", "2", "0"]


def test_what_is_valid_passes() -> None:
    assert list(case(KEPT.name)) == []
    assert list(case(MET.text)) == []


def test_what_is_invalid_is_a_failure_with_its_evidence() -> None:
    [failure] = case(LOST.name)
    assert (failure.tag, failure.get("message")) == ("failure", "7 of 100 are nowhere")
    assert (failure.text or "").splitlines() == [
        LOST.claim,
        *(f"flow {number}: message m-{number} is nowhere" for number in range(6)),
        "... and 1 more",
    ]


@pytest.mark.parametrize("name", [UNSEEN.name, UNMEASURED.text])
def test_what_is_unknown_is_an_error_since_nobody_may_take_it_for_passed(name: str) -> None:
    assert [child.tag for child in case(name)] == ["error"]


def test_properties_say_how_to_find_and_repeat_the_run() -> None:
    properties = {each.get("name"): each.get("value") for each in suite().iter("property")}
    assert properties == {
        "run": RECORD.run_id,
        "folder": "runs/one",
        "seed": "7",
        "verdict": "invalid",
        "reason": "because",
    }


def test_characters_that_xml_cannot_hold_are_shown_as_python_would() -> None:
    hostile = CheckResult(
        "hostile", "]]><!--", VerdictWord.INVALID, "\x00\x1b[31m\ufffe\"<&>'", (Evidence("\u202e\ud800", 1),), 1
    )
    failure, *_ = suite(hostile).iter("failure")
    assert failure.get("message") == "\\x00\\x1b[31m\\ufffe\"<&>'"
    assert failure.text == "]]><!--\nflow 1: \\u202e\\ud800"


def test_an_api_without_a_stack_has_a_suite_too() -> None:
    [found] = ET.fromstring(as_xml(results(), replace(RECORD, stack_name=None), "."))
    assert found.get("name") == "harness.api"
