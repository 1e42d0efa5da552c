"""A request as it was sent, which is what is signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request."""

    method: str
    """As it was sent."""
    path: str
    """With its escapes, without the query."""
    query: str
    """With its escapes, without the question mark."""
    headers: Sequence[tuple[str, str]]
    """Names and values, in their order; a name may occur more than once."""
    body: bytes
    """As it was sent."""

    def values_of(self, name: str) -> Iterator[str]:
        """Yield all values of a header, whose name is given in lower case."""
        return (value for key, value in self.headers if key.lower() == name)

    def query_parts(self) -> Iterator[tuple[str, str]]:
        """Yield the query's names and values, with their escapes."""
        for part in self.query.split("&"):
            if part:
                name, _, value = part.partition("=")
                yield name, value
