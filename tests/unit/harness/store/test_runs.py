"""Making runs, finding them, listing them, removing them."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.errors import InputOutputError, MisuseError, UnavailableError
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from tests.unit.harness.literal_results import RECORD, results

AT = datetime(2026, 11, 23, 22, 1, 2, 123456, UTC)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def made(store: RunStore, *, minutes: float = 0, judged: bool = True) -> RunFolder:
    folder = store.create(AT + timedelta(minutes=minutes))
    folder.write_record(RECORD)
    if judged:
        folder.write_results(results(), RECORD)
    return folder


def test_a_run_s_id_is_its_start_and_some_letters(store: RunStore) -> None:
    first, second = store.create(AT), store.create(AT)
    assert first.path.is_dir()
    assert first.run_id.startswith("20261123-220102123-")
    assert first.run_id != second.run_id


def test_latest_is_the_run_that_was_made_last(store: RunStore, tmp_path: Path) -> None:
    made(store)
    second = made(store, minutes=1)
    assert store.find("latest") == second
    assert (tmp_path / "runs" / "latest").readlink() == Path(second.run_id)


@pytest.mark.parametrize("link", [None, "gone", "20261123-220101000-gone", "..", "/"])
def test_where_the_link_is_broken_or_missing_the_newest_run_is_the_latest(
    store: RunStore, tmp_path: Path, link: str | None
) -> None:
    made(store)
    newest = made(store, minutes=1)
    latest = tmp_path / "runs" / "latest"
    latest.unlink()
    if link:
        latest.symlink_to(link)
    assert store.find("latest") == newest


def test_a_run_is_found_by_its_id_by_the_beginning_of_it_and_by_its_path(store: RunStore) -> None:
    made(store)
    run = made(store, minutes=1)
    assert store.find(run.run_id) == store.find("20261123-2202") == store.find(str(run.path)) == run


def test_a_beginning_that_fits_several_names_them(store: RunStore) -> None:
    runs = [made(store, minutes=minutes) for minutes in (0, 1)]
    with pytest.raises(MisuseError, match=r"2 runs begin with 2026: .*; give more of it") as raised:
        store.find("2026")
    assert all(run.run_id in str(raised.value) for run in runs)


@pytest.mark.parametrize("name", ["1999", "", "../etc", "lates"])
def test_what_is_no_run_says_where_to_look(store: RunStore, name: str) -> None:
    made(store)
    with pytest.raises(MisuseError, match="see `harness runs`"):
        store.find(name)


def test_without_any_run_it_says_how_to_make_one(store: RunStore) -> None:
    assert store.list() == []
    with pytest.raises(UnavailableError, match="make one with `harness run`"):
        store.find("latest")


def test_runs_are_listed_newest_first_and_a_broken_one_as_such(store: RunStore, tmp_path: Path) -> None:
    whole = made(store)
    unjudged = made(store, minutes=1, judged=False)
    newer = made(store, minutes=2)
    newer.record_path.write_text('{"format": 99}')
    empty = store.create(AT + timedelta(minutes=3))
    (tmp_path / "runs" / "notes").mkdir()
    (tmp_path / "runs" / "20261123-220102123-file").write_text("not a folder")
    listed = store.list()
    assert [run.folder for run in listed] == [empty, newer, unjudged, whole]
    assert [run.results is not None for run in listed] == [False, False, False, True]
    assert "run.json: there is no such file" in listed[0].problem
    assert "format: 1 is expected, not 99" in listed[1].problem
    assert "results.json: there is no such file" in listed[2].problem
    assert (listed[2].record, listed[3].problem) == (RECORD, "")


def test_pruning_removes_the_oldest_and_nothing_else(store: RunStore, tmp_path: Path) -> None:
    runs = [made(store, minutes=minutes) for minutes in range(4)]
    (notes := tmp_path / "runs" / "notes").mkdir()
    assert store.prune(2) == [runs[1], runs[0]]
    assert [run.folder for run in store.list()] == [runs[3], runs[2]]
    assert notes.is_dir()
    assert store.find("latest") == runs[3]


def test_pruning_leaves_a_run_that_may_be_going_on(store: RunStore) -> None:
    going_on = made(store, judged=False)
    given_up = made(store, minutes=1, judged=False)
    hour_ago = time.time() - 3600
    for path in (given_up.record_path, given_up.path):
        os.utime(path, (hour_ago, hour_ago))
    assert store.prune(0) == [given_up]
    assert going_on.path.is_dir()


def test_pruning_does_not_follow_a_link_out_of_the_store(store: RunStore, tmp_path: Path) -> None:
    made(store)
    (outside := tmp_path / "20261123-220102123-away").mkdir()
    (tmp_path / "runs" / outside.name).symlink_to(outside)
    assert [run.folder.path.name for run in store.list()] == [store.find("latest").run_id]
    store.prune(0)
    assert outside.is_dir()


def test_runs_made_at_the_same_time_do_not_get_in_each_other_s_way(store: RunStore) -> None:
    threads = [threading.Thread(target=made, args=(store,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = store.list()
    assert (len(listed), {run.problem for run in listed}) == (8, {""})
    assert store.find("latest") in [run.folder for run in listed]


def test_a_store_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    store = RunStore(tmp_path / "runs")
    with pytest.raises(InputOutputError, match="check free space and permissions"):
        store.create(AT)
