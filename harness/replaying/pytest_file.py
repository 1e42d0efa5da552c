"""A test of a few lines that shows what a run showed, for pytest with our plugin. Pure: from values to text."""

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Final

from harness.callers import Auth
from harness.workload import Workload

_LINE_CHARACTERS: Final = 100
_INDENT: Final = "    "
_OTHERS: Final = frozenset({"pytest"})
_PUBLIC: Final = {"model.faults.delays": "harness.faults"}
"""Where a test imports from what is defined elsewhere."""


@dataclass(frozen=True, slots=True)
class StackOfTest:
    """What the test deploys, where it is not the checkout's own stack with its defaults."""

    parameters: tuple[str, ...] = ()
    """`Key=Value`, each."""
    source_dir: str | None = None
    """A Python expression for the folder."""
    consumer_dir: str | None = None
    auth: Auth = Auth.NONE
    """How it knows who calls."""


def file_name_of(run_id: str) -> str:
    """Return a name that no other test has: pytest wants each module's to be its own."""
    return f"test_shrunk_{run_id.replace('-', '_')}.py"


def pytest_file(
    run_id: str, workload: Workload, broken: Sequence[str], thresholds: Sequence[str], stack: StackOfTest
) -> str:
    """Return the text of a test that fails as the run did, and passes when that is mended.

    Args:
        run_id: the run's, which the file names.
        workload: what shows it.
        broken: what is broken.
        thresholds: what was required of the figures.
        stack: what is deployed.
    """
    code = _Code()
    code.need("dataclasses", "replace")
    faults = list(_faults(workload, code))
    usual = Workload(workload.seed, workload.flows, faults=workload.faults)
    changes = _members(workload, code, usual, always=frozenset({"seed", "flows"}))
    changes += ["faults=FAULTS"] if faults else []
    required = [text for text in thresholds if text in broken]
    require = f", require={_texts(required)}" if required else ""
    body = [
        f"def test_{_words(broken)}(drive, workload):",
        *_call(f"{_INDENT}smallest = replace(", ["workload", *changes], ")"),
        f"{_INDENT}drive(smallest{require}).assert_valid()",
    ]
    fixture = list(_stack_fixture(stack, code))
    heading = f'"""{_sentence(broken)}: the smallest run is {run_id}."""'
    return "\n".join([heading, "", *code.imports(), "", *faults, "", *fixture, *body, ""])


class _Code:
    """Values as Python, and what has to be imported for them."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def need(self, module: str, *names: str) -> None:
        """Import these names of a module; none: the module."""
        self._names.setdefault(module, set()).update(names)

    def of(self, value: Any) -> str:
        """Return the expression of a value."""
        if is_dataclass(value) and not isinstance(value, type):
            kind = type(value)
            self.need(_PUBLIC.get(kind.__module__, kind.__module__), kind.__name__)
            return f"{kind.__name__}({', '.join(_members(value, self))})"
        if isinstance(value, Enum):
            self.need(type(value).__module__, type(value).__name__)
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, tuple):
            return f"({', '.join(map(self.of, value))}{',' if len(value) == 1 else ''})"
        if isinstance(value, frozenset):
            return f"frozenset({_texts(sorted(value))})" if value else "frozenset()"
        return _text(value) if isinstance(value, str) else repr(value)

    def imports(self) -> Iterator[str]:
        """Return the lines: the standard library's, then others', then ours, with an empty one between."""
        groups = [
            sorted(self._names.keys() - _OTHERS - self._ours()),
            sorted(self._names.keys() & _OTHERS),
            sorted(self._ours()),
        ]
        lines = [[self._line(module) for module in modules] for modules in groups if modules]
        yield from lines[0]
        for group in lines[1:]:
            yield ""
            yield from group

    def _ours(self) -> set[str]:
        return {module for module in self._names if module.startswith("harness.")}

    def _line(self, module: str) -> str:
        names = self._names[module]
        return f"from {module} import {', '.join(sorted(names))}" if names else f"import {module}"


def _members(value: Any, code: _Code, usual: Any = None, always: frozenset[str] = frozenset()) -> list[str]:
    """Return the arguments that make a dataclass, less those that are as usual: its defaults."""
    given = {field.name: getattr(value, field.name) for field in fields(value)}
    return [
        f"{field.name}={code.of(given[field.name])}"
        for field in fields(value)
        if field.name in always or given[field.name] != (getattr(usual, field.name) if usual else _default(field))
    ]


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _call(begin: str, arguments: Sequence[str], end: str, indent: str = _INDENT) -> Iterator[str]:
    """Return a call in one line or, where that is too long, with an argument a line."""
    line = f"{begin}{', '.join(arguments)}{end}".replace(", )", ",)")
    if len(line) <= _LINE_CHARACTERS:
        yield line
        return
    yield begin
    yield from (f"{indent}{_INDENT}{argument}," for argument in arguments if argument)
    yield f"{indent}{end}"


def _faults(workload: Workload, code: _Code) -> Iterator[str]:
    """Return the faults, one a line, under a name; nothing if there are none."""
    if not workload.faults:
        return
    faults = [code.of(fault) for fault in workload.faults]
    yield from _call("FAULTS = (", [*faults, ""] if len(faults) == 1 else faults, ")", indent="")


def _stack_fixture(stack: StackOfTest, code: _Code) -> Iterator[str]:
    """Return the fixture that says what is deployed; nothing if that is as ever."""
    if stack == StackOfTest():
        return
    code.need("pytest")
    code.need("harness.stack.deployment", "DeploymentRequest")
    arguments = [f"parameters={_texts(stack.parameters)}"] if stack.parameters else []
    for name, folder in {"source_dir": stack.source_dir, "consumer_dir": stack.consumer_dir}.items():
        if folder is not None:
            code.need("pathlib", "Path")
            arguments.append(f"{name}={folder}")
    arguments += [f"auth={code.of(stack.auth)}"] if stack.auth is not Auth.NONE else []
    yield '@pytest.fixture(scope="session")'
    yield "def harness_stack_request(harness_session, harness_engine):"
    yield f"{_INDENT}url, account = harness_engine.endpoint_url, harness_session.account_id"
    yield from _call(f"{_INDENT}return DeploymentRequest(", ["url", "account", *arguments], ")")
    yield from ("", "")


def _texts(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """Return a text as Python, in double quotes where that is easy."""
    is_easy = text.isascii() and text.isprintable() and not {'"', "\\"} & set(text)
    return f'"{text}"' if is_easy else repr(text)


def _words(broken: Sequence[str]) -> str:
    """Return the first of what is broken as the end of a test's name."""
    first = _first(broken)
    return "".join(letter if letter.isalnum() else "_" for letter in first.lower()).strip("_")


def _first(broken: Sequence[str]) -> str:
    """Return a checker's name rather than a requirement."""
    return min(broken, key=lambda name: (not name.replace("-", "").isalpha(), name))


def _sentence(broken: Sequence[str]) -> str:
    first = _first(broken)
    return f"{first} is broken" if len(broken) == 1 else f"{first} and {len(broken) - 1} more are broken"
