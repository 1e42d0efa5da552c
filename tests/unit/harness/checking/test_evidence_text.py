"""Evidence is plain, bounded, and inert on a terminal."""

import pytest

from harness.checking.evidence_text import because, counted, named, one_line, shown


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m-1", "m-1"),
        ("a" * 80, "a" * 80),
        ("a" * 81, "'" + "a" * 79 + "... (83 characters)"),
        ("two words", "'two words'"),
        ("\u00e9", "'\\xe9'"),
        ("\x1b[2J", "'\\x1b[2J'"),
        ("", "''"),
        (None, "None"),
    ],
)
def test_a_name_is_bare_where_it_is_plain(name: str | None, text: str) -> None:
    assert named(name) == text


def test_a_long_value_is_cut_off_and_its_length_told() -> None:
    assert shown("a" * 78) == "'" + "a" * 78 + "'"
    assert shown("a" * 79) == "'" + "a" * 79 + "... (81 characters)"


def test_a_line_is_cut_off_where_it_is_too_long() -> None:
    assert one_line("a" * 500) == "a" * 500
    assert one_line("a" * 501) == "a" * 500 + "..."
    assert one_line("a\nb\u2028\ud800") == "a\\nb\\u2028\\ud800"


def test_things_are_counted() -> None:
    assert [counted(number, "flows") for number in range(3)] == ["0 flows", "1 flow", "2 flows"]


def test_problems_are_told_where_there_are_any() -> None:
    assert (because([]), because(["a", "b"])) == ("", ": a; b")
