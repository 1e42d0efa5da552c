"""Reads update expressions: sections SET, REMOVE, ADD and DELETE, each at most once, in any order.

Source: Developer Guide, "Using update expressions in DynamoDB".
"""

from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.grammar import Attribute, Literal, Operand, Reader
from model.dynamodb.expressions.placeholders import Placeholders
from model.dynamodb.expressions.updates import Arithmetic, Assignment, IfNotExists, ListAppend, Update
from model.dynamodb.paths import Path, check_disjoint
from model.dynamodb.values import SETS, type_of

_SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
_LONG_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
    "L": "LIST",
    "M": "MAP",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
}


def read_update(expression: str, placeholders: Placeholders) -> Update:
    """Return what an update expression says. Raises ValidationError, without the parameter's name."""
    return _UpdateReader(expression, placeholders).read()


class _UpdateReader(Reader):
    def __init__(self, expression: str, placeholders: Placeholders) -> None:
        super().__init__(expression, placeholders)
        self._assignments: dict[str, list[Assignment]] = {}
        self._removed: list[Path] = []
        self._sections: set[str] = set()

    def read(self) -> Update:
        while self.tokens.at(*_SECTIONS):
            self._section()
        self.finish()
        update = Update(
            set=self._assignments.get("SET", ()),
            remove=self._removed,
            add=self._assignments.get("ADD", ()),
            delete=self._assignments.get("DELETE", ()),
        )
        check_disjoint(update.paths)
        return update

    def _section(self) -> None:
        section = self.tokens.take().keyword
        if section in self._sections:
            self.note(f'The "{section}" section can only be used once in an update expression;')
        self._sections.add(section)
        self._action(section)
        while self.tokens.accept(","):
            self._action(section)

    def _action(self, section: str) -> None:
        path = self.attribute().path
        if section == "REMOVE":
            self._removed.append(path)
            return
        operand: Operand
        if section == "SET":
            self.tokens.expect("=")
            operand = self._value()
        else:
            operand = self.literal()
            self._check_addend(section, operand)
        self._assignments.setdefault(section, []).append(Assignment(path, operand))

    def _value(self) -> Operand:
        left = self._operand()
        for operator in ("+", "-"):
            if self.tokens.accept(operator):
                right = self._operand()
                for operand in (left, right):
                    self.check_type(operator, operand, frozenset({"N"}))
                return Arithmetic(operator, left, right)
        return left

    def _operand(self) -> Operand:
        if self.tokens.accept("("):
            self.nest(1)
            inner = self._value()
            self.tokens.expect(")")
            self.nest(-1)
            return inner
        if self.tokens.current.kind == "value_placeholder":
            return self.literal()
        if self.tokens.current.kind == "name" and self.tokens.following.text == "(":
            return self._function()
        return self.attribute()

    def _function(self) -> Operand:
        name = self.tokens.take().text
        self.tokens.expect("(")
        self.nest(1)
        operands = [self._operand()]
        while self.tokens.accept(","):
            operands.append(self._operand())
        self.tokens.expect(")")
        self.nest(-1)
        if name not in {"if_not_exists", "list_append"}:
            self.note(f"Invalid function name; function: {name}")
        elif self.check_operand_count(name, 2, len(operands)):
            return self._call(name, operands[0], operands[1])
        return operands[0]

    def _call(self, name: str, first: Operand, second: Operand) -> Operand:
        if name == "if_not_exists":
            self.check_is_path(name, first)
            return IfNotExists(first, second) if isinstance(first, Attribute) else second
        for operand in (first, second):
            self.check_type(name, operand, frozenset({"L"}))
        return ListAppend(first, second)

    def _check_addend(self, section: str, operand: Literal) -> None:
        letter = type_of(operand.value)
        if letter not in SETS and not (section == "ADD" and letter == "N"):
            self.note(
                ValidationError(
                    f"Incorrect operand type for operator or function; operator: {section}, "
                    f"operand type: {_LONG_TYPE_NAMES[letter]}, typeSet: ALLOWED_FOR_{section}_OPERAND"
                )
            )
