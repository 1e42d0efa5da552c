"""`$input` and `$util`, as templates see them.

Velocity finds a method by the name that the template has, so names here are AWS's.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

import base64
import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any, Final
from urllib.parse import quote_plus, unquote_plus

import jsonpath_rw

from model.templates.values import ParsedObject, Text, json_value

# Expressions come from templates, but a template may build them from what a client sends.
_MAX_EXPRESSIONS: Final = 1024


class Input:
    """`$input`: the body, and the parameters of the request.

    Args:
        body: an empty one is shown as `{}`, and has nothing at any path; the same holds for one that is not JSON.
        params: `path`, `querystring` and `header`, in which a name is looked for in that order.
    """

    def __init__(self, body: str, params: Mapping[str, Mapping[str, Any]]) -> None:
        self._body = Text(body)
        self._params = params

    def __str__(self) -> str:
        return "$input"

    @property
    def body(self) -> str:
        """The body as text."""
        return self._body or "{}"

    def path(self, path: str) -> Any:
        """Return what is at a JSONPath: the value, an array of several, None where nothing is."""
        return json_value(self._found_at(path))

    def json(self, path: str) -> str:
        """Return what is at a JSONPath as JSON; an empty string of JSON where nothing or null is."""
        found = self._found_at(path or "$")
        return json.dumps("" if found is None else found)

    def params(self, name: str | None = None) -> Any:
        """Return the parameter of that name, empty where it is missing; without a name, all parameters."""
        if not name:
            return self._params
        for place in ("path", "querystring", "header"):
            if value := self._params[place].get(name):
                return value
        return ""

    @cached_property
    def _document(self) -> Any:
        return json.loads(self._body)

    def _found_at(self, path: str) -> Any:
        if not self._body:
            return None
        try:
            document = self._document
        except json.JSONDecodeError:
            return None
        found = [match.value for match in _expression(path).find(document)]
        return found[0] if len(found) == 1 else found or None


class Util:
    """`$util`."""

    def escapeJavaScript(self, value: Any) -> str:  # noqa: N802 - AWS's name
        """Return a text escaped as in JSON. As in LocalStack, a blank one is `{}`, and a single quote is left alone."""
        if value is None:
            return "null"
        if isinstance(value, str):
            return json.dumps(value)[1:-1] if value.strip() else "{}"
        return str(value).lower() if isinstance(value, bool) else str(value)

    def parseJson(self, text: str) -> Any:  # noqa: N802 - AWS's name
        """Return the value that a text is as JSON."""
        parsed = json.loads(text)
        return ParsedObject(parsed) if isinstance(parsed, dict) else parsed

    def toJson(self, value: Any) -> Any:  # noqa: N802 - LocalStack's, AWS has no such function here
        """Return a value as JSON; one that is empty, as it is."""
        return value and json.dumps(value)

    def urlEncode(self, text: str) -> str:  # noqa: N802 - AWS's name
        """Return a text as it stands in a form."""
        return quote_plus(text)

    def urlDecode(self, text: str) -> str:  # noqa: N802 - AWS's name
        """Return the text that `urlEncode` encoded."""
        return unquote_plus(text)

    def base64Encode(self, value: Any) -> str:  # noqa: N802 - AWS's name
        """Return a text in Base64; anything else is written as JSON first."""
        return base64.b64encode(_to_text(value).encode()).decode()

    def base64Decode(self, value: Any) -> bytes:  # noqa: N802 - AWS's name
        """Return the bytes that are written in Base64. As in LocalStack, they are not decoded to text."""
        return base64.b64decode(_to_text(value))

    def quiet(self, *_: Any, **__: Any) -> None:
        """Return nothing, whatever the arguments are."""

    def qr(self, *_: Any, **__: Any) -> None:
        """Return nothing, whatever the arguments are."""


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@lru_cache(_MAX_EXPRESSIONS)
def _expression(path: str) -> Any:
    """Return a JSONPath, parsed. To parse it takes milliseconds; what is parsed never changes."""
    return jsonpath_rw.parse(path)
