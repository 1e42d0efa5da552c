"""What makes a URL of a route is made when it is first asked for, which is never.

werkzeug compiles two functions for each route when the route comes to be. LocalStack has a thousand routes, the
operations of the services that are described by paths, and only ever looks requests up in them.
"""

from typing import Any

from werkzeug.routing.rules import Rule

_compile_builder: Any = Rule._compile_builder  # noqa: SLF001 - there is no other place


def compile_later(rule: Rule, append_unknown: bool = True) -> Any:
    """Return what the original returns, once that is called: a function whose first argument is the route."""

    def build(route: Rule, *arguments: Any, **values: Any) -> Any:
        return _compile_builder(rule, append_unknown)(route, *arguments, **values)

    return build
