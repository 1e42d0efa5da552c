"""The template's parameters."""

from typing import Any

import pytest

from infra.errors import MisuseError
from infra.parameters import effective_parameters

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "FunctionTimeoutSeconds": {"Default": 5},
        "VisibilityTimeoutSeconds": {"Default": 30},
        "StageName": {"Default": "v1"},
        "FunctionKey": {},
    }
}


def effective(**given: str) -> dict[str, str]:
    return effective_parameters(TEMPLATE, given, {"FunctionKey": "a-key", "NotInThisTemplate": "x"})


def test_defaults_are_spelled_out_and_the_bootstrap_fills_in_its_own() -> None:
    assert effective(StageName="v2") == {
        "FunctionTimeoutSeconds": "5",
        "VisibilityTimeoutSeconds": "30",
        "StageName": "v2",
        "FunctionKey": "a-key",
    }


@pytest.mark.parametrize("name", ["Unknown", "FunctionKey"])
def test_a_parameter_that_cannot_be_set_is_refused_with_those_that_can(name: str) -> None:
    with pytest.raises(MisuseError) as refused:
        effective(**{name: "x"})

    assert str(refused.value) == (
        f"--parameter {name}: there is none of that name to set;"
        " there are FunctionTimeoutSeconds, StageName, VisibilityTimeoutSeconds"
    )


@pytest.mark.parametrize(("function_s", "visibility_s"), [("6", "35"), ("1", "5"), ("5", "29")])
def test_a_visibility_timeout_below_six_function_timeouts_is_refused(function_s: str, visibility_s: str) -> None:
    with pytest.raises(MisuseError) as refused:
        effective(FunctionTimeoutSeconds=function_s, VisibilityTimeoutSeconds=visibility_s)

    assert str(refused.value) == (
        f"VisibilityTimeoutSeconds={visibility_s} is less than six times FunctionTimeoutSeconds={function_s}:"
        f" set it to {6 * int(function_s)} or more"
    )


@pytest.mark.parametrize(("function_s", "visibility_s"), [("1", "6"), ("5", "30"), ("900", "43200")])
def test_six_function_timeouts_are_enough(function_s: str, visibility_s: str) -> None:
    values = effective(FunctionTimeoutSeconds=function_s, VisibilityTimeoutSeconds=visibility_s)

    assert values["VisibilityTimeoutSeconds"] == visibility_s


def test_what_is_no_number_is_left_to_cloudformation() -> None:
    assert effective(FunctionTimeoutSeconds="soon")["FunctionTimeoutSeconds"] == "soon"
