"""`harness report` on runs that are really on disk."""

import shutil
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.command_line import main
from harness.errors import ExitCode
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from tests.unit.harness.stored_runs import store_run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run that was judged, whose report is gone."""
    monkeypatch.chdir(tmp_path)
    folder = store_run(RunStore(tmp_path / ".harness" / "runs"))
    assert harness("check", "--write").exit_code == ExitCode.VALID
    folder.report_path.unlink(missing_ok=True)
    return folder


def harness(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("words", [(), ("latest",)])
def test_it_writes_the_latest_run_s_report_and_says_where(folder: RunFolder, words: tuple[str, ...]) -> None:
    result = harness("report", *words)
    assert (result.exit_code, result.output) == (0, f".harness/runs/{folder.run_id}/report.html\n")
    page = folder.report_path.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert f"<title>valid: run {folder.run_id}</title>" in page


def test_a_report_that_is_there_is_written_again(folder: RunFolder) -> None:
    folder.report_path.write_text("old")
    assert harness("report", folder.run_id).exit_code == 0
    assert folder.report_path.read_text(encoding="utf-8") != "old"


def test_a_run_that_was_not_judged_says_what_to_do(folder: RunFolder) -> None:
    folder.results_path.unlink()
    result = harness("report")
    assert result.exit_code == ExitCode.INPUT_OUTPUT
    (line,) = result.output.splitlines()
    assert f"harness check {folder.run_id} --write" in line


def test_a_history_that_is_gone_is_one_line(folder: RunFolder) -> None:
    folder.history_path.unlink()
    result = harness("report")
    assert result.exit_code == ExitCode.INPUT_OUTPUT
    assert len(result.output.splitlines()) == 1


def test_no_run_is_one_line(folder: RunFolder) -> None:
    shutil.rmtree(folder.path.parent)
    result = harness("report")
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "harness run" in result.output


@pytest.mark.parametrize("starts", [True, False])
def test_a_browser_is_shown_the_file(folder: RunFolder, monkeypatch: pytest.MonkeyPatch, starts: bool) -> None:
    opened: list[str] = []

    def open_it(url: str) -> bool:
        opened.append(url)
        return starts

    monkeypatch.setattr(webbrowser, "open", open_it)
    result = harness("report", "--open")
    assert result.exit_code == 0
    assert opened == [folder.report_path.resolve().as_uri()]
    assert ("no browser could be started" in result.stderr) is not starts
