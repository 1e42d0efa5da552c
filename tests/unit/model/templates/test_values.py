"""A template sees copies, in which texts have methods."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from model.templates.values import Text, json_value, visible

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda members: st.lists(members) | st.dictionaries(st.text(), members),
)


@given(values)
def test_what_is_visible_is_equal(value: Any) -> None:
    assert visible(value) == value
    assert json_value(value) == value


def test_what_is_visible_shares_nothing_that_can_change() -> None:
    value = {"a": [{"b": {"c": "d"}}], "e": {}}
    for shown in (visible(value), json_value(value)):
        shown["a"][0]["b"]["c"] = "changed"
        shown["a"].append(1)
        shown["e"]["f"] = "g"
    assert value == {"a": [{"b": {"c": "d"}}], "e": {}}


def test_texts_in_dictionaries_have_methods() -> None:
    shown = visible({"a": "b", "c": [{"d": "e"}, "f"]})
    assert [type(each) for each in (shown["a"], shown["c"][0]["d"], shown["c"][1])] == [Text, Text, str]
