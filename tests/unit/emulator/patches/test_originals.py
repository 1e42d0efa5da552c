"""Sources are found in files as Python finds them after an import, and packages that are not known are refused."""

import inspect
from importlib import import_module, metadata
from pathlib import Path

import pytest

from emulator.errors import UnavailableError
from emulator.patches.originals import Originals, Package, UnknownOriginalError, digest_of, source_in

CLICK = metadata.version("click")

MODULE = '''
LIMIT: int = len(
    "abc"
)  # a comment
other = LIMIT

def plain():
    text = """
not indented"""
    return text


# about what follows
@first
@second(1)
def decorated(
    one,
) -> int:
    return 1

    # at its end

class Outer:
    size = 3

    def method(self): return 1

    @overload
    def method(self, more): ...

    async def method(self, more):

        return 2

    class Inner:
        def method(self):
            return 3

def method():
    return 4
'''


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("LIMIT", 'LIMIT: int = len(\n    "abc"\n)  # a comment\n'),
        ("other", "other = LIMIT\n"),
        ("decorated", "@first\n@second(1)\ndef decorated(\n    one,\n) -> int:\n    return 1\n"),
        ("Outer.size", "    size = 3\n"),
        ("Outer.method", "    async def method(self, more):\n\n        return 2\n"),
        ("Outer.Inner.method", "        def method(self):\n            return 3\n"),
        ("method", "def method():\n    return 4\n"),
    ],
)
def test_a_definition_is_found(name: str, source: str) -> None:
    assert source_in(MODULE, name) == source


@pytest.mark.parametrize("name", ["Limit", "plai", "Outer.decorated", "Inner", "Inner.method", "Outer.method.Inner"])
def test_what_is_not_defined_there_is_not_found(name: str) -> None:
    with pytest.raises(LookupError):
        source_in(MODULE, name)


@pytest.mark.parametrize("module", ["click.core", "werkzeug.routing.rules", "botocore.session", "h11._connection"])
def test_each_function_of_a_module_is_found_as_python_finds_it(module: str) -> None:
    imported = import_module(module)
    text = inspect.getsource(imported)
    owners = [
        imported,
        *(each for _, each in inspect.getmembers(imported, inspect.isclass) if each.__module__ == module),
    ]
    functions = {
        each.__qualname__: each
        for owner in owners
        for each in vars(owner).values()
        if inspect.isfunction(each)
        and each.__module__ == module
        and not hasattr(each, "__wrapped__")
        and each.__code__.co_filename == imported.__file__
    }
    different = [name for name, each in functions.items() if not _is_found(text, name, each)]

    assert len(functions) > 5
    assert not different


def _is_found(text: str, name: str, function: object) -> bool:
    """Whether it is; a comment at the very end of a function is left out."""
    source = inspect.getsource(function)  # type: ignore[arg-type]  # it is a function
    return source.startswith(source_in(text, name).rstrip("\n")) or "<locals>" in name or "<lambda>" in name


@pytest.fixture
def originals() -> Originals:
    found = Originals({"click": Package("click", CLICK)})
    found.require_versions()
    return found


def test_a_known_source_is_accepted(originals: Originals) -> None:
    digest = digest_of(inspect.getsource(import_module("click.utils").make_str))
    originals.require_sources("a patch", {"click.utils:make_str": digest})


def test_another_source_is_refused_in_a_line_that_names_who_relies_on_it(originals: Originals) -> None:
    with pytest.raises(
        UnknownOriginalError, match=r"^the patch of x relies on click\.utils:make_str.* install "
    ) as caught:
        originals.require_sources("the patch of x", {"click.utils:make_str": "0" * 16})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reference", ["click.utils:none", "click.none:make_str"])
def test_a_source_that_is_not_there_is_refused(originals: Originals, reference: str) -> None:
    with pytest.raises(UnknownOriginalError, match=f"{reference}, which is not there"):
        originals.require_sources("a patch", {reference: "0" * 16})


def test_another_version_is_refused() -> None:
    with pytest.raises(UnavailableError, match=f"click 0.1 is needed, and {CLICK} is installed: install "):
        Originals({"click": Package("click", "0.1")}).require_versions()


def test_a_missing_package_is_said_to_be_missing() -> None:
    with pytest.raises(UnavailableError, match="no-such-package is missing: install "):
        Originals({"none": Package("no-such-package", "1")}).require_versions()


def test_a_package_is_read_from_where_it_is_installed(originals: Originals) -> None:
    assert originals.path("click") == Path(str(import_module("click").__file__))
    assert originals.path("click.utils") == Path(str(import_module("click.utils").__file__))
