"""When an engine already runs: who asks for nothing else gets it, who asks for another place a reason."""

from pathlib import Path

import pytest

from emulator.errors import MisuseError, UnavailableError
from emulator.launch.options import StartOptions, require_same_place
from emulator.launch.state_dir import StateDir
from tests.unit.emulator.test_launch_record import RECORD

STATE_DIR = StateDir(Path("/state"))  # of the engine at http://127.0.0.1:4566


@pytest.mark.parametrize(("host", "port"), [(None, None), (None, 0), (None, 4566), ("127.0.0.1", None)])
def test_a_wish_that_the_running_engine_meets(host: str | None, port: int | None) -> None:
    require_same_place(StartOptions(STATE_DIR, host, port), RECORD)


@pytest.mark.parametrize(("host", "port"), [(None, 4567), ("127.0.0.2", None), ("127.0.0.2", 4566)])
def test_a_wish_for_another_place_is_refused_with_both_named(host: str | None, port: int | None) -> None:
    with pytest.raises(UnavailableError) as caught:
        require_same_place(StartOptions(STATE_DIR, host, port), RECORD)
    assert "http://127.0.0.1:4566" in str(caught.value)
    assert f"{host or '127.0.0.1'}:{port or 4566}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_options_with_a_name_for_a_host_are_none() -> None:
    with pytest.raises(MisuseError):
        StartOptions(STATE_DIR, host="localhost")
