"""The one command that repeats a failing test."""

import shlex
from dataclasses import replace
from pathlib import Path

from harness.pytest_plugin.repeating import repeat_command
from harness.pytest_plugin.session import PytestSession

ROOT = Path("/project")
SESSION = PytestSession(
    seed=7, flows=100, engine="embedded", endpoint_url=None, owner_pid=1, root=ROOT, started_in=ROOT
)


def test_it_names_the_test_and_the_seed() -> None:
    assert repeat_command(SESSION, "tests/test_a.py::test_b") == "pytest tests/test_a.py::test_b --seed 7"


def test_it_has_the_other_options_where_they_are_not_as_ever() -> None:
    session = replace(SESSION, flows=20, auth="iam", endpoint_url="http://127.0.0.1:4566")
    assert repeat_command(session, "test_a.py::test_b") == (
        "pytest test_a.py::test_b --seed 7 --flows 20 --auth iam --engine external --endpoint-url http://127.0.0.1:4566"
    )


def test_it_is_for_where_pytest_was_started() -> None:
    session = replace(SESSION, started_in=ROOT / "tests")
    assert shlex.split(repeat_command(session, "tests/test_a.py::test_b"))[1] == "test_a.py::test_b"
    assert shlex.split(repeat_command(session, "other/test_a.py"))[1] == "../other/test_a.py"


def test_the_shell_takes_a_parametrised_name_as_it_is() -> None:
    node_id = "test_a.py::TestB::test_c[a b-'$x'::d]"
    assert shlex.split(repeat_command(SESSION, node_id)) == ["pytest", node_id, "--seed", "7"]
