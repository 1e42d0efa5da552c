"""Files that are there whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from harness.errors import ExitCode, InputOutputError, MisuseError
from harness.store import files


def test_what_is_written_is_read_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    files.write_json(path, {"a": "\u00e9\ud800"})
    files.write_json(path, {"a": [1, None]})
    assert files.read_json(path) == {"a": [1, None]}
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.json"]


def test_a_full_disk_leaves_what_was_there_and_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    files.write_text(path, "old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputOutputError, match=r"run\.json: No space left on device; free some space") as raised:
        files.write_text(path, "new")
    assert raised.value.exit_code is ExitCode.INPUT_OUTPUT
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputOutputError, match="No such file or directory"):
        files.write_text(tmp_path / "gone" / "run.json", "text")


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"\xff\xfe"])
def test_what_is_not_json_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(MisuseError, match=r"run\.json: not JSON, or cut off"):
        files.read_json(path)


def test_a_link_takes_the_place_of_one_that_is_there_or_broken(tmp_path: Path) -> None:
    latest = tmp_path / "latest"
    for target in ("nowhere", "a", "b"):
        files.link(latest, target)
        assert latest.readlink() == Path(target)
    assert [entry.name for entry in tmp_path.iterdir()] == ["latest"]


def test_whoever_follows_the_link_while_it_is_replaced_always_arrives(tmp_path: Path) -> None:
    latest = tmp_path / "latest"
    targets = [f"run-{number}" for number in range(4)]
    for target in targets:
        (tmp_path / target).mkdir()
    files.link(latest, targets[0])

    def replace_often(target: str) -> None:
        for _ in range(200):
            files.link(latest, target)

    threads = [threading.Thread(target=replace_often, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert latest.resolve(strict=True).name in targets
    for thread in threads:
        thread.join()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["latest", *targets]
