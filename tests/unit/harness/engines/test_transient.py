"""The folder of an engine that lives no longer than one command."""

import os
from pathlib import Path

from harness.engines.transient import transient_state_dir


def test_it_is_this_processs_own_and_not_made_yet(tmp_path: Path) -> None:
    folder = transient_state_dir(tmp_path)
    assert folder == tmp_path / "transient" / str(os.getpid())
    assert not folder.exists()


def test_it_can_be_another_processs(tmp_path: Path) -> None:
    assert transient_state_dir(tmp_path, 1234) == tmp_path / "transient" / "1234"


def test_what_gone_processes_left_is_removed_and_what_living_ones_use_is_not(tmp_path: Path) -> None:
    left, used = tmp_path / "transient" / str(2**22 + 1), tmp_path / "transient" / str(os.getppid())
    for folder in (left, used):
        (folder / "engine").mkdir(parents=True)
    transient_state_dir(tmp_path)
    assert not left.exists()
    assert used.exists()
