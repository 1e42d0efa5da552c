"""Reads condition expressions. The grammar, loosest first: OR, AND, NOT, comparisons and functions, brackets.

Source: Developer Guide, "Condition and filter expressions, operators, and functions in DynamoDB", section
"Syntax for filter and condition expressions".
"""

from model.dynamodb.expressions.conditions import (
    All,
    AnyOf,
    Condition,
    Not,
    Size,
    Test,
    in_order,
    static_type,
)
from model.dynamodb.expressions.grammar import Attribute, Literal, Operand, Reader
from model.dynamodb.expressions.placeholders import Placeholders
from model.dynamodb.paths import to_text
from model.dynamodb.values import AttributeValue, type_of

MAX_OPERATORS = 300
MAX_IN_OPERANDS = 100

_COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
_ORDERED = frozenset({"S", "N", "B"})
_SIZED = frozenset({"S", "B", "SS", "NS", "BS", "L", "M"})
_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"})
_OPERAND_COUNTS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_LOOSENESS = {"OR": 0, "AND": 1}


def read_condition(expression: str, placeholders: Placeholders) -> Condition:
    """Return what a condition expression says. Raises ValidationError, without the parameter's name."""
    return _ConditionReader(expression, placeholders).read()


class _ConditionReader(Reader):
    def __init__(self, expression: str, placeholders: Placeholders) -> None:
        super().__init__(expression, placeholders)
        self._operators = 0
        self._bracketed: Condition | Operand | None = None

    def read(self) -> Condition:
        result = self._condition(self._joined())
        self.finish()
        return result

    def _joined(self, tightest: int = 0) -> Condition | Operand:
        """Read terms joined by AND and OR; a lone operand is one too, for `(price) > :limit`."""
        negated = False
        while self.tokens.accept("NOT"):
            self._count_operator()
            negated = not negated
        left = self._term()
        if negated:
            left = Not(self._condition(left))
        while _LOOSENESS.get(keyword := self.tokens.current.keyword, -1) >= tightest:
            self.tokens.take()
            self._count_operator()
            right = self._condition(self._joined(_LOOSENESS[keyword] + 1))
            both = (self._condition(left), right)
            left = All(both) if keyword == "AND" else AnyOf(both)
        return left

    def _term(self) -> Condition | Operand:
        left = self._bracket() if self.tokens.at("(") else self._operand()
        if isinstance(left, All | AnyOf | Not) or (isinstance(left, Test) and not self._at_comparison()):
            return left
        return self._comparison(left)

    def _bracket(self) -> Condition | Operand:
        self.tokens.expect("(")
        self.nest(1)
        inner = self._joined()
        self.tokens.expect(")")
        self.nest(-1)
        if inner is self._bracketed:
            self.note("The expression has redundant parentheses;")
        self._bracketed = inner
        return inner

    def _at_comparison(self) -> bool:
        return self.tokens.at(*_COMPARATORS, "BETWEEN", "IN")

    def _comparison(self, left: Operand | Test) -> Condition | Operand:
        if not self._at_comparison():
            return left
        self._count_operator()
        first = self._value(left)
        operator = self.tokens.take()
        if operator.keyword == "BETWEEN":
            lower = self._value(self._operand())
            self.tokens.expect("AND")
            return self._between(first, lower, self._value(self._operand()))
        if operator.keyword == "IN":
            members = self._operands()
            self._check_in(members)
            return Test("IN", (first, *members))
        second = self._value(self._operand())
        self._check_distinct(operator.text, first, second)
        if operator.text not in {"=", "<>"}:
            for operand in (first, second):
                self.check_type(operator.text, operand, _ORDERED)
        return Test(operator.text, (first, second))

    def _check_in(self, members: list[Operand]) -> None:
        if len(members) > MAX_IN_OPERANDS:
            self.check_operand_count("IN", MAX_IN_OPERANDS, len(members))

    def _between(self, value: Operand, lower: Operand, upper: Operand) -> Test:
        for operand in (value, lower, upper):
            self.check_type("BETWEEN", operand, _ORDERED)
        if isinstance(lower, Literal) and isinstance(upper, Literal):
            bounds = (
                f"lower bound operand: AttributeValue: {_as_text(lower.value)}, "
                f"upper bound operand: AttributeValue: {_as_text(upper.value)}"
            )
            if type_of(lower.value) != type_of(upper.value):
                self.note(f"The BETWEEN operator requires same data type for lower and upper bounds; {bounds}")
            elif not in_order(lower.value, upper.value, or_equal=True):
                self.note(
                    "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " + bounds
                )
        return Test("BETWEEN", (value, lower, upper))

    def _operand(self) -> Operand | Test:
        """Read a path, a value, or a function, which is an operand only if it is `size`."""
        if self.tokens.at("("):
            inner = self._bracket()
            if isinstance(inner, All | AnyOf | Not):
                raise self.tokens.syntax_error()
            return inner
        if self.tokens.current.kind == "value_placeholder":
            return self.literal()
        if self.tokens.current.kind == "name" and self.tokens.following.text == "(":
            return self._function()
        if self.tokens.at("AND", "OR", "NOT", "BETWEEN", "IN"):
            raise self.tokens.syntax_error()
        return self.attribute()

    def _operands(self) -> list[Operand]:
        self.tokens.expect("(")
        self.nest(1)
        operands = [self._value(self._operand())]
        while self.tokens.accept(","):
            operands.append(self._value(self._operand()))
        self.tokens.expect(")")
        self.nest(-1)
        return operands

    def _function(self) -> Operand | Test:
        name = self.tokens.take().text
        operands = self._operands()
        if name not in _OPERAND_COUNTS:
            self.note(f"Invalid function name; function: {name}")
        elif self.check_operand_count(name, _OPERAND_COUNTS[name], len(operands)):
            self._check_function(name, operands)
        return Size(operands[0]) if name == "size" else Test(name, tuple(operands))

    def _check_function(self, name: str, operands: list[Operand]) -> None:
        if len(operands) > 1:
            self._check_distinct(name, operands[0], operands[1])
        match name:
            case "attribute_exists" | "attribute_not_exists":
                self.check_is_path(name, operands[0])
            case "begins_with":
                for operand in operands:
                    self.check_type(name, operand, frozenset({"S", "B"}))
            case "size":
                self.check_type(name, operands[0], _SIZED)
            case "attribute_type":
                self._check_type_name(operands[1])

    def _check_type_name(self, operand: Operand) -> None:
        self.check_type("attribute_type", operand, frozenset({"S"}))
        if not isinstance(operand, Literal):
            self.note(
                "Incorrect operand type for operator or function; operator or function: attribute_type, "
                "operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
            )
        elif operand.value.get("S") not in _TYPES:
            self.note(
                f"Invalid attribute type name found; type: {operand.value.get('S')}, "
                "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
            )

    def _check_distinct(self, operator: str, first: Operand, second: Operand) -> None:
        if isinstance(first, Attribute) and first == second:
            self.note(
                "The first operand must be distinct from the remaining operands for this operator or "
                f"function; operator: {operator}, first operand: {to_text(first.path)}"
            )

    def _value(self, operand: Operand | Test) -> Operand:
        """Return what was read as an operand, after noting a function that has no value."""
        if not isinstance(operand, Test):
            return operand
        self.note("The function is not allowed to be used this way in an expression; function: " + operand.operator)
        return Literal({"NULL": True})

    def _condition(self, read: Condition | Operand) -> Condition:
        """Return what was read as a condition, after noting `size`, which is none."""
        if isinstance(read, Test | All | AnyOf | Not):
            return read
        if isinstance(read, Size):
            self.note("The function is not allowed to be used this way in an expression; function: size")
            return Not(All(()))
        raise self.tokens.syntax_error()

    def _count_operator(self) -> None:
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            self.note(f"The expression contains too many operators; operator count: {MAX_OPERATORS + 1}")

    def check_type(self, function: str, operand: Operand, allowed: frozenset[str]) -> None:
        """As a reader does, but `size` has a known type as well."""
        found = static_type(operand)
        super().check_type(function, Literal({found: None}) if found else operand, allowed)


def _as_text(value: AttributeValue) -> str:
    [(letter, content)] = value.items()
    return f"{{{letter}:{content}}}"
