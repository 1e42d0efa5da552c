"""`tools/find-python` finds a Python 3.13 that runs, wherever a machine keeps it, or says how to get one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIND_PYTHON = Path(__file__).parents[3] / "tools" / "find-python"

# What the script itself needs of a machine.
TOOLS = ("bash", "env", "sort", "ls")
FAKE_PYTHON = (
    '#!/bin/bash\nif [ "$2" = "import sys; print(sys.executable)" ]; then echo "$0"; else echo {version}; fi\n'
)
SHIM_OF_A_VERSION_NOT_SELECTED = "#!/bin/bash\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n"


class Machine:
    """A machine of which only what a test puts there can be found."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.home = folder / "home"
        self.bin.mkdir()
        self.home.mkdir()
        for tool in TOOLS:
            found = next(Path(each) / tool for each in os.get_exec_path() if (Path(each) / tool).exists())
            (self.bin / tool).symlink_to(found)

    def program(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def python(self, path: Path, version: str) -> Path:
        return self.program(path, FAKE_PYTHON.format(version=version))

    def find(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "bash", FIND_PYTHON],
            env={"PATH": str(self.bin), "HOME": str(self.home)} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_python_on_path_is_taken(machine: Machine) -> None:
    python = machine.python(machine.bin / "python3.13", "3.13")

    assert machine.find().stdout == f"{python}\n"


def test_a_plain_python3_will_do_if_it_is_3_13(machine: Machine) -> None:
    python = machine.python(machine.bin / "python3", "3.13")

    assert machine.find().stdout == f"{python}\n"


def test_a_pyenv_version_that_is_not_selected_is_taken_past_its_shim(machine: Machine) -> None:
    machine.program(machine.bin / "python3.13", SHIM_OF_A_VERSION_NOT_SELECTED)
    machine.python(machine.bin / "python3", "3.11")
    python = machine.python(machine.home / ".pyenv/versions/3.13.0/bin/python3.13", "3.13")

    assert machine.find().stdout == f"{python}\n"


def test_the_newest_of_pyenv_is_taken(machine: Machine) -> None:
    machine.python(machine.home / "elsewhere/versions/3.13.2/bin/python3.13", "3.13")
    newest = machine.python(machine.home / "elsewhere/versions/3.13.10/bin/python3.13", "3.13")

    assert machine.find(PYENV_ROOT=str(machine.home / "elsewhere")).stdout == f"{newest}\n"


def test_uvs_own_is_taken_where_there_is_no_other(machine: Machine) -> None:
    python = machine.python(machine.home / "uv/python3.13", "3.13")
    machine.program(machine.bin / "uv", f'#!/bin/bash\n[ "$1 $2 $3" = "python find 3.13" ] && echo {python}\n')

    assert machine.find().stdout == f"{python}\n"


def test_a_python_that_was_named_is_taken_before_all_others(machine: Machine) -> None:
    machine.python(machine.bin / "python3.13", "3.13")
    named = machine.python(machine.home / "mine", "3.13")

    assert machine.find(PYTHON=str(named)).stdout == f"{named}\n"


def test_a_wrong_python_that_was_named_is_refused_by_name(machine: Machine) -> None:
    machine.python(machine.bin / "python3.13", "3.13")
    named = machine.python(machine.home / "mine", "3.12")

    done = machine.find(PYTHON=str(named))

    assert done.returncode == 69
    assert done.stderr.count("\n") == 1
    assert str(named) in done.stderr


def test_without_any_one_line_says_how_to_get_one(machine: Machine) -> None:
    machine.python(machine.bin / "python3", "3.12")

    done = machine.find()

    assert done.returncode == 69
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "uv python install 3.13" in done.stderr


def test_it_finds_the_python_of_this_machine() -> None:
    done = subprocess.run([FIND_PYTHON], capture_output=True, text=True, check=False, timeout=60)

    version = subprocess.run([done.stdout.strip(), "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("Python 3.13."), sys.version
