"""Children: what they say is passed on, and none outlives an interrupt or a deadline."""

import os
from pathlib import Path

import psutil
import pytest

from harness.engines.child_process import LoadingModule, run_module
from harness.errors import UnavailableError
from tests.unit.harness.conftest import WriteModule
from tests.unit.harness.interrupting import interrupt_when
from tests.waiting import wait_until


def test_output_is_returned_and_the_rest_passed_on(
    write_module: WriteModule, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("child", "import sys; print('result', *sys.argv[1:]); print('step', file=sys.stderr); sys.exit(3)")
    assert run_module("child", ["a b", "--c"], timeout_s=20, capture=True) == (3, "result a b --c\n")
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("", "step\n")


def test_without_capture_all_goes_to_standard_error(
    write_module: WriteModule, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("child", "print('progress')")
    assert run_module("child", [], timeout_s=20, capture=False) == (0, "")
    assert capfd.readouterr() == ("", "progress\n")


READS = """
    import json, sys
    sys.argv[1:] == ["-"] or sys.exit(9)
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    print("step", file=sys.stderr)
    print(json.loads(line), repr(sys.stdin.read()))
    sys.exit(3)
"""


def test_a_child_that_loads_ahead_is_told_its_arguments_later(
    write_module: WriteModule, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("child", READS)
    child = LoadingModule("child")
    assert child.run(["a b", "--c"], timeout_s=20) == (3, "['a b', '--c'] ''\n")
    child.close()
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("", "step\n")


def test_a_child_that_loads_ahead_for_nothing_is_ended(write_module: WriteModule) -> None:
    write_module("child", READS)
    before = {child.pid for child in psutil.Process().children()}
    LoadingModule("child").close()
    assert {child.pid for child in psutil.Process().children()} == before


def test_a_child_that_dies_while_it_loads_is_told_of_by_its_exit_code(
    write_module: WriteModule, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("child", "import sys; print('no module', file=sys.stderr); sys.exit(69)")
    child = LoadingModule("child")
    assert child.run(["--x"], timeout_s=20) == (69, "")
    assert capfd.readouterr().err == "no module\n"


def test_a_child_has_no_input(write_module: WriteModule) -> None:
    write_module("child", "import sys; print(repr(sys.stdin.read()))")
    assert run_module("child", [], timeout_s=20, capture=True) == (0, "''\n")


def test_a_package_of_the_working_folder_is_not_taken_for_ours(write_module: WriteModule, tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text("print('theirs')")
    write_module("child", "print('ours')")
    assert run_module("child", [], timeout_s=20, capture=True) == (0, "ours\n")


def test_ctrl_c_reaches_the_child_once_and_it_may_put_things_in_order(
    write_module: WriteModule, tmp_path: Path
) -> None:
    write_module(
        "child",
        """
        import pathlib, signal, time
        count = 0
        try:
            pathlib.Path("started").touch()
            time.sleep(60)
        except KeyboardInterrupt:
            time.sleep(0.2)  # long enough for a second one
            pathlib.Path("in-order").touch()
        """,
    )
    with interrupt_when((tmp_path / "started").exists), pytest.raises(KeyboardInterrupt):
        run_module("child", [], timeout_s=30, capture=True)
    assert (tmp_path / "in-order").exists()


def test_a_child_beyond_its_time_is_stopped(write_module: WriteModule, tmp_path: Path) -> None:
    write_module(
        "child",
        """
        import os, pathlib, time
        pathlib.Path("pid").write_text(str(os.getpid()))
        time.sleep(60)
        """,
    )
    with pytest.raises(UnavailableError, match=r"python -m child --x: not done after 0\.5 s, stopped"):
        run_module("child", ["--x"], timeout_s=0.5, capture=False)
    if (tmp_path / "pid").exists():
        assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_a_child_that_ignores_ctrl_c_is_killed_with_what_it_started(
    write_module: WriteModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.engines.child_process._STOPPING_TIMEOUT_S", 0.2)
    write_module(
        "child",
        """
        import os, pathlib, signal, subprocess, sys, time
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pathlib.Path("pids").write_text(f"{os.getpid()} {grandchild.pid}")
        time.sleep(60)
        """,
    )
    pids = tmp_path / "pids"
    with (
        interrupt_when(lambda: pids.exists() and pids.read_text() != ""),
        pytest.raises(KeyboardInterrupt),
    ):
        run_module("child", [], timeout_s=30, capture=False)
    child, grandchild = map(int, pids.read_text().split())
    assert child != os.getpid()
    wait_until(lambda: not any(_lives(pid) for pid in (child, grandchild)))


def _lives(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody collected yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
