"""A folder whose modules `python -m` finds first: a test puts a stand-in for launcher or bootstrap there."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

type WriteModule = Callable[[str, str], None]


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteModule:
    """Make the working folder a temporary one; `write_module("emulator", source)` puts a program there."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))

    return write
