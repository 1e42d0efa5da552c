"""Makes a bundle of a run's folder: clean copies of its files beside each other, then one archive of them."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.bundling.cleaning import Cleaner
from harness.bundling.contents import FILES, LISTING, BundledFile, Listing, is_run_id, listing_to_json
from harness.errors import InputOutputError, MisuseError
from harness.history.reader import read_history
from harness.html_report.writing import write_report
from harness.store.archives import as_archive, write_archive
from harness.store.files import read_json, write_json
from harness.store.folder import RunFolder
from harness.store.sources import read_archived

type MakeCleaner = Callable[[], Cleaner]

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
_CODE_SUFFIXES: Final = frozenset({".py", ".vtl", ".yaml", ".yml", ".json", ".txt", ".md", ".toml", ".cfg", ".ini"})
_HEADERS_PATH: Final = ("workload", "shape", "headers")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was made."""

    path: Path
    size_bytes: int
    listing: Listing


def make_bundle(folder: RunFolder, target: Path, make_cleaner: MakeCleaner) -> Bundle:
    """Write a bundle of a run. The same folder makes the same bytes.

    Args:
        folder: the run's. `run.json` and `history.jsonl` must be there.
        target: the file to write; one that is there is replaced.
        make_cleaner: makes what takes out secrets.

    Raises:
        MisuseError: a file of the run is broken, or its folder's name is none of a run.
        InputOutputError: a file could not be read or written.
    """
    if not is_run_id(folder.run_id):
        raise MisuseError(f"{folder.path}: a run's folder is named by letters, digits and hyphens; rename it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="bundle-", dir=target.parent) as made:
            clean = RunFolder(Path(made) / folder.run_id)
            clean.path.mkdir()
            cleaned = _copy(folder, clean, make_cleaner)
            listing = _listed(clean, cleaned)
            write_json(clean.path / LISTING, listing_to_json(listing))
            archive = Path(made) / "bundle.zip"
            write_archive(archive, {f"{folder.run_id}/{path.name}": path for path in clean.path.iterdir()})
            size_bytes = archive.stat().st_size
            archive.replace(target)
    except OSError as error:
        what = f"{error.filename or target}: {error.strerror or error}"
        raise InputOutputError(f"{what}; check free space and permissions") from error
    return Bundle(target, size_bytes, listing)


def _copy(folder: RunFolder, clean: RunFolder, make_cleaner: MakeCleaner) -> Mapping[str, int]:
    """Write clean copies of the run's files, and return in how many places something was taken out of each."""
    record, results = folder.read_record(), folder.results_path.exists()
    copies: dict[Path, Callable[[Path, Path, Cleaner], None]] = {
        folder.record_path: _copy_record,
        folder.history_path: _copy_history,
        folder.results_path: _copy_json,
        folder.log_path: _copy_log,
        folder.sources_path: _copy_sources,
    }
    cleaned = {}
    for source, copy in copies.items():
        if source.exists() or source == folder.history_path:
            cleaner = make_cleaner()
            copy(source, clean.path / source.name, cleaner)
            cleaned[source.name] = cleaner.count
    if results:
        # Made anew of what is clean: of a page one cannot be sure what is in it.
        record, history = clean.read_record(), read_history(clean.history_path)
        write_report(clean, record, clean.read_results(), history)
    return cleaned


def _copy_record(source: Path, target: Path, cleaner: Cleaner) -> None:
    document = read_json(source)
    headers = _headers_in(document)
    kept = cleaner.headers(headers) if headers else {}
    document = cleaner.value(document)
    if headers:
        _headers_in(document).update(kept)
    write_json(target, document)


def _headers_in(document: Any) -> dict[str, str]:
    """Return the headers that the workload sends with each call: the very object, to be changed."""
    for name in _HEADERS_PATH:
        document = document.get(name, {}) if isinstance(document, dict) else {}
    return document if isinstance(document, dict) else {}


def _copy_history(source: Path, target: Path, cleaner: Cleaner) -> None:
    """Copy line by line: a history may be larger than memory. What is no whole line is left out."""
    with source.open("rb") as lines, target.open("w", encoding="ascii") as copy:
        for line in lines:
            try:
                value = json.loads(line)
            except ValueError:
                break  # cut off here: whoever reads it reads no further either
            copy.write(_encode(cleaner.value(value)) + "\n")


def _copy_json(source: Path, target: Path, cleaner: Cleaner) -> None:
    write_json(target, cleaner.value(read_json(source)))


def _copy_log(source: Path, target: Path, cleaner: Cleaner) -> None:
    with source.open(encoding="utf-8", errors="replace") as log:
        # As a whole: a private key has many lines.
        target.write_text(cleaner.text(log.read()), encoding="utf-8")


def _copy_sources(source: Path, target: Path, cleaner: Cleaner) -> None:
    sources = read_archived(source)
    target.write_bytes(as_archive({name: _clean_source(name, content, cleaner) for name, content in sources.items()}))


def _clean_source(name: str, content: bytes, cleaner: Cleaner) -> bytes:
    if Path(name).suffix not in _CODE_SUFFIXES:
        return content
    try:
        return cleaner.code(content.decode()).encode()
    except UnicodeDecodeError:
        return content


def _listed(clean: RunFolder, cleaned: Mapping[str, int]) -> Listing:
    present = {name: clean.path / name for name in FILES if (clean.path / name).exists()}
    return Listing(
        clean.run_id,
        {name: BundledFile(path.stat().st_size, hash_of(path), cleaned.get(name, 0)) for name, path in present.items()},
    )


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
