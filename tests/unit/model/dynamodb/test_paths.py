"""Document paths: finding, projecting, and which paths exclude each other."""

import pytest

from model.dynamodb.errors import ValidationError
from model.dynamodb.paths import Path, check_disjoint, find, project, to_text
from model.dynamodb.values import Item

ITEM: Item = {
    "a": {"M": {"b": {"L": [{"S": "zero"}, {"S": "one"}, {"S": "two"}]}, "c": {"N": "1"}}},
    "d": {"S": "text"},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("d",), {"S": "text"}),
        (("a", "c"), {"N": "1"}),
        (("a", "b", 1), {"S": "one"}),
        (("a", "b", 3), None),
        (("a", "b", "x"), None),
        (("a", 0), None),
        (("d", "x"), None),
        (("missing",), None),
    ],
)
def test_a_path_leads_to_its_value_or_to_nothing(path: Path, value: object) -> None:
    assert find(ITEM, path) == value


def test_a_path_leads_to_nothing_where_there_is_no_item() -> None:
    assert find(None, ("a",)) is None


def test_a_projection_keeps_the_surroundings_and_closes_gaps_in_lists() -> None:
    assert project(ITEM, [("a", "b", 2), ("a", "b", 0), ("d",), ("missing", "x")]) == {
        "a": {"M": {"b": {"L": [{"S": "zero"}, {"S": "two"}]}}},
        "d": {"S": "text"},
    }


def test_a_projection_of_nothing_that_is_there_is_empty() -> None:
    assert project(ITEM, [("a", "x"), ("d", 0)]) == {}


@pytest.mark.parametrize(
    ("one", "two", "verb"),
    [
        (("a",), ("a",), "overlap"),
        (("a",), ("a", "b"), "overlap"),
        (("a", 1, "c"), ("a", 1), "overlap"),
        (("a", "b"), ("a", 1), "conflict"),
    ],
)
def test_paths_that_exclude_each_other_are_refused(one: Path, two: Path, verb: str) -> None:
    with pytest.raises(ValidationError, match=f"Two document paths {verb} with each other"):
        check_disjoint([("z",), one, two])


def test_paths_beside_each_other_are_fine() -> None:
    check_disjoint([("a", "b"), ("a", "c"), ("b",), ("l", 0), ("l", 1)])


def test_a_path_is_written_as_dynamodb_writes_it() -> None:
    assert to_text(("a", "b", 3)) == "[a, b, [3]]"
