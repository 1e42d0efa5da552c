"""A route still makes URLs for whoever asks, and compiles nothing for those who do not."""

from typing import Any

import pytest
from werkzeug.routing import Map, Rule
from werkzeug.routing import rules as werkzeug_rules

from emulator.patches.url_builders import compile_later


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was compiled, while routes compile late."""
    made: list[Any] = []
    compile_code = werkzeug_rules.Rule._get_func_code

    def get_func_code(code: Any, name: str) -> Any:
        made.append(name)
        return compile_code(code, name)

    monkeypatch.setattr(werkzeug_rules.Rule, "_get_func_code", staticmethod(get_func_code))
    monkeypatch.setattr(Rule, "_compile_builder", compile_later)
    return made


def test_looking_up_compiles_nothing(compiled: list[Any]) -> None:
    routes = Map([Rule("/users/<id>", endpoint="user"), Rule("/status/<path:id>", endpoint="status")])

    assert routes.bind("x").match("/users/1") == ("user", {"id": "1"})
    assert compiled == []


def test_a_url_is_the_same_as_ever(compiled: list[Any]) -> None:
    routes = [Rule("/users/<id>/<int:part>", endpoint="user")]
    late = Map(routes).bind("x")

    assert late.build("user", {"id": "a b", "part": 3, "more": "1"}) == "/users/a%20b/3?more=1"
    assert late.build("user", {"id": "a", "part": 3}, append_unknown=False) == "/users/a/3"
    assert compiled
