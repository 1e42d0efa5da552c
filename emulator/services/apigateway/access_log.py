"""A line of a stage's access log. Pure.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

_VARIABLE: Final = re.compile(r"\$context((?:\.[\w-]+)+)")
_DESTINATION: Final = re.compile(
    r"arn:[a-z-]+:logs:(?P<region>[a-z0-9-]+):(?P<account_id>\d{12}):log-group:(?P<group>[^:*]+)(?::\*)?"
)
_NOTHING: Final = "-"
_MAX_FORMATS: Final = 256


@dataclass(frozen=True, slots=True)
class LogGroupPlace:
    """Where a log group is."""

    account_id: str
    """Whose it is."""
    region: str
    """Where."""
    name: str
    """Its name."""


@lru_cache(_MAX_FORMATS)
def place_of(destination_arn: str) -> LogGroupPlace | None:
    """Return where a stage's log group is; None where the stage logs to something else."""
    found = _DESTINATION.fullmatch(destination_arn)
    return LogGroupPlace(found["account_id"], found["region"], found["group"]) if found else None


def line_of(format_text: str, context: Mapping[str, Any]) -> str:
    """Return a request's line: variables have their values, and those without one a dash."""
    texts, paths = _parts(format_text)
    values = [_value(path, context) for path in paths]
    return "".join([each for pair in zip(texts, values, strict=False) for each in pair] + [texts[-1]])


@lru_cache(_MAX_FORMATS)
def _parts(format_text: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the texts around a format's variables, and the variables' names, part by part."""
    split = _VARIABLE.split(format_text)
    return tuple(split[::2]), tuple(tuple(path.split(".")[1:]) for path in split[1::2])


def _value(path: tuple[str, ...], context: Mapping[str, Any]) -> str:
    value: Any = context
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOTHING if value is None or isinstance(value, dict) else str(value)
