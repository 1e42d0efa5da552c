"""The list of reserved words, compared with the one that moto ships."""

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from model.dynamodb.expressions.grammar import RESERVED_WORDS


def test_the_list_is_the_one_that_moto_has() -> None:
    assert frozenset(ReservedKeywords.get_reserved_keywords()) == RESERVED_WORDS
