"""What is deployed, as files: the template, the API's document with its mapping templates, the function's code.

A run keeps them, so that it can be made again as it was when the checkout has gone on.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from harness.errors import InputOutputError
from harness.store.archives import unpack_archive

STACK_DIR: Final = "infra"
FUNCTION_DIR: Final = "consumer"
"""What the folder of the function's package is called: the template's handler begins with it."""

AUTHORIZER_DIR: Final = "authorizer"
"""The function that says who may call: beside the consumer's folder or, where that has none, ours."""

_STACK_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json", ".vtl"})
_HASH_CHARACTERS: Final = 12
_MOST_BYTES: Final = 64 * 1024 * 1024
"""A function with all that it needs is not larger on AWS than 250 MiB; a copy for each run is kept up to this."""


@dataclass(frozen=True, slots=True)
class StackSources:
    """Files, by their paths: of the stack below `infra/`, of the functions below `consumer/` and `authorizer/`."""

    files: Mapping[str, bytes]

    @property
    def stack_hash(self) -> str:
        """A hash of the template, the API's document and its mapping templates."""
        return _hash(self._below(STACK_DIR))

    @property
    def function_hash(self) -> str:
        """A hash of the functions' code."""
        return _hash({**self._below(FUNCTION_DIR), **self._below(AUTHORIZER_DIR)})

    @property
    def are_small(self) -> bool:
        """Whether they are small enough for a copy in each run's folder."""
        return sum(map(len, self.files.values())) <= _MOST_BYTES

    def _below(self, folder: str) -> Mapping[str, bytes]:
        return {path: content for path, content in self.files.items() if path.startswith(f"{folder}/")}


def read_sources(source_dir: Path | None, consumer_dir: Path | None) -> StackSources:
    """Read what the bootstrap would deploy now.

    Args:
        source_dir: where `template.yaml` is; None: our own stack.
        consumer_dir: the function's package; None: our own consumer.

    Raises:
        InputOutputError: a file cannot be read.
    """
    stack, function = source_dir or package_dir(STACK_DIR), consumer_dir or package_dir(FUNCTION_DIR)
    return StackSources(
        {
            **_read(stack, STACK_DIR, lambda path: path.suffix in _STACK_SUFFIXES),
            # As the bootstrap chooses them.
            **_read(function, FUNCTION_DIR, lambda path: not path.name.startswith(".")),
            **_read(_authorizer(function), AUTHORIZER_DIR, lambda path: not path.name.startswith(".")),
        }
    )


def package_dir(name: str) -> Path:
    """Return where a package of this checkout, which we do not import, is on disk."""
    return Path(str(files(name)))


def read_archived(archive: Path) -> Mapping[str, bytes]:
    """Return the files that a run kept.

    Raises:
        InputOutputError: the run kept none.
        MisuseError: it is no such archive, or holds what it must not.
    """
    if not archive.exists():
        raise InputOutputError(f"{archive}: what this run deployed was not kept; deploy what is here: --code here")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        unpack_archive(archive, folder, may_have=_may_be_kept, most_bytes=_MOST_BYTES)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_sources(sources: Mapping[str, bytes], folder: Path) -> tuple[Path, Path]:
    """Write files as `read_sources` reads them, and return the folders of the stack and of the function.

    Raises:
        InputOutputError: they cannot be written.
    """
    try:
        for name, content in sources.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise InputOutputError(f"{folder}: {error.strerror or error}; free some space or check permissions") from error
    return folder / STACK_DIR, folder / FUNCTION_DIR


def _may_be_kept(path: str) -> bool:
    return path.startswith((f"{STACK_DIR}/", f"{FUNCTION_DIR}/", f"{AUTHORIZER_DIR}/"))


def _authorizer(function: Path) -> Path:
    beside = function.parent / AUTHORIZER_DIR
    return beside if beside.is_dir() else package_dir(AUTHORIZER_DIR)


def _read(folder: Path, name: str, is_wanted: Callable[[Path], bool]) -> dict[str, bytes]:
    try:
        return {
            f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in _files(folder, is_wanted)
        }
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror or error}"
        raise InputOutputError(f"{what}; check --source-dir and --consumer-dir") from error


def _files(folder: Path, is_wanted: Callable[[Path], bool]) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and is_wanted(path):
            yield path


def _hash(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(contents):
        content = contents[path]
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_HASH_CHARACTERS]
