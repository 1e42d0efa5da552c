"""Whether a request has a header is found out without an exception.

LocalStack's handlers look for some thirty headers that are not there in each request, and Werkzeug makes an HTTP error
of each, only to throw it away.
"""

from typing import Any

from werkzeug.datastructures import Headers

_get, _contains = Headers.get, Headers.__contains__


def get(self: Headers, key: str, default: Any = None, type: Any = None) -> Any:  # noqa: A002  - as in Werkzeug
    """Return a header's first value, as the method that it takes the place of."""
    if self.__class__ is not Headers or type is not None:
        return _get(self, key, default, type)
    wanted = key.lower()
    for name, value in self._list:
        if name.lower() == wanted:
            return value
    return default


def contains(self: Headers, key: str) -> bool:
    """Whether there is such a header, as the method that it takes the place of."""
    if self.__class__ is not Headers:
        return _contains(self, key)
    wanted = key.lower()
    return any(name.lower() == wanted for name, _ in self._list)
