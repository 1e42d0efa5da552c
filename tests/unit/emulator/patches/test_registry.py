"""Each patch is of code that is installed, and in the documentation; nothing else changes code that is not ours."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from emulator.launch import speedups
from emulator.patches import registry
from emulator.patches.originals import Package, UnknownOriginalError
from emulator.patches.patch import IMPORT, START, Patch, find
from emulator.patches.registry import PACKAGES, PATCHES, apply_patches, table
from emulator.settings import SERVICES
from tests.unit.emulator.patches.foreign_assignments import assignments_in

CHECKOUT = Path(__file__).parents[4]
PRODUCT = ("authorizer", "consumer", "container", "emulator", "harness", "infra", "model", "mutants")
"""Our packages, but for tests, and for benchmarks, one of which runs LocalStack as it ships."""


def test_the_check_imports_nothing_that_it_checks() -> None:
    script = (
        "import sys\nfrom emulator.launch.speedups import require_known_code\nrequire_known_code()\n"
        f"print([name for name in {list(PACKAGES)!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_package_is_the_locked_one(name: str) -> None:
    package = PACKAGES[name]
    assert re.search(
        rf"^{package.distribution}=={re.escape(package.version)} ", _text("requirements.lock"), re.MULTILINE
    )


def test_patches_are_of_packages_that_are_checked() -> None:
    references = {reference for each in (*PATCHES, *speedups.SPEEDUPS) for reference in each.digests}
    assert {reference.partition(".")[0] for reference in references} == set(PACKAGES)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.target)
def test_a_patch_is_of_something_that_is_there_and_is_applied_at_a_known_time(patch: Patch) -> None:
    assert hasattr(find(patch.owner), patch.name)
    assert patch.when in {IMPORT, START, *SERVICES}


def test_every_patch_of_code_has_a_digest() -> None:
    assert [each.target for each in PATCHES if not each.digests] == ["sys:meta_path"]


def test_the_documentation_has_the_table() -> None:
    _, _, rest = _text("docs/architecture.md").partition("<!-- patches: python -m emulator.patches -->\n")
    assert rest.partition("\n<!-- end of patches -->")[0] == table()


def test_nothing_else_changes_code_that_is_not_ours() -> None:
    files = [file for package in PRODUCT for file in sorted((CHECKOUT / package).rglob("*.py"))]
    found = [
        f"{path}:{line}: {what}"
        for file in files
        if "patches" not in (path := file.relative_to(CHECKOUT)).parts
        for line, what in assignments_in(file.read_text())
    ]
    assert not found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import a.b\na.b.c = 1", ["a.b.c"]),
        ("from a import b as c\nc.d.e += 1", ["c.d.e"]),
        ("from a import B\nB.c: int = 1", ["B.c"]),
        ("from a import B\ndef f():\n    x, B.c = 1, 2", ["B.c"]),
        ("from a import B\nsetattr(B, 'c', 1)\ndelattr(B.c, 'd')", ["B", "B.c"]),
        ("from a import B\ndel B.c", ["B.c"]),
        ("from typing import Any\nfrom a import B\nalias: Any = B\nalias.c = 1", ["alias.c"]),
        ("from emulator import b\nb.c = 1", []),
        ("from a import B\nb = B()\nb.c = 1\nB.c[0] = 1\nB.c()", []),
        ("import os\nos.environ['a'] = 'b'", []),
    ],
)
def test_assignments_are_found(code: str, found: list[str]) -> None:
    assert [what for _, what in assignments_in(code)] == found


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(Patch, "apply", lambda patch: names.append(patch.name))
    patches = [_patch("a", speedup="x"), _patch("b"), _patch("c", when="lambda")]
    monkeypatch.setattr(registry, "PATCHES", patches)
    return names


def test_what_belongs_to_the_moment_is_applied_in_order(applied: list[str]) -> None:
    apply_patches(START, [])
    assert applied == ["a", "b"]


def test_a_speed_up_is_left_out_by_its_name_and_what_is_none_never(applied: list[str]) -> None:
    apply_patches(START, ["x", "b", ""])
    assert applied == ["b"]


def test_a_patch_is_applied_twice_as_once() -> None:
    module: Any = import_module("tests.unit.emulator.patches.patched")
    patch = _patch("answer", owner=f"{module.__name__}:Original", replacement=f"{module.__name__}:replaced")
    for _ in range(2):
        patch.apply()
        assert module.Original().answer() == 2
    assert patch.target == "tests.unit.emulator.patches.patched:Original.answer"


def test_another_version_or_source_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = "werkzeug.routing.rules:Rule.compile"
    monkeypatch.setattr(registry, "PATCHES", [_patch("compile", digests={reference: "0" * 16})])
    with pytest.raises(UnknownOriginalError, match=f"the patch of o:compile relies on {reference}"):
        registry.require_originals({})
    monkeypatch.setattr(registry, "PATCHES", [])
    with pytest.raises(UnknownOriginalError, match=r"the speed-up y relies on werkzeug\.none:x"):
        registry.require_originals({"the speed-up y": {"werkzeug.none:x": ""}})
    monkeypatch.setattr(registry, "PACKAGES", {"werkzeug": Package("werkzeug", "0.0.1")})
    with pytest.raises(UnknownOriginalError, match=r"werkzeug 0\.0\.1 is needed"):
        registry.require_originals({})


def _patch(name: str, *, owner: str = "o", replacement: str = "r:r", when: str = START, **more: Any) -> Patch:
    return Patch(owner=owner, name=name, replacement=replacement, why="", when=when, **more)


def _text(path: str) -> str:
    return (CHECKOUT / path).read_text()
