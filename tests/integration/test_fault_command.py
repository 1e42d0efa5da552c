"""`harness fault`, as a person and a script use it on a real engine."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.command_line import main
from harness.engines import RunningEngine

ACCOUNT_ID = "300000000009"


@pytest.fixture
def fault(engine: RunningEngine) -> Any:
    """Runs the command in an account of this test's own."""

    def run(*arguments: str) -> Result:
        group, *rest = arguments
        options = ["--endpoint-url", engine.endpoint_url, "--account", ACCOUNT_ID]
        return CliRunner().invoke(main, ["fault", group, *options, *rest])

    yield run
    run("heal", "--all")


def test_a_fault_is_set_listed_shown_and_healed(fault: Any) -> None:
    done = fault("set", "gsi-lag", "delay=0ms-2s", "name=lag", "--ttl", "1min", "--json")
    assert done.exit_code == 0, done.stderr
    (told,) = json.loads(done.stdout)["faults"]
    assert (told["name"], told["kind"], told["state"], told["delay"]) == (
        "lag",
        "gsi-lag",
        "active",
        {"least_ms": 0, "most_ms": 2000},
    )

    listed = fault("list").stdout
    assert "lag" in listed
    assert "0ms-2000ms" in listed
    assert json.loads(fault("show", "lag", "--json").stdout)["hits"] == []
    healed = json.loads(fault("heal", "lag", "--json").stdout)["faults"]
    assert [one["state"] for one in healed] == ["healed"]


def test_all_are_healed_at_once(fault: Any) -> None:
    fault("set", "duplicates")
    fault("set", "delays")

    assert fault("heal", "--all").exit_code == 0
    states = {one["name"]: one["state"] for one in json.loads(fault("list", "--json").stdout)["faults"]}
    assert (states["duplicates"], states["delays"]) == ("healed", "healed")


def test_the_kinds_are_explained(fault: Any) -> None:
    shown = fault("kinds").stdout

    assert "gsi-lag" in shown
    assert "Global secondary indexes" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "gsi-lagg"], "gsi-lag"),
        (["set", "gsi-lag", "from=3s"], "--ttl"),
        (["show", "nobody"], "harness fault list"),
        (["heal"], "--all"),
        (["heal", "nobody"], "harness fault list"),
    ],
)
def test_what_makes_no_sense_is_one_line(arguments: list[str], said: str, fault: Any) -> None:
    done = fault(*arguments)

    assert done.exit_code == 64
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
