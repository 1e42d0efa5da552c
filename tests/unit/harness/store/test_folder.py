"""What is in a run's folder, and what is said when it is not."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.errors import InputOutputError, MisuseError
from harness.store.folder import RunFolder
from tests.unit.harness.literal_results import RECORD, results


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    path = tmp_path / RECORD.run_id
    path.mkdir()
    return RunFolder(path)


def test_record_and_results_are_read_back(folder: RunFolder) -> None:
    folder.write_record(RECORD)
    folder.write_results(results(), RECORD)
    assert (folder.run_id, folder.read_record(), folder.read_results()) == (RECORD.run_id, RECORD, results())
    assert ET.parse(folder.junit_path).getroot().tag == "testsuites"


def test_a_folder_without_a_record_is_not_one_of_a_run(folder: RunFolder) -> None:
    with pytest.raises(InputOutputError, match=r"run\.json: there is no such file; this is not the folder of a run"):
        folder.read_record()


def test_a_run_that_was_not_judged_says_how_to(folder: RunFolder) -> None:
    with pytest.raises(InputOutputError, match=rf"results\.json: .* `harness check {RECORD.run_id} --write`"):
        folder.read_results()


def test_a_broken_record_names_its_file(folder: RunFolder) -> None:
    folder.record_path.write_text("{}")
    with pytest.raises(MisuseError, match=r"run\.json.format: 1 is expected, not None"):
        folder.read_record()


def test_the_engine_s_log_is_copied_and_stays_where_it_was(folder: RunFolder, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_text("ready\n")
    folder.keep_log(log)
    assert (folder.log_path.read_text(), log.read_text()) == ("ready\n", "ready\n")


def test_the_log_of_an_engine_that_was_started_again_comes_after_that_of_the_first(
    folder: RunFolder, tmp_path: Path
) -> None:
    log = tmp_path / "engine.log"
    for life in ("first\n", "second\n"):
        log.write_text(life)
        folder.keep_log(log)
    assert folder.log_path.read_text() == "first\nsecond\n"


def test_an_engine_without_a_log_is_no_failure(folder: RunFolder, tmp_path: Path) -> None:
    folder.keep_log(tmp_path / "gone.log")
    assert not folder.log_path.exists()


def test_a_log_that_cannot_be_kept_says_where_it_is(tmp_path: Path) -> None:
    (log := tmp_path / "engine.log").write_text("ready\n")
    blocked = RunFolder(tmp_path / "run")
    blocked.log_path.mkdir(parents=True)
    with pytest.raises(InputOutputError, match=f"the engine's log is {log}"):
        blocked.keep_log(log)
