"""The model renders templates as LocalStack's renderer does, for what LocalStack's handlers pass to either."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache, reduce
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from localstack.services.apigateway.next_gen.execute_api import template_mapping
from localstack.services.apigateway.next_gen.execute_api.handlers import (
    integration_request_handler,
    integration_response_handler,
)
from localstack.services.apigateway.next_gen.execute_api.template_mapping import ApiGatewayVtlTemplate
from werkzeug.datastructures import Headers

import infra
from emulator.services.apigateway.enforcing import EnforcingGateway
from emulator.services.apigateway.mapping_templates import (
    MappingTemplates,
    RenderingRequestHandler,
    RenderingResponseHandler,
)

OUR_TEMPLATES = [path.read_text() for path in sorted((Path(infra.__file__).parent / "templates").glob("*.vtl"))]

TEMPLATES = [
    "",
    " \n ",
    "$context.name and $!none and ${context.name}",
    "#set($x = $context.name)#if($x == '')empty#else$x#end",
    "#set($list = [])#foreach($n in $context.numbers)#set($ignored = $list.add($n))#end$list.size()",
    "#set($map = {'k': $context.name})$map.k $map $map.put('l', 1) $map.size() $map.keySet()",
    "#foreach($n in $context.numbers)$n#if($foreach.hasNext),#end#end$velocityCount",
    "#macro(twice $a)$a$a#end#twice($context.name)",
    "#define($block)<$context.name>#end$block$block$block()",
    "#set($sum = 0)#foreach($n in $context.numbers)#set($sum = $sum + $n)#end$sum",
    "#set($context.responseOverride.status = 404)$context.responseOverride.status",
    "#set($context.responseOverride.header.a = $context.name)#set($context.requestOverride.path.p = $none)",
    "#set($context.requestOverride.header['X-A'] = $context.numbers)#set($context.requestOverride.querystring.q = 5)",
    "$context.name.trim() $context.name.toLowerCase() $context.name.toUpperCase() $context.name.toString()",
    '$context.name.replaceAll("[^0-9A-Za-z-]", "_") $context.name.replaceAll("(a)(b)", "$2$1")',
    "#if($context.name.contains('a'))yes#end $context.name.length() $context.name.trim().substring(0, 1)",
    "#  set($x = 1)$x test#$context.name and#${context.name} #$context.name",
    "\n# set($x = 1)\n$x $context",
    "$input $input.json('$') $input.path('$.a') $input.body $input.params('p') $input.params().header",
    "$input.params() $input.params('X-Header') $input.params('x-header') $input.params('q') $input.params('missing')",
    "$input.params('p').length() $input.body.trim() $input.body.length() $input.none $input.json('')",
    "$input.path('$') $input.path('$.a') $input.path('$.b') $input.path('$..a') $input.json('$.b') $input.json('$..b')",
    "$input.path('$.a').length() $input.path('$.a').trim() $input.path('$.a').replaceAll('a', 'b')",
    "$input.path('$.a').size() $input.path('$.a').get(0) $input.path('$.a').isEmpty() $input.path('$.a').contains('a')",
    "#set($a = $input.path('$.a'))$a.add('x')$a.set(0, 'y')$a",
    "#set($a = $input.path('$'))$a.put('a', 'x')$a.putAll({'a': 1})$a $a.keySet() $a.toString()",
    "#foreach($name in $input.path('$').keySet())$name=$input.path('$').get($name);#end",
    "#set($a = $input.path('$'))#set($a.b = 'x')$a $input.path('$') $input.json('$')",
    "$util.escapeJavaScript($context.name) $util.urlEncode($context.name) $util.base64Encode($context.name)",
    "$util.escapeJavaScript($input.path('$.a')) $util.escapeJavaScript(null) $util.escapeJavaScript(true)",
    "$util.urlDecode($util.urlEncode($context.name)) $util.base64Decode($util.base64Encode($context.name))",
    "$util.urlEncode($input.path('$.a')) $util.base64Encode($input.path('$.a')) $util.toJson($input.path('$.a'))",
    "$util.parseJson($input.body) $util.parseJson($input.body).a $util.parseJson($input.body).a.b.size()",
    '$util.parseJson(\'{"a": {"b": [{"c": 1}], "keys": null}}\').a.keySet() $util.quiet(\'a\')$util.qr(\'b\')',
    "$stageVariables.v $stageVariables.v.toUpperCase() $stageVariables.none $stageVariables",
    "$context.list $context.list[0].text.trim() $context.list[1] $context.list[1].length() $context.nothing",
    "#if($context.nothing)a#{else}b#end#if($none == '')c#end#if(!$none)d#end#if($none == $context.nothing)e#end",
    "#if($input.path('$.a') == $none)a#elseif($input.path('$.a') == 1)b#else#stop#end c",
    "#evaluate('$none|$context.name|${none|7}')${none|'default'}#return($context.numbers)",
    "#foreach($i in [1..3])$foreach.count$foreach.index$foreach.first$foreach.last#end#foreach($x in $none)x#end",
    "## a comment\n#* another *# $$ $5 \\$x # #ff00aa $!{none} $none.none.none() ${context.name}_x",
    "#set($x = 1 + 2 * 3 - 4 / 2 % 3)$x #if($x > 1 && $x <= 9 || false)yes#end",
    # What cannot be rendered.
    "#if(1",
    "#parse('x')",
    "$util.urlEncode(5)",
    "$input.path('')",
    "$input.path('$.[')",
    "$util.parseJson('x')",
    "#nomacro($context.name)",
    "$context.numbers['a']",
    "#if($none > 1)x#end",
]

CLASSES = {
    "AttributeDict": "ParsedObject",
    "ExtendedString": "Text",
    "VTLJsonDict": "JsonObject",
    "VTLJsonList": "JsonArray",
    "VelocityInput": "Input",
    "VelocityUtilApiGateway": "Util",
}
"""What LocalStack's classes are called here."""

names = st.sampled_from(["a", "b"])
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["a", "$x", "'\"\\/\u2028"])
)
documents = st.recursive(
    leaves, lambda members: st.lists(members, max_size=3) | st.dictionaries(names, members, max_size=3), max_leaves=8
)
bodies = documents.map(json.dumps) | documents.map(lambda value: json.dumps(value, ensure_ascii=False))
bodies |= st.sampled_from(["", "{}", "[]", "0", "not JSON", '{"a": 1, "a": 2}', '{"a": 1e400}', '"\\ud800"'])
texts = st.text() | st.sampled_from(["", " ", "ab", "{}", "😀'\"\\\n", "$input.body", "#set($x=1)"])


@pytest.fixture(scope="module", autouse=True)
def _localstack_parses_a_path_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(template_mapping, "parse", lru_cache(template_mapping.parse))  # it takes milliseconds
        yield


def variables_of(name: str, numbers: list[int], body: str) -> dict[str, Any]:
    return {
        "context": {"name": name, "list": [{"text": name}, name], "numbers": numbers, "nothing": None},
        "input": {
            "body": body,
            "params": {"path": {"p": name}, "querystring": {"q": "v"}, "header": Headers({"X-Header": "a value"})},
        },
        "stageVariables": {"v": name},
    }


def overrides() -> dict[str, Any]:
    return {
        "requestOverride": {"header": {"h": "before"}, "path": {}, "querystring": {}},
        "responseOverride": {"header": {}, "status": 0},
    }


def rendered(renderer: Any, template: str, variables: dict[str, Any]) -> Any:
    """Return what a renderer says; of an error, what a client is told, but for the names of classes."""
    try:
        return renderer.render_request(template=template, variables=variables, context_overrides=overrides())
    except Exception as error:  # noqa: BLE001 - of whatever type
        return reduce(lambda message, names: message.replace(*names), CLASSES.items(), str(error))


def check(template: str, name: str, numbers: list[int], body: str) -> None:
    variables = variables_of(name, numbers, body)
    expected = rendered(ApiGatewayVtlTemplate(), template, variables_of(name, numbers, body))
    for _ in range(2):  # the first rendering leaves no trace
        assert rendered(MappingTemplates(), template, variables) == expected
        assert variables == variables_of(name, numbers, body)


@pytest.mark.parametrize("template", [*OUR_TEMPLATES, *TEMPLATES])
@settings(max_examples=10, deadline=None)  # LocalStack parses the template again in each example
@example(name="ab", numbers=[1, 2], body='{"a": [1, "a", null, true, {"b": 1.5}], "b": {"c": null, "d": [[]]}}')
@example(name="", numbers=[], body="")
@given(name=texts, numbers=st.lists(st.integers(0, 9), max_size=3), body=bodies)
def test_a_template_renders_the_same(template: str, name: str, numbers: list[int], body: str) -> None:
    check(template, name, numbers, body)


REFERENCES = [
    "$context.name",
    "$context.list",
    "$context.nothing",
    "$none",
    "$input.body",
    "$input.path('$')",
    "$input.path('$.a')",
    "$input.path('$.a.b[0]')",
    "$input.json('$.a')",
    "$input.json('$..b')",
    "$input.params('p')",
    "$stageVariables.v",
    "$util.parseJson($input.json('$.a'))",
    "$x",
]
LITERALS = [
    "'text'",
    '"text $context.name"',
    "12",
    "null",
    "true",
    "['a', $context.name]",
    "{'a': $input.path('$.a')}",
]
PARTS = {
    "value": st.sampled_from([*REFERENCES, *LITERALS]),
    "name": st.sampled_from([reference.removeprefix("$") for reference in REFERENCES]),
    "function": st.sampled_from(["escapeJavaScript", "urlEncode", "urlDecode", "base64Encode", "toJson", "parseJson"]),
    "method": st.sampled_from([".a", ".b", "[0]", ".size()", ".trim()", ".length()", ".toString()", ".contains('a')"]),
    "operator": st.sampled_from(["==", "!=", "&&", "||"]),
    "text": st.sampled_from(["{", '"', ", ", "\n", " "]),
}
FLAT = ["<text>", "<value>", "$util.<function>(<value>)", "${<name><method>}"]
NESTED = [
    "<template><template>",
    "#set($x = <value>)<template>",
    "#set($context.requestOverride.path.p = <value>)",
    "#set($context.responseOverride.header.X = <value>)",
    "#if(<value> <operator> <value>)<template>#else <template>#end",
    "#foreach($x in <value>)<template>#end",
    "#macro(m<depth> $x)<template>#end#m<depth>(<value>)",
]


@st.composite
def templates(draw: st.DrawFn, depth: int = 3) -> str:
    def part(found: re.Match[str]) -> str:
        match found["part"]:
            case "template":
                return draw(templates(depth - 1))
            case "depth":
                return f"{depth}"
            case name:
                return draw(PARTS[name])

    return re.sub("<(?P<part>[a-z]+)>", part, draw(st.sampled_from([*FLAT, *NESTED] if depth else FLAT)))


@settings(max_examples=100, deadline=None)
@given(template=templates(), name=texts, body=bodies)
def test_any_template_renders_the_same(template: str, name: str, body: str) -> None:
    check(template, name, [1, 2], body)


def context_of(name: str) -> Any:
    variables = variables_of(name, [1], "{}")
    return SimpleNamespace(
        context_variables=variables["context"],
        context_variable_overrides=overrides(),
        stage_variables=variables["stageVariables"],
        invocation_request={
            "path_parameters": {"p": name},
            "query_string_parameters": {},
            "headers": Headers({"X-Header": name}),
        },
    )


def test_the_handlers_are_localstacks_with_another_renderer() -> None:
    template = "#set($context.responseOverride.status = 418)$input.body $input.params('x-header')"
    for handler, localstacks, method in (
        (RenderingRequestHandler(), integration_request_handler, "render_request_template_mapping"),
        (RenderingResponseHandler(), integration_response_handler, "render_response_template_mapping"),
    ):
        for text in ("", template):
            seen = getattr(handler, method)(context=context_of("ä"), template=text, body='{"a": "ö"}')
            assert seen == getattr(localstacks, method)(context=context_of("ä"), template=text, body='{"a": "ö"}')


def test_the_gateway_renders_with_the_model() -> None:
    chain = EnforcingGateway().request_handlers

    assert not {integration_request_handler, integration_response_handler} & set(chain)
    assert [type(each) for each in chain if type(each) in {RenderingRequestHandler, RenderingResponseHandler}] == [
        RenderingRequestHandler,
        RenderingResponseHandler,
    ]


def test_a_template_changes_the_headers_of_no_request() -> None:
    variables = variables_of("", [], "{}")

    rendered(MappingTemplates(), "$input.params().header.add('X-Other', 'v')", variables)

    assert variables == variables_of("", [], "{}")
