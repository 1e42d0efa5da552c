"""Numbers: 38 digits, a range of magnitudes, one way to write each."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamodb import decimals
from model.dynamodb.errors import ValidationError

# Anything that DynamoDB can hold: up to 38 digits, with an exponent that keeps the magnitude in range.
numbers = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.integers(-130, 88),
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("+3", "3"),
        ("0001.230", "1.23"),
        (".5", "0.5"),
        ("5.", "5"),
        ("10e-1", "1"),
        ("1e5", "100000"),
        ("-1.5E+2", "-150"),
        ("-0", "0"),
        ("0e1000", "0"),
        ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("1e-10", "0.0000000001"),
    ],
)
def test_a_number_is_written_one_way(text: str, written: str) -> None:
    assert decimals.to_text(decimals.parse(text)) == written


@pytest.mark.parametrize(
    "text", ["", "dog", "NaN", "Infinity", "-Infinity", " 1", "1 ", "1_000", "0x10", "\u0661", "1e"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="cannot be converted to a numeric value"):
        decimals.parse(text)


@pytest.mark.parametrize(
    "text", ["1e126", "-1e126", "11e125", "1e100000000", "1" + "0" * 126, "1e99999999999999999999"]
)
def test_a_number_too_large_overflows(text: str) -> None:
    with pytest.raises(ValidationError, match="Number overflow"):
        decimals.parse(text)


@pytest.mark.parametrize("text", ["1e-131", "-0.9e-130", "1e-100000000"])
def test_a_number_too_small_underflows(text: str) -> None:
    with pytest.raises(ValidationError, match="Number underflow"):
        decimals.parse(text)


@pytest.mark.parametrize("text", ["9.99999999e125", "1e-130", "-1e125"])
def test_the_extreme_magnitudes_are_allowed(text: str) -> None:
    assert decimals.parse(text) == Decimal(text)


def test_a_39th_digit_is_refused() -> None:
    with pytest.raises(ValidationError, match="more than 38 significant digits"):
        decimals.parse("3.14159265358979323846264338327950288419")


@given(numbers)
def test_what_is_written_reads_as_the_same_number(number: Decimal) -> None:
    if number and not -130 <= number.adjusted() <= 125:
        return
    written = decimals.to_text(decimals.parse(str(number)))
    assert Decimal(written) == number
    assert decimals.to_text(decimals.parse(written)) == written


def test_sums_are_exact() -> None:
    assert decimals.add("0.1", "0.2") == "0.3"
    assert decimals.add("1", "10000000000000000000000") == "10000000000000000000001"
    assert decimals.subtract("0.3", "0.1") == "0.2"
    assert decimals.subtract("5", "5") == "0"


@pytest.mark.parametrize(("left", "right"), [("9e125", "9e125"), ("1e50", "1")])
def test_a_sum_that_does_not_fit_overflows(left: str, right: str) -> None:
    with pytest.raises(ValidationError, match="Number overflow"):
        decimals.add(left, right)
