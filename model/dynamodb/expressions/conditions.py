"""Conditions: what a condition, filter or key condition expression says, and whether it holds for an item.

Source: Developer Guide, "Condition and filter expressions, operators, and functions in DynamoDB".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from model.dynamodb.expressions.grammar import Attribute, Literal, Operand
from model.dynamodb.paths import Path
from model.dynamodb.values import SCALARS, SETS, AttributeValue, Item, comparable, type_of

type Condition = Test | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison or function, such as `price < :limit` or `begins_with(name, :prefix)`."""

    __test__ = False  # no test of pytest's, whatever its name
    operator: str
    operands: tuple[Operand, ...]

    def holds(self, item: Item | None) -> bool:
        """Say whether the condition holds for `item`; None means that there is no item."""
        return _TESTS[self.operator](*(operand.of(item) for operand in self.operands))


@dataclass(frozen=True, slots=True)
class All:
    """Conditions joined by AND."""

    conditions: tuple[Condition, ...]

    def holds(self, item: Item | None) -> bool:
        """As of `Test`."""
        return all(condition.holds(item) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Conditions joined by OR."""

    conditions: tuple[Condition, ...]

    def holds(self, item: Item | None) -> bool:
        """As of `Test`."""
        return any(condition.holds(item) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that must not hold."""

    condition: Condition

    def holds(self, item: Item | None) -> bool:
        """As of `Test`."""
        return not self.condition.holds(item)


@dataclass(frozen=True, slots=True)
class Size:
    """The function `size`: of a text its length in UTF-16, of binary its bytes, else its members.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
    """

    operand: Operand

    def of(self, item: Item | None) -> AttributeValue | None:
        """As of any operand; nothing where the item has something that has no size."""
        value = self.operand.of(item)
        if value is None or type_of(value) in {"N", "BOOL", "NULL"}:
            return None
        [content] = value.values()
        return {"N": str(len(content.encode("utf-16-le")) // 2 if isinstance(content, str) else len(content))}


def paths(condition: Condition) -> Iterator[Path]:
    """Yield every document path that a condition looks at."""
    match condition:
        case Test(_, operands):
            for operand in operands:
                inner = operand.operand if isinstance(operand, Size) else operand
                if isinstance(inner, Attribute):
                    yield inner.path
        case Not(inner_condition):
            yield from paths(inner_condition)
        case All(conditions) | AnyOf(conditions):
            for part in conditions:
                yield from paths(part)


def static_type(operand: Operand) -> str | None:
    """Return the type that an operand has whatever the item, if that is known."""
    if isinstance(operand, Literal):
        return type_of(operand.value)
    return "N" if isinstance(operand, Size) else None


def in_order(lower: AttributeValue | None, upper: AttributeValue | None, *, or_equal: bool) -> bool:
    """Say whether two values have an order and are in it. Values of two types have none."""
    if lower is None or upper is None or type_of(lower) != type_of(upper) or type_of(lower) not in SCALARS:
        return False
    # Both of one scalar type, so they compare; mypy only knows that each is one of three.
    low, high = comparable(lower), comparable(upper)
    return low < high or (or_equal and low == high)  # type: ignore[operator]  # see above


def _equal(left: AttributeValue | None, right: AttributeValue | None) -> bool:
    return left is not None and left == right


def _begins_with(value: AttributeValue | None, prefix: AttributeValue | None) -> bool:
    if value is None or prefix is None:
        return False
    for letter in ("S", "B"):
        if letter in value and letter in prefix:
            return bool(value[letter].startswith(prefix[letter]))
    return False


def _contains(whole: AttributeValue | None, part: AttributeValue | None) -> bool:
    if whole is None or part is None:
        return False
    [(whole_type, content)] = whole.items()
    [(part_type, sought)] = part.items()
    if whole_type == "L":
        return part in content
    return (whole_type == part_type and whole_type in {"S", "B"} and sought in content) or (
        whole_type in SETS and whole_type == part_type + "S" and sought in content
    )


_TESTS: dict[str, Callable[..., bool]] = {
    "=": _equal,
    "<>": lambda left, right: not _equal(left, right),
    "<": lambda left, right: in_order(left, right, or_equal=False),
    "<=": lambda left, right: in_order(left, right, or_equal=True),
    ">": lambda left, right: in_order(right, left, or_equal=False),
    ">=": lambda left, right: in_order(right, left, or_equal=True),
    "BETWEEN": lambda value, lower, upper: (
        in_order(lower, value, or_equal=True) and in_order(value, upper, or_equal=True)
    ),
    "IN": lambda value, *members: any(_equal(value, member) for member in members),
    "attribute_exists": lambda value: value is not None,
    "attribute_not_exists": lambda value: value is None,
    "attribute_type": lambda value, letter: value is not None and type_of(value) == letter["S"],
    "begins_with": _begins_with,
    "contains": _contains,
}
