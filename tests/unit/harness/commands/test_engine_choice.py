"""Which engine a run is made on: one that others use is joined, and never one that is to be killed."""

from pathlib import Path

import pytest

from harness.commands import engine_choice
from harness.commands.engine_choice import choose_engine
from harness.engines.embedded import EmbeddedEngine, JoinedEngine
from harness.errors import MisuseError
from tests.unit.harness.fake_stack import ENGINE


@pytest.fixture(autouse=True)
def one_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_choice, "running_engine", lambda _engine_dir: ENGINE)


def test_the_checkout_s_engine_is_joined(tmp_path: Path) -> None:
    engine, outputs_dir = choose_engine("embedded", None, tmp_path, tmp_path / "own")
    assert isinstance(engine, JoinedEngine)
    assert outputs_dir == tmp_path


def test_a_run_that_kills_has_an_engine_of_its_own_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine, outputs_dir = choose_engine("embedded", None, tmp_path, tmp_path / "own", kills=True)
    assert isinstance(engine, EmbeddedEngine)
    assert outputs_dir == tmp_path / "own"
    [line] = capsys.readouterr().err.splitlines()
    assert (
        line == f"harness: kills ends the engine: this run has one of its own, and {ENGINE.endpoint_url} is left alone"
    )


def test_an_engine_that_somebody_else_runs_is_not_killed(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match=r"http://127\.0\.0\.1:1 is not this run's own; leave it out"):
        choose_engine("external", "http://127.0.0.1:1", tmp_path, tmp_path / "own", kills=True)
