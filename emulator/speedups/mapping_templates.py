"""A mapping template is prepared and parsed once, and rendered without making a class for it each time.

Rendering leaves no trace in a parsed template: its state is in the namespace. What is copied for it is a tree of plain
values, which is copied without looking for one that is in it twice.
"""

import copy
import json
import re
from functools import lru_cache
from typing import Any

import airspeed
from localstack.utils.aws.templating import VtlTemplate
from werkzeug.datastructures import Headers

MAX_TEMPLATES = 1024
HASH_MARK = " __pLaCe-HoLdEr__ "


class Text(str):
    """A text with the methods that templates may call on it, as on one of Java's."""

    __slots__ = ()

    def toString(self, *_: Any, **__: Any) -> "Text":  # noqa: N802 - Java's name, as the others here
        """Return the text itself."""
        return self

    def trim(self, *args: Any, **kwargs: Any) -> "Text":
        """Return it without space at its ends."""
        return Text(self.strip(*args, **kwargs))

    def toLowerCase(self, *_: Any, **__: Any) -> "Text":  # noqa: N802 - as above
        """Return it in lower case."""
        return Text(self.lower())

    def toUpperCase(self, *_: Any, **__: Any) -> "Text":  # noqa: N802 - as above
        """Return it in upper case."""
        return Text(self.upper())

    def contains(self, *args: Any) -> bool:
        """Whether it has another text in it."""
        return self.find(*args) >= 0

    def replaceAll(self, regex: str, replacement: str) -> "Text":  # noqa: N802 - as above
        """Return it with each match of a regular expression replaced; `$1` in the replacement is the first group."""
        return Text(re.sub(regex, replacement.replace("$", "\\"), self))


def render_vtl(self: VtlTemplate, template: str, variables: dict[str, Any] | None, as_json: bool = False) -> Any:
    """Render a template, as the method of this name that it takes the place of. It may change `variables`."""
    variables = {} if variables is None else variables
    if not template:
        return template
    extend(variables)
    namespace = self.prepare_namespace(variables)
    body = (variables.get("input") or {}).get("body")
    if isinstance(body, dict):
        namespace.update(body)
    rendered = prepared(template).merge(namespace).replace(HASH_MARK, "")
    return json.loads(rendered) if as_json else rendered


def extend(value: Any) -> None:
    """Give the texts in all dictionaries of `value`, itself included, their methods."""
    if isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, str):
                value[name] = Text(member)
            else:
                extend(member)
    elif isinstance(value, list):
        for member in value:
            extend(member)


@lru_cache(MAX_TEMPLATES)
def prepared(template: str) -> Any:
    """Return a template, parsed, with the two repairs that LocalStack makes: of `# set`, and of `test#${x}`."""
    repairs = ((r"(^|\n)#\s+set(.*)", r"\1#set\2"), (r"([^\s]+)#\$({)?(.*)", rf"\1#{HASH_MARK}$\2\3"))
    for pattern, repaired in repairs:
        # Not a flag, though it looks like one: how many are repaired.
        template = re.sub(pattern, repaired, template, count=int(re.MULTILINE))
    return airspeed.Template(template)


class Copier:
    """`copy` as API Gateway's renderer sees it: the one function that it uses."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """Return a copy that shares nothing that can change with `value`."""
        match value:
            case str() | int() | float() | None:
                return value
            case dict():
                return {name: Copier.deepcopy(member) for name, member in value.items()}
            case list():
                return [Copier.deepcopy(member) for member in value]
            case Headers():
                return value.copy()
            case _:
                return copy.deepcopy(value)
