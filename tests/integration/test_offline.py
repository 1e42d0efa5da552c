"""The engine needs no network and no name resolution, and looks for neither."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What came of using an engine that was cut off the network (see `offline_probe.py`)."""
    folder = tmp_path_factory.mktemp("offline")
    command = [
        sys.executable,
        "-m",
        "tests.integration.offline_probe",
        str(folder / "engine"),
        str(folder / "attempts"),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=REPOSITORY)
    log = folder / "engine" / "engine.log"
    assert done.returncode == 0, f"{done.stderr}\n{log.read_text()[-5000:] if log.exists() else 'no log'}"
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("queue", "hello"),
        ("presigned object", "hello"),
        ("function", {"the code is at its location": True, "the endpoint answers": "200"}),
        ("api", "hello"),
        ("stack", True),
        ("table", "hello"),
        ("unknown service", 501),
    ],
)
@pytest.mark.xdist_group("offline")
def test_what_the_engine_hands_out_works_without_a_network(report: Any, name: str, expected: object) -> None:
    assert report["answers"][name] == expected


@pytest.mark.xdist_group("offline")
def test_the_engine_resolves_no_name_and_connects_to_no_other_machine(report: Any) -> None:
    assert report["attempts"] == [], report["isolation"]


@pytest.mark.xdist_group("offline")
def test_all_sockets_of_the_engine_and_its_functions_are_loopback(report: Any) -> None:
    assert report["addresses"] == ["127.0.0.1"]
