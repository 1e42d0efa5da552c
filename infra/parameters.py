"""The template's parameters: which there are, what they are set to, and what must not be."""

from collections.abc import Mapping
from typing import Any

from infra.access import check_tokens
from infra.errors import MisuseError

# Lambda's advice, so that a throttled batch can be tried again before its messages become visible:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_TIMEOUTS_PER_FUNCTION_TIMEOUT = 6


def effective_parameters(
    template: Mapping[str, Any], given: Mapping[str, str], filled_in: Mapping[str, str]
) -> dict[str, str]:
    """Return the value of each of the template's parameters.

    Defaults are spelled out: what a stack had before must not show through.

    Args:
        template: its `Parameters` say which there are
        given: by a person
        filled_in: by the bootstrap

    Raises:
        MisuseError: when a person names one that is not there or is filled in, or values do not fit together.
    """
    declared = template.get("Parameters", {})
    for name in given:
        if name not in declared or name in filled_in:
            known = ", ".join(sorted(set(declared) - set(filled_in)))
            raise MisuseError(f"--parameter {name}: there is none of that name to set; there are {known}")
    defaults = {name: str(each["Default"]) for name, each in declared.items() if "Default" in each}
    values = {**defaults, **given, **{name: filled_in[name] for name in filled_in if name in declared}}
    _check_timeouts(values)
    check_tokens(values)
    return values


def _check_timeouts(values: Mapping[str, str]) -> None:
    try:
        visibility_s = int(values["VisibilityTimeoutSeconds"])
        function_s = int(values["FunctionTimeoutSeconds"])
    except (KeyError, ValueError):
        return  # another template, or what CloudFormation will refuse in words of its own
    least_s = VISIBILITY_TIMEOUTS_PER_FUNCTION_TIMEOUT * function_s
    if visibility_s < least_s:
        raise MisuseError(
            f"VisibilityTimeoutSeconds={visibility_s} is less than six times"
            f" FunctionTimeoutSeconds={function_s}: set it to {least_s} or more"
        )
