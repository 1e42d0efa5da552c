"""What a template makes of what it sees, and that nothing else changes."""

import copy
import sys
from subprocess import run
from typing import Any

import pytest

from model.templates.parsing import parsed
from model.templates.rendering import Dialect, Overrides, RenderingError, Visible, render


def seen_of(body: str = "", overrides: Overrides | None = None, **context: Any) -> Visible:
    params = {"path": {"id": "7"}, "querystring": {"id": "8", "page": "2"}, "header": {"page": "3", "trace": "t"}}
    return Visible(body, params, context, {"table": "users"}, overrides or Overrides())


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("$input.params('id') $input.params('page') $input.params('trace')|$input.params('none')", "7 2 t|"),
        (
            "$input.path('$.a') $input.path('$.b') $input.json('$.a') $input.json('$.none')",
            'é [1,{"c":2}] "\\u00e9" ""',
        ),
        ("$stageVariables.table $context.name.trim() $context.none", "users Ada "),
        ("$util.urlEncode($input.path('$.a')) $util.base64Encode('a') $util.escapeJavaScript('\"')", '%C3%A9 YQ== \\"'),
        ("#foreach($n in $input.path('$.b'))$foreach.count#if($foreach.hasNext),#end#end", "1,2"),
        ("#macro(twice $x)$x$x#end#twice('a')", "aa"),
        ("#if($none == '' && !$context.none)missing#end", "missing"),
        ("  surrounded\n", "surrounded"),
    ],
)
def test_a_template_has_its_text(template: str, text: str) -> None:
    assert render(template, seen_of('{"a": "é", "b": [1, {"c": 2}]}', name=" Ada ")).text == text


def test_a_template_adds_to_the_overrides_of_those_before_it() -> None:
    before = Overrides(response={"header": {"a": "1"}, "status": 0})
    template = "#set($context.responseOverride.status = 404)#set($context.requestOverride.path.p = $input.params('id'))"

    overrides = render(template, seen_of(overrides=before)).overrides

    assert overrides.response == {"header": {"a": "1"}, "status": 404}
    assert overrides.request == {"header": {}, "path": {"p": "7"}, "querystring": {}}
    assert before == Overrides(response={"header": {"a": "1"}, "status": 0})


def test_rendering_changes_nothing_that_it_sees() -> None:
    seen = seen_of("{}", identity={"list": [{"a": "b"}]})
    before = copy.deepcopy(seen)

    text = render("#set($context.identity.list[0].a = 1)#set($context.identity.b = 2)$context.identity", seen).text

    assert text == "{'list': [{'a': 1}], 'b': 2}"
    assert seen == before


@pytest.mark.parametrize("template", ["#if(1", "$util.parseJson('x')", "#parse('file')", "$input.path('$.[')"])
def test_what_cannot_be_rendered_is_one_kind_of_error(template: str) -> None:
    with pytest.raises(RenderingError):
        render(template, seen_of("{}"))


def test_a_dialect_says_what_a_missing_value_is() -> None:
    template = "#if($none)null#{else}text#end #if($context.none)null#{else}text#end #evaluate('#if($none)null#end')"

    assert render(template, seen_of(none=None), Dialect(missing=None)).text == "null null null"
    assert render(template, seen_of(none=None)).text == "text text "


def test_a_template_is_parsed_once() -> None:
    assert parsed("$once", "") is parsed("$once", "")


def test_rendering_needs_nothing_of_localstack() -> None:
    program = "import sys, model.templates.rendering; sys.exit('localstack' in sys.modules)"

    assert run([sys.executable, "-c", program], check=False).returncode == 0
