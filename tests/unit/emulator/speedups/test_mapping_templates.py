"""A template renders as LocalStack's own renderer renders it, however often; what it is rendered of is copied alike."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localstack.services.apigateway.next_gen.execute_api.template_mapping import ApiGatewayVtlTemplate
from localstack.utils.aws.templating import VtlTemplate
from werkzeug.datastructures import Headers

from emulator.speedups.mapping_templates import Copier, prepared, render_vtl

REFERENCE = VtlTemplate.render_vtl

TEMPLATES = [
    "$context.name and $!none and ${context.name}",
    "#set($x = $context.name)#if($x == '')empty#else$x#end",
    "#set($list = [])#foreach($n in $numbers)#set($ignored = $list.add($n))#end$list.size()",
    "#set($map = {'k': $context.name})$map.k",
    "#foreach($n in $numbers)$n#if($foreach.hasNext),#end#end",
    "#macro(twice $a)$a$a#end#twice($context.name)",
    "#define($block)<$context.name>#end$block$block",
    "#set($sum = 0)#foreach($n in $numbers)#set($sum = $sum + $n)#end$sum",
    "#set($context.responseOverride.status = 404)$context.responseOverride.status",
    "$context.name.trim() $context.name.toLowerCase() $context.name.toUpperCase() $context.name.toString()",
    '$context.name.replaceAll("[^0-9A-Za-z-]", "_") $context.name.replaceAll("(a)(b)", "$2$1")',
    "#if($context.name.contains('a'))yes#end $context.name.length()",
    "#  set($x = 1)$x test#$context.name and#${context.name}",
    "$input.json('$') $input.path('$.a') $input.body $input.params('p') $input.params().header",
    "$util.escapeJavaScript($context.name) $util.urlEncode($context.name)",
]


def variables_of(name: str, numbers: list[int]) -> dict[str, Any]:
    return {
        "context": {"name": name, "responseOverride": {"header": {}, "status": 0}, "list": [{"text": name}, name]},
        "numbers": numbers,
        "input": {"body": '{"a": "b"}', "params": {"path": {"p": name}, "querystring": {}, "header": {}}},
        "stageVariables": {"v": name},
    }


@pytest.mark.parametrize("template", TEMPLATES)
@given(names=st.lists(st.text(), min_size=2, max_size=3), numbers=st.lists(st.integers(0, 9), max_size=4))
def test_a_template_renders_the_same(template: str, names: list[str], numbers: list[int]) -> None:
    engine = ApiGatewayVtlTemplate()
    for name in names:
        mine, theirs = variables_of(name, numbers), variables_of(name, numbers)
        assert render_vtl(engine, template, mine) == REFERENCE(engine, template, theirs)
        assert mine == theirs


@pytest.mark.parametrize("template", ["", None])
def test_no_template_is_returned_as_it_is(template: Any) -> None:
    assert render_vtl(ApiGatewayVtlTemplate(), template, None) == REFERENCE(ApiGatewayVtlTemplate(), template, None)


def test_a_body_that_is_a_dictionary_gives_its_members_names() -> None:
    mine, theirs = ({"input": {"body": {"a": "b"}}} for _ in range(2))
    assert (
        render_vtl(VtlTemplate(), "$a.toUpperCase()", mine)
        == "B"
        == REFERENCE(VtlTemplate(), "$a.toUpperCase()", theirs)
    )


def test_json_is_read_when_that_is_asked_for() -> None:
    assert render_vtl(VtlTemplate(), '{"a": $b}', {"b": 1}, as_json=True) == {"a": 1}


def test_a_template_is_parsed_once() -> None:
    assert prepared("$once") is prepared("$once")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda members: st.lists(members) | st.dictionaries(st.text(), members),
)


@given(PLAIN)
def test_a_copy_is_equal(value: Any) -> None:
    assert Copier.deepcopy(value) == copy.deepcopy(value)


def test_a_copy_shares_nothing_that_can_change() -> None:
    value = {"a": [{"b": Headers({"c": "d"})}], "e": {"f"}}
    copied = Copier.deepcopy(value)
    copied["a"][0]["b"]["c"] = "changed"
    copied["a"].append(1)
    copied["e"].add("g")
    assert value == {"a": [{"b": Headers({"c": "d"})}], "e": {"f"}}
