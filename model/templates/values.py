"""What the variables of a template hold: texts and JSON with the methods that templates call on Java's.

Velocity finds a method by the name that the template has, so names here are Java's.
"""

import json
import re
from typing import Any


class Text(str):
    """A text among the variables, with some methods of Java's strings."""

    __slots__ = ()

    def toString(self, *_: Any, **__: Any) -> "Text":  # noqa: N802 - Java's name
        """Return the text itself."""
        return self

    def trim(self, *args: Any, **kwargs: Any) -> "Text":
        """Return it without white space at its ends."""
        return Text(self.strip(*args, **kwargs))

    def toLowerCase(self, *_: Any, **__: Any) -> "Text":  # noqa: N802 - Java's name
        """Return it in lower case."""
        return Text(self.lower())

    def toUpperCase(self, *_: Any, **__: Any) -> "Text":  # noqa: N802 - Java's name
        """Return it in upper case."""
        return Text(self.upper())

    def contains(self, *args: Any) -> bool:
        """Whether another text occurs in it."""
        return self.find(*args) >= 0

    def replaceAll(self, regex: str, replacement: str) -> "Text":  # noqa: N802 - Java's name
        """Return it with each match of a regular expression replaced; `$1` in the replacement is the first group."""
        return Text(re.sub(regex, replacement.replace("$", "\\"), self))


class JsonObject(dict[str, Any]):
    """An object that `$input.path` found. As text it is `{name=value}`, as a map of Java's."""

    def __init__(self, members: dict[str, Any]) -> None:
        super().__init__({name: json_value(member) for name, member in members.items()})

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}={member}" for name, member in self.items()) + "}"

    def toString(self) -> str:  # noqa: N802 - Java's name
        """Return the object as text."""
        return str(self)

    def keySet(self) -> Any:  # noqa: N802 - Java's name
        """Return the names of its members."""
        return self.keys()

    def put(self, name: str, _value: Any) -> Any:
        """Return the member of that name. As in LocalStack, the object does not change."""
        return self.get(name)

    def putAll(self, _members: Any) -> None:  # noqa: N802 - Java's name
        """Do nothing, as LocalStack does."""


class JsonArray(list[Any]):
    """An array that `$input.path` found. As text it is JSON."""

    def __init__(self, members: list[Any]) -> None:
        super().__init__(map(json_value, members))

    def __str__(self) -> str:
        return json.dumps(self, separators=(",", ":"))

    def size(self) -> int:
        """Return the number of its members."""
        return len(self)

    def isEmpty(self) -> bool:  # noqa: N802 - Java's name
        """Whether it has no members."""
        return not self

    def get(self, index: int) -> Any:
        """Return a member."""
        return self[index]

    def contains(self, member: Any) -> bool:
        """Whether a value is among its members."""
        return member in self

    def add(self, member: Any) -> None:
        """Append a member."""
        self.append(member)

    def set(self, index: int, member: Any) -> Any:
        """Replace a member, and return the one that was there."""
        previous, self[index] = self[index], member
        return previous


class ParsedObject(dict[str, Any]):
    """An object that `$util.parseJson` read. As in LocalStack, it has no methods of Java's maps."""

    def __init__(self, members: dict[str, Any]) -> None:
        super().__init__(
            {name: ParsedObject(member) if isinstance(member, dict) else member for name, member in members.items()}
        )


def json_value(value: Any) -> Any:
    """Return a value that was read from JSON as `$input.path` shows it. Shares nothing that can change with `value`."""
    if isinstance(value, dict):
        return JsonObject(value)
    return JsonArray(value) if isinstance(value, list) else value


def visible(value: Any) -> Any:
    """Return a variable's value as a template sees it: a copy in which the texts of all dictionaries have methods.

    Dictionaries and lists are copied, everything else is shared. As in LocalStack, a text in a list has no methods.
    """
    if isinstance(value, dict):
        return {name: Text(member) if isinstance(member, str) else visible(member) for name, member in value.items()}
    return [visible(member) for member in value] if isinstance(value, list) else value
