"""Projections: the paths that a projection expression names.

Source: Developer Guide, "Using projection expressions in DynamoDB".
"""

from model.dynamodb.expressions.grammar import Reader
from model.dynamodb.expressions.placeholders import Placeholders
from model.dynamodb.paths import Path, check_disjoint


def read_projection(expression: str, placeholders: Placeholders) -> tuple[Path, ...]:
    """Return the paths of a projection expression. Raises ValidationError, without the parameter's name."""
    reader = Reader(expression, placeholders)
    chosen = [reader.attribute().path]
    while reader.tokens.accept(","):
        chosen.append(reader.attribute().path)
    reader.finish()
    check_disjoint(chosen)
    return tuple(chosen)
