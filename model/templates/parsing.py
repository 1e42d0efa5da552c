"""Templates, parsed once. Rendering leaves no trace in a parsed template: its state is in the namespace."""

import re
from collections.abc import Callable
from functools import lru_cache
from types import MethodType
from typing import Any, Final

from airspeed import operators

_MAX_TEMPLATES: Final = 1024
_SEPARATOR: Final = "x7HashSeparator7x"
# LocalStack repairs only the first of each: it passes `re.MULTILINE`, which is 8, in place of a count.
_REPAIRS: Final = 8


class ParsedTemplate:
    """A template that can be rendered any number of times.

    Args:
        text: the template.
        missing: what a reference has for a value where the template's variables have nothing, or null.
    """

    def __init__(self, text: str, missing: Any) -> None:
        text = re.sub(r"(^|\n)#\s+set(.*)", r"\1#set\2", text, count=_REPAIRS)
        # Airspeed takes `#$` for text; with something between the two, a reference begins.
        text, separators = re.subn(r"([^\s]+)#\$({)?(.*)", rf"\1#{_SEPARATOR}$\2\3", text, count=_REPAIRS)
        self._has_separators = separators > 0
        self._template = _compiled(text, missing)

    def render(self, namespace: dict[str, Any]) -> str:
        """Return the text that the template makes of its variables, in which it may change what can change."""
        rendered: str = self._template.merge(namespace)
        return rendered.replace(_SEPARATOR, "") if self._has_separators else rendered


@lru_cache(_MAX_TEMPLATES)
def parsed(text: str, missing: Any) -> ParsedTemplate:
    """Return a template, parsed."""
    return ParsedTemplate(text, missing)


def _compiled(text: str, missing: Any) -> Any:
    """Return airspeed's template, with `missing` for references that have no value, also in what it evaluates."""
    template = operators.Template(text)
    template.ensure_compiled()
    for element in _elements(template.root_element):
        if isinstance(element, operators.FormalReference) and element.expression is not None:
            element.expression.calculate = element.calculate = _never_null(element.expression.calculate, missing)
        elif type(element) is operators.EvaluateDirective:
            element.evaluate_raw = _evaluate(element, missing)
    return template


def _elements(root: Any) -> list[Any]:
    """Return all elements of a template. Of some, airspeed keeps only a method that belongs to them."""
    elements: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        value = waiting.pop()
        value = value.__self__ if isinstance(value, MethodType) else value
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, operators._Element) and id(value) not in elements:  # noqa: SLF001 - the base class
            elements[id(value)] = value
            waiting += vars(value).values()
    return list(elements.values())


def _never_null(calculate: Callable[..., Any], missing: Any) -> Callable[..., Any]:
    def calculate_or_missing(*arguments: Any) -> Any:
        value = calculate(*arguments)
        return missing if value is None else value

    return calculate_or_missing


def _evaluate(directive: Any, missing: Any) -> Callable[..., None]:
    def evaluate(stream: Any, namespace: Any, loader: Any) -> None:
        _compiled(directive.value.calculate(namespace, loader), missing).merge_to(namespace, stream, loader)

    return evaluate
