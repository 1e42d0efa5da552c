"""What the languages share: operands, paths, placeholders, and reserved words.

A reader reads the whole expression before it complains about anything but its syntax, because DynamoDB
reports a syntax error at the end before, say, a reserved word at the start. So the first other problem
waits.
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.placeholders import Placeholders
from model.dynamodb.expressions.tokens import Tokens
from model.dynamodb.paths import Path, find
from model.dynamodb.values import AttributeValue, Item, type_of

RESERVED_WORDS: frozenset[str] = frozenset(
    line
    for line in files(__package__).joinpath("reserved_words.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
"""In upper case. The file names its source."""

MAX_NESTING = 160


class Operand(Protocol):
    """A part of an expression that has a value."""

    def of(self, item: Item | None) -> AttributeValue | None:
        """Return the value for `item` (None: there is no item), or None where there is nothing."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an item has at a path."""

    path: Path

    def of(self, item: Item | None) -> AttributeValue | None:
        """As of any operand."""
        return find(item, self.path)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the request brings along."""

    value: AttributeValue

    def of(self, item: Item | None) -> AttributeValue | None:  # noqa: ARG002  - the same for every item
        """As of any operand."""
        return self.value


class Reader:
    """Reads one expression from left to right; each language adds its own rules."""

    def __init__(self, expression: str, placeholders: Placeholders) -> None:
        self.tokens = Tokens(expression)
        self._placeholders = placeholders
        self._nesting = 0
        self._problem: ValidationError | None = None

    def note(self, problem: str | ValidationError) -> None:
        """Remember what is wrong with an expression whose syntax may still turn out to be wrong as well."""
        if self._problem is None:
            self._problem = ValidationError(problem) if isinstance(problem, str) else problem

    def finish(self) -> None:
        """Check that the expression has ended, and complain about the first problem noted."""
        self.tokens.expect_end()
        if self._problem is not None:
            raise self._problem

    def nest(self, levels: int) -> None:
        """Go `levels` of brackets deeper; a bound, because reading is recursive."""
        self._nesting += levels
        if self._nesting > MAX_NESTING:
            raise self.tokens.syntax_error()

    def attribute(self) -> Attribute:
        """Read a document path."""
        steps: list[str | int] = [self._name()]
        while True:
            if self.tokens.accept("."):
                steps.append(self._name())
            elif self.tokens.accept("["):
                if self.tokens.current.kind != "number":
                    raise self.tokens.syntax_error()
                steps.append(int(self.tokens.take().text))
                self.tokens.expect("]")
            else:
                return Attribute(tuple(steps))

    def literal(self) -> Literal:
        """Read a `:value`."""
        if self.tokens.current.kind != "value_placeholder":
            raise self.tokens.syntax_error()
        placeholder = self.tokens.take().text
        try:
            return Literal(self._placeholders.value(placeholder))
        except ValidationError as error:
            self.note(error)
            return Literal({"NULL": True})

    def check_operand_count(self, function: str, expected: int, found: int) -> bool:
        """Note, and say, whether a function has got as many operands as it takes."""
        if expected != found:
            self.note(
                "Incorrect number of operands for operator or function; "
                f"operator or function: {function}, number of operands: {found}"
            )
        return expected == found

    def check_type(self, function: str, operand: Operand, allowed: frozenset[str]) -> None:
        """Note an operand whose type is known already and is not one that the function takes."""
        found = type_of(operand.value) if isinstance(operand, Literal) else None
        if found is not None and found not in allowed:
            self.note(
                "Incorrect operand type for operator or function; "
                f"operator or function: {function}, operand type: {found}"
            )

    def check_is_path(self, function: str, operand: Operand) -> None:
        """Note an operand that should have been a document path."""
        if not isinstance(operand, Attribute):
            self.note(f"Operator or function requires a document path; operator or function: {function}")

    def _name(self) -> str:
        token = self.tokens.current
        if token.kind == "name_placeholder":
            try:
                return self._placeholders.name(self.tokens.take().text)
            except ValidationError as error:
                self.note(error)
                return token.text
        if token.kind != "name":
            raise self.tokens.syntax_error()
        if token.keyword in RESERVED_WORDS:
            self.note(f"Attribute name is a reserved keyword; reserved keyword: {token.text}")
        return self.tokens.take().text
