"""A JSONPath expression that was parsed before finds what a fresh one finds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonpath_rw import parse

from model.templates.variables import _expression

keys = st.sampled_from(["a", "b", "Item", "messageId"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(keys, values, max_size=3),
    max_leaves=12,
)
steps = keys.map(".{}".format) | st.integers(0, 3).map("[{}]".format) | st.sampled_from(["[*]", ".*", "..a"])
expressions = st.lists(steps, max_size=4).map(lambda found: "$" + "".join(found))


@given(expression=expressions, document=documents)
def test_a_remembered_expression_finds_the_same(expression: str, document: Any) -> None:
    def found(parsed: Any) -> Any:
        try:
            return [match.value for match in parsed.find(document)]
        except (TypeError, KeyError) as error:  # an index into what has none
            return str(error)

    assert found(_expression(expression)) == found(parse(expression))
