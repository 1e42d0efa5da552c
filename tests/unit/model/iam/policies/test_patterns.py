"""Wild cards and variables of policies mean what AWS says, and nothing that a caller sends can become one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.iam.policies.patterns import matches, pattern_of, within_segments

VALUES = {"aws:username": ("ada",), "aws:star": ("*",), "aws:many": ("a", "b")}


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*", "", True),
        ("*", "a/b:c\n", True),
        ("?", "", False),
        ("?", "a", True),
        ("?", "ab", False),
        ("a*c", "abbc", True),
        ("a*c", "abbcd", False),
        ("a*b*c", "a-b-b-c", True),
        ("ab*b", "ab", False),
        ("a*a", "a", False),
        ("a*b*b", "ab", False),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("", "", True),
        ("", "a", False),
        ("arn:*:api/*/GET/*", "arn:aws:execute-api:r:1:api/v1/GET/users/x", True),
        ("arn:*:api/*/GET/*", "arn:aws:execute-api:r:1:api/v1/POST/users", False),
    ],
)
def test_stars_and_question_marks_are_wild_and_nothing_else_is(pattern: str, text: str, fits: bool) -> None:
    wild = pattern_of(pattern)
    assert wild is not None
    assert matches(wild, text) is fits


@given(st.text("ab*?/", max_size=8), st.text("ab/*?", max_size=10))
def test_a_pattern_fits_what_the_same_regular_expression_fits(pattern: str, text: str) -> None:
    wild = pattern_of(pattern)
    assert wild is not None
    expression = as_expression(pattern)
    assert matches(wild, text) is bool(re.fullmatch(expression, text, re.DOTALL))


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a:b*:c:d:e:f", "a:bx:c:d:e:f", True),
        ("a:b*:c:d:e:f", "a:b:x:c:d:e:f", True),
        ("a:b*x:c:d:e:f", "a:b-x:c:d:e:f", True),
        ("a:b*x:c:d:e:f", "a:b:x:c:d:e:f", False),
        ("a:?:c:d:e:f", "a:b:c:d:e:f", True),
        ("a:b?c:d:e:f:g", "a:b:c:d:e:f:g", False),
        ("a:b:c:d:e:f*g?h", "a:b:c:d:e:f::g:h", True),
        ("a:**x:c", "a:bx:c", True),
        ("*x", "a:x", False),
        ("*", "a:b:c", True),
        ("", "", True),
    ],
)
def test_a_wild_card_of_an_arn_keeps_to_its_segment_unless_it_is_a_star_that_ends_it(
    pattern: str, text: str, fits: bool
) -> None:
    wild = pattern_of(pattern)
    assert wild is not None
    assert matches(within_segments(wild), text) is fits


@given(st.text("ab*?:", max_size=12), st.text("ab:", max_size=12))
def test_a_pattern_of_arns_fits_what_the_same_regular_expression_fits(pattern: str, text: str) -> None:
    wild = pattern_of(pattern)
    assert wild is not None
    first = pattern.split(":")[:5]
    rest = pattern[len(":".join(first)) :]
    expression = ":".join(map(segment_as_expression, first)) + as_expression(rest)
    assert matches(within_segments(wild), text) is bool(re.fullmatch(expression, text, re.DOTALL))


def segment_as_expression(segment: str) -> str:
    body, star = (segment[:-1], ".*") if segment.endswith("*") else (segment, "")
    return "".join({"*": "[^:]*", "?": "[^:]"}.get(sign, sign) for sign in body) + star


def as_expression(text: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in text)


def test_many_stars_cost_no_more_than_the_product_of_both_lengths() -> None:
    wild = pattern_of("a*" * 200 + "b")
    assert wild is not None
    began_s = time.perf_counter()
    assert not matches(wild, "a" * 2000)
    assert time.perf_counter() - began_s < 5, "a backtracking match would not end within a lifetime"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("users/${aws:username}", "users/ada", True),
        ("users/${aws:username}", "users/eve", False),
        ("${aws:USERNAME}*", "ada/1", True),
        ("${aws:star}", "*", True),
        ("${aws:star}", "anything", False),
        ("${*}", "*", True),
        ("${*}", "x", False),
        ("${?}${$}", "?$", True),
        ("${aws:none}", "", False),
        ("${aws:none, 'nobody'}", "nobody", True),
        ("${aws:username, 'nobody'}", "ada", True),
        ("${aws:many}", "a", False),
        ("${aws:none}*", "x", False),
    ],
)
def test_a_variable_is_its_value_never_a_pattern_and_one_without_a_value_fits_nothing(
    pattern: str, text: str, fits: bool
) -> None:
    wild = pattern_of(pattern, VALUES)
    assert (wild is not None and matches(wild, text)) is fits


def test_variables_are_texts_in_a_policy_of_the_older_version() -> None:
    wild = pattern_of("${aws:username}")
    assert wild is not None
    assert matches(wild, "${aws:username}")
    assert not matches(wild, "ada")
