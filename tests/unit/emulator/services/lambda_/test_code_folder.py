"""What counts as a change of a function's folder."""

import os
from pathlib import Path

from emulator.services.lambda_.code_folder import folder_version


def test_a_saved_an_added_and_a_removed_file_are_changes(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "app.py").write_text("old")
    seen = {folder_version(tmp_path)}
    (package / "app.py").write_text("newer")
    seen.add(folder_version(tmp_path))
    (package / "more.py").touch()
    seen.add(folder_version(tmp_path))
    (package / "app.py").unlink()
    seen.add(folder_version(tmp_path))
    assert len(seen) == 4


def test_a_file_of_the_same_size_is_a_change_by_its_time(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("a = 1")
    before = folder_version(tmp_path)
    (tmp_path / "app.py").write_text("a = 2")
    os.utime(tmp_path / "app.py", ns=(1, 1))
    assert folder_version(tmp_path) != before


def test_what_python_compiles_is_none(tmp_path: Path) -> None:
    before = folder_version(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "app.cpython-313.pyc").touch()
    assert folder_version(tmp_path) == before
