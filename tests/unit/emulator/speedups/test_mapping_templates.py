"""A template that was rendered before renders as a fresh one: rendering leaves nothing in it."""

from typing import Any

import airspeed
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.speedups.mapping_templates import Parser

TEMPLATES = [
    "$name and $!none and ${name}",
    "#set($x = $name)#if($x == '')empty#else$x#end",
    "#set($list = [])#foreach($n in $numbers)#set($ignored = $list.add($n))#end$list.size()",
    "#set($map = {'k': $name})$map.k",
    "#foreach($n in $numbers)$n#if($foreach.hasNext),#end#end",
    "#macro(twice $a)$a$a#end#twice($name)",
    "#define($block)<$name>#end$block$block",
    "#set($sum = 0)#foreach($n in $numbers)#set($sum = $sum + $n)#end$sum",
]


@pytest.mark.parametrize("template", TEMPLATES)
@given(names=st.lists(st.text(), min_size=2, max_size=4), numbers=st.lists(st.integers(0, 9), max_size=4))
def test_a_remembered_template_renders_the_same(template: str, names: list[str], numbers: list[int]) -> None:
    for name in names:
        values: dict[str, Any] = {"name": name, "numbers": numbers}
        assert Parser.Template(template).merge(dict(values)) == airspeed.Template(template).merge(dict(values))


def test_a_template_is_parsed_once() -> None:
    assert Parser.Template("$once") is Parser.Template("$once")
