"""Renders a mapping template: a pure function from its text and what it may see to a text and overrides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from model.templates.parsing import parsed
from model.templates.values import visible
from model.templates.variables import Input, Util


class RenderingError(Exception):
    """A template is no template, or something that it asks for cannot be done."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What templates say in place of parameter mappings and of the status.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    """

    request: dict[str, Any] = field(default_factory=lambda: {"header": {}, "path": {}, "querystring": {}})
    """`$context.requestOverride`."""
    response: dict[str, Any] = field(default_factory=lambda: {"header": {}, "status": 0})
    """`$context.responseOverride`; the status 0 overrides nothing."""


@dataclass(frozen=True, slots=True)
class Visible:
    """What a template may see. Rendering does not change it."""

    body: str
    """`$input.body`: of the request, or of the integration's response."""
    params: Mapping[str, Mapping[str, Any]]
    """`$input.params()`: `path`, `querystring` and `header`. What is not a dictionary in it is not copied."""
    context: Mapping[str, Any]
    """`$context`, without overrides."""
    stage_variables: Mapping[str, str]
    """`$stageVariables`."""
    overrides: Overrides = field(default_factory=Overrides)
    """What templates before this one said."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template made."""

    text: str
    """The body, of the integration's request or of the response."""
    overrides: Overrides
    """What it and templates before it say."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What engines disagree on."""

    input_type: type[Input] = Input
    """Makes `$input`."""
    util: Util = field(default_factory=Util)
    """`$util`."""
    missing: str | None = ""
    """The value of a reference to what is missing or null."""


LOCALSTACK: Final = Dialect()


def render(template: str, seen: Visible, dialect: Dialect = LOCALSTACK) -> Rendered:
    """Return what a template makes of what it sees.

    Raises:
        RenderingError: nothing is rendered.
    """
    overrides = {"requestOverride": seen.overrides.request, "responseOverride": seen.overrides.response}
    context = visible({**seen.context, **overrides})
    namespace = {
        "context": context,
        "stageVariables": visible(seen.stage_variables),
        "input": dialect.input_type(seen.body, visible(seen.params)),
        "util": dialect.util,
    }
    try:
        text = parsed(template.strip(), dialect.missing).render(namespace)
    except Exception as error:  # a template may call any method of any value: there is no end to what they raise
        raise RenderingError(str(error)) from error
    return Rendered(text, Overrides(context["requestOverride"], context["responseOverride"]))
