"""DynamoDB's numbers: up to 38 significant decimal digits, magnitude from 1E-130 to below 1E+126.

Source: Developer Guide, "Supported data types and naming rules in Amazon DynamoDB", section "Number". A
number travels as text; leading and trailing zeros are trimmed, so `1`, `1.0` and `10e-1` are the same
number and the same key. Here a number is always kept in one such form: plain notation, no superfluous zero.
"""

import re
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation

from model.dynamodb.errors import ValidationError

MAX_DIGITS = 38
MAX_EXPONENT = 125
MIN_EXPONENT = -130

_TEXT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_EXACT = Context(prec=MAX_DIGITS, traps=[Inexact])
_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


def parse(text: str) -> Decimal:
    """Return the number that `text` writes.

    Raises:
        ValidationError: `text` is no number, or one that DynamoDB cannot hold.
    """
    if not _TEXT.fullmatch(text):
        raise ValidationError(f"The parameter cannot be converted to a numeric value: {text}")
    try:
        number = Decimal(text)
    except InvalidOperation as error:  # an exponent beyond even Python's range
        raise ValidationError(_OVERFLOW) from error
    _check_magnitude(number)
    try:
        return _EXACT.normalize(number)
    except Inexact as error:
        raise ValidationError("Attempting to store more than 38 significant digits in a Number") from error


def to_text(number: Decimal) -> str:
    """Return `number` as DynamoDB writes it: plain notation, without superfluous zeros, never `-0`."""
    return f"{_EXACT.normalize(number):f}" if number else "0"


def add(augend: str, addend: str) -> str:
    """Return the exact sum of two numbers, all three in their text form.

    Raises:
        ValidationError: the sum needs more than 38 digits, or is out of range. DynamoDB calls both an
            overflow.
    """
    return _calculated(_EXACT.add, augend, addend)


def subtract(minuend: str, subtrahend: str) -> str:
    """Return the exact difference of two numbers. Raises as `add` does."""
    return _calculated(_EXACT.subtract, minuend, subtrahend)


def _calculated(operation: Callable[[Decimal, Decimal], Decimal], left: str, right: str) -> str:
    try:
        result = operation(Decimal(left), Decimal(right))
    except Inexact as error:
        raise ValidationError(_OVERFLOW) from error
    _check_magnitude(result)
    return to_text(result)


def _check_magnitude(number: Decimal) -> None:
    if not number:
        return
    if number.adjusted() > MAX_EXPONENT:
        raise ValidationError(_OVERFLOW)
    if number.adjusted() < MIN_EXPONENT:
        raise ValidationError(_UNDERFLOW)
