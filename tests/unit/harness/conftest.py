"""Programs that `python -m` finds before ours: a test has a stand-in for launcher or bootstrap there."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

type WriteModule = Callable[[str, str], None]


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteModule:
    """Make the working folder a temporary one; `write_module("emulator", source)` makes a program to be found first."""
    monkeypatch.chdir(tmp_path)
    modules = tmp_path / "modules"
    modules.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(modules))

    def write(name: str, source: str) -> None:
        (modules / f"{name}.py").write_text(textwrap.dedent(source))

    return write
