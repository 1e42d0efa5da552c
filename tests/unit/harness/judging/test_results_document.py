"""Results as JSON and back."""

import json

import pytest

from harness.errors import MisuseError
from harness.judging.results_document import results_from_json, results_to_json
from tests.unit.harness.literal_results import MET, MISSED, UNMEASURED, results, with_faults

WHOLE = results(thresholds=(MISSED, UNMEASURED, MET))


def test_results_survive_a_file() -> None:
    document = results_to_json(WHOLE)
    assert json.loads(json.dumps(document)) == document
    assert results_from_json(document) == WHOLE


def test_the_figures_of_faults_survive_too_and_are_left_out_where_there_were_none() -> None:
    broken = with_faults(WHOLE)
    assert results_from_json(json.loads(json.dumps(results_to_json(broken)))) == broken
    assert "faults" not in results_to_json(WHOLE)["figures"]


def test_what_is_not_known_is_null_and_not_left_out() -> None:
    document = results_to_json(WHOLE)
    assert document["format"] == 1
    assert document["thresholds"][1]["measured"] is None
    assert document["figures"]["windows"][0]["queue_depth"] is None
    assert document["verdict"] == {"word": "invalid", "reason": "because"}


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_is_refused_in_one_line_that_says_what_to_do(version: object) -> None:
    with pytest.raises(MisuseError, match=r"results.json.format: 1 is expected, not .*; make it again .*harness check"):
        results_from_json(results_to_json(WHOLE) | {"format": version}, "results.json")


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("verdict", {"word": "splendid", "reason": ""}, "results.verdict.word: one of valid, invalid, unknown"),
        ("checks", {}, "results.checks: a list is expected"),
        ("checks", [{"name": 3}], r"results.checks\[0\]"),
        ("notes", [1], r"results.notes\[0\]: a text is expected, not 1"),
        ("surprise", 1, "results.surprise: not known"),
    ],
)
def test_what_is_no_result_is_refused_with_its_place(member: str, value: object, message: str) -> None:
    with pytest.raises(MisuseError, match=message):
        results_from_json(results_to_json(WHOLE) | {member: value})


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(MisuseError, match="results: an object is expected"):
        results_from_json([])
