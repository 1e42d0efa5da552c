"""Expressions as tokens, and the limits that hold for any expression.

Sources: Developer Guide, "Expression attribute names (aliases) in DynamoDB", "Reserved words in DynamoDB",
and "Quotas in Amazon DynamoDB", section "Expression parameters".
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from model.dynamodb.errors import ValidationError

MAX_EXPRESSION_BYTES = 4096

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<name>[A-Za-z][A-Za-z0-9_]*)
    | (?P<name_placeholder>\#[A-Za-z0-9_]+)
    | (?P<value_placeholder>:[A-Za-z0-9_]+)
    | (?P<number>[0-9]+)
    | (?P<symbol><>|<=|>=|[=<>(),.+\-\[\]])
    | (?P<unknown>.)
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind (a group of the pattern above), its text, and where it stands in the expression."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """The token in upper case if it is a word, so that keywords can be compared; otherwise nothing."""
        return self.text.upper() if self.kind == "name" else ""


class Tokens:
    """The tokens of one expression, read from left to right."""

    def __init__(self, expression: str) -> None:
        """Split `expression`. Raises ValidationError when it is empty or too long."""
        if not expression.strip():
            raise ValidationError("The expression can not be empty;")
        size_bytes = len(expression.encode(errors="replace"))
        if size_bytes > MAX_EXPRESSION_BYTES:
            raise ValidationError(
                "Expression size has exceeded the maximum allowed size; expression size: " + str(size_bytes)
            )
        self._expression = expression
        self._tokens = _split(expression)
        self._position = 0

    @property
    def current(self) -> Token:
        """The token to be read next."""
        return self._tokens[self._position]

    @property
    def following(self) -> Token:
        """The token after that."""
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Return the current token and go on to the next."""
        token = self.current
        self._position = min(self._position + 1, len(self._tokens) - 1)
        return token

    def accept(self, text: str) -> bool:
        """Go past the current token if it is this symbol or keyword, and say whether it was."""
        found = self.at(text)
        if found:
            self.take()
        return found

    def at(self, *texts: str) -> bool:
        """Say whether the current token is one of these symbols or (upper-case) keywords."""
        token = self.current
        return token.text in texts if token.kind == "symbol" else token.keyword in texts

    def expect(self, text: str) -> None:
        """Go past this symbol or keyword. Raises ValidationError when it is not there."""
        if not self.accept(text):
            raise self.syntax_error()

    def expect_end(self) -> None:
        """Check that nothing is left. Raises ValidationError."""
        if self.current.kind != "end":
            raise self.syntax_error()

    def syntax_error(self) -> ValidationError:
        """Return the error that names the current token and its neighbours, as DynamoDB does."""
        token = self.current
        before = self._tokens[max(self._position - 1, 0)]
        near = self._expression[before.start : self.following.end].strip()
        return ValidationError(f'Syntax error; token: "{token.text or "<EOF>"}", near: "{near}"')


@lru_cache(maxsize=512)
def _split(expression: str) -> tuple[Token, ...]:
    """Return all tokens, the last of which is the end. Programs send few expressions, and those often."""
    tokens: list[Token] = []
    position = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(expression, position)
        assert match is not None  # noqa: S101  - the pattern's last two branches match anything
        kind = str(match.lastgroup)
        tokens.append(Token(kind, match.group(kind), match.start(kind), match.end(kind)))
        position = match.end()
    return tuple(tokens)
