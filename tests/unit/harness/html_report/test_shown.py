"""What a client or a server sent must be seen as it is, and be able to do nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.html_report.shown import duration_label, shown_ms, shown_payload, shown_text
from tests.hostile import HOSTILE_NAMES


def test_printable_ascii_stays_as_it_is() -> None:
    assert shown_text(r"a \ 'quoted' <b> {{7}}") == r"a \ 'quoted' <b> {{7}}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x00", r"\x00"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\u202eabc", r"\u202eabc"),
        ("\x7f", r"\x7f"),
        ("\U0001f600", r"\U0001f600"),
        ("\ud800", r"\ud800"),
    ],
)
def test_everything_else_is_written_as_an_escape(text: str, shown: str) -> None:
    assert shown_text(text) == shown


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert shown_text("x" * 1403, 400) == "x" * 400 + " ... (1,003 more characters)"


@given(st.text())
def test_nothing_but_printable_ascii_is_shown(text: str) -> None:
    shown = shown_text(text)
    assert shown.isascii()
    assert shown.isprintable()


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_payload_is_shown_as_the_json_that_it_is(name: str) -> None:
    shown = shown_payload({"name": name})
    assert shown.isascii()
    assert shown.isprintable()
    if len(name) < 400:
        assert json.loads(shown.replace(r"\x7f", r"\u007f")) == {"name": name}
    else:
        assert "more characters" in shown
        assert len(shown) < 1000


def test_a_payload_of_any_form_can_be_shown() -> None:
    assert shown_payload({"name": None, "more": [1, {"x": "y" * 500}]}).count("y") == 400


@pytest.mark.parametrize(
    ("value_ms", "shown"), [(None, "-"), (0.0, "0.00"), (3.14159, "3.14"), (12.34, "12.3"), (12345.6, "12,345.6")]
)
def test_milliseconds_have_three_digits_or_more(value_ms: float | None, shown: str) -> None:
    assert shown_ms(value_ms) == shown


@pytest.mark.parametrize(
    ("value_ms", "label"), [(0.5, "0.5 ms"), (500, "500 ms"), (1000, "1 s"), (2500, "2.5 s"), (120_000, "2 min")]
)
def test_a_label_has_the_unit_that_suits_it(value_ms: float, label: str) -> None:
    assert duration_label(value_ms) == label
