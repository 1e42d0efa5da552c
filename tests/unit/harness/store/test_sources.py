"""What is deployed, as files: read as the bootstrap chooses them, told apart by hashes, kept and written again."""

import errno
from pathlib import Path

import pytest

from harness.errors import InputOutputError, MisuseError
from harness.store import sources
from harness.store.archives import as_archive
from harness.store.sources import StackSources, read_archived, read_sources, write_sources

FILES = {
    "infra/template.yaml": b"Resources: {}",
    "infra/templates/user.vtl": b"$input.body",
    "consumer/handler.py": b"def handler(event, context): ...",
    "consumer/data/names.txt": b"Ada",
    "authorizer/handler.py": b"def handler(event, context): ...",
}


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    return write_sources(FILES, tmp_path / "stack")


def test_what_was_read_is_written_and_read_again_the_same(written: tuple[Path, Path]) -> None:
    assert read_sources(*written).files == FILES


def test_our_own_stack_is_what_is_meant_if_nobody_says() -> None:
    own = read_sources(None, None)
    assert {"infra/template.yaml", "infra/openapi.yaml", "consumer/handler.py"} <= own.files.keys()
    assert own.are_small


def test_what_the_bootstrap_does_not_deploy_is_left_out(written: tuple[Path, Path]) -> None:
    stack, function = written
    (stack / "command_line.py").write_text("ours, and not the stack's")
    for folder in written:
        (folder / "__pycache__").mkdir()
        (folder / "__pycache__" / "handler.yaml").write_text("compiled")
    (function / ".env").write_text("SECRET=1")
    assert read_sources(*written).files == FILES


@pytest.mark.parametrize("path", FILES)
def test_a_change_of_any_file_changes_the_hash_of_its_part_alone(path: str) -> None:
    before, after = StackSources(FILES), StackSources(FILES | {path: b"something else"})
    changed = (before.stack_hash != after.stack_hash, before.function_hash != after.function_hash)
    assert changed == (path.startswith("infra/"), path.startswith(("consumer/", "authorizer/")))


def test_what_moves_from_one_file_to_the_next_changes_the_hash() -> None:
    one = StackSources({"consumer/a": b"xy", "consumer/b": b""})
    other = StackSources({"consumer/a": b"x", "consumer/b": b"y"})
    assert one.function_hash != other.function_hash


def test_a_copy_is_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_MOST_BYTES", sum(map(len, FILES.values())))
    assert StackSources(FILES).are_small
    assert not StackSources(FILES | {"consumer/more": b"x"}).are_small


def test_what_a_run_kept_is_read_back(tmp_path: Path) -> None:
    archive = tmp_path / "stack.zip"
    archive.write_bytes(as_archive(FILES))
    assert read_archived(archive) == FILES


def test_a_run_that_kept_nothing_says_what_can_be_deployed(tmp_path: Path) -> None:
    with pytest.raises(InputOutputError, match=r"stack\.zip: what this run deployed was not kept.*--code here"):
        read_archived(tmp_path / "stack.zip")


@pytest.mark.parametrize("path", ["elsewhere/handler.py", "infra", "../consumer/handler.py"])
def test_an_archive_that_holds_anything_else_is_refused(tmp_path: Path, path: str) -> None:
    archive = tmp_path / "stack.zip"
    archive.write_bytes(as_archive(FILES | {path: b"x"}))
    with pytest.raises(MisuseError, match="which it must not"):
        read_archived(archive)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "stack").write_text("no folder")
    with pytest.raises(InputOutputError, match=r"stack: .*; free some space or check permissions"):
        write_sources(FILES, tmp_path / "stack")


def test_a_file_that_cannot_be_read_is_one_line_with_the_options_to_check(
    written: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:  # permissions would keep nothing from root
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputOutputError, match=r"template\.yaml: Permission denied; check --source-dir"):
        read_sources(*written)
