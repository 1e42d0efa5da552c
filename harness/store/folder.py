"""What is in the folder of one run."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import InputOutputError
from harness.judging.results import Results
from harness.judging.results_document import results_from_json, results_to_json
from harness.store import junit
from harness.store.archives import as_archive
from harness.store.files import read_json, write_bytes, write_json, write_text
from harness.store.record import RunRecord, record_from_json, record_to_json
from harness.store.sources import StackSources


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run. Which of its files are there depends on how far the run got."""

    path: Path

    @property
    def run_id(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def record_path(self) -> Path:
        """Everything needed to make the run again. Written first."""
        return self.path / "run.json"

    @property
    def history_path(self) -> Path:
        """Written while the run goes on."""
        return self.path / "history.jsonl"

    @property
    def results_path(self) -> Path:
        """The verdict and all figures, for machines. Written when the run was judged."""
        return self.path / "results.json"

    @property
    def junit_path(self) -> Path:
        """The same for continuous integration."""
        return self.path / "junit.xml"

    @property
    def report_path(self) -> Path:
        """The same for people."""
        return self.path / "report.html"

    @property
    def log_path(self) -> Path:
        """The engine's log, where there is one."""
        return self.path / "engine.log"

    @property
    def sources_path(self) -> Path:
        """What was deployed: the stack's files and the function's, where they are known."""
        return self.path / "stack.zip"

    def write_record(self, record: RunRecord) -> None:
        """Keep a record.

        Raises:
            InputOutputError: it could not be written.
        """
        write_json(self.record_path, record_to_json(record))

    def read_record(self) -> RunRecord:
        """Return the run's record.

        Raises:
            InputOutputError: it is not there; the error names it.
            MisuseError: it is broken, or of a format that this code does not know.
        """
        return record_from_json(self._read(self.record_path, "this is not the folder of a run"), str(self.record_path))

    def write_results(self, results: Results, record: RunRecord) -> None:
        """Keep results, as `results.json` and `junit.xml`.

        Raises:
            InputOutputError: they could not be written.
        """
        write_json(self.results_path, results_to_json(results))
        write_text(self.junit_path, junit.as_xml(results, record, str(self.path)))

    def read_results(self) -> Results:
        """Return the run's results.

        Raises:
            InputOutputError: they are not there; the error names what is missing and what to do.
            MisuseError: they are broken, or of a format that this code does not know.
        """
        what_next = f"the run was not judged; do it with `harness check {self.run_id} --write`"
        return results_from_json(self._read(self.results_path, what_next), str(self.results_path))

    def keep_log(self, log: Path) -> None:
        """Keep an engine's log, after that of one before it. Where it goes on, the run's own copy ends here.

        Raises:
            InputOutputError: it could not be copied.
        """
        try:
            with log.open("rb") as source, self.log_path.open("ab") as kept:
                shutil.copyfileobj(source, kept)
        except FileNotFoundError:
            return  # an engine that left no log is no failure of the run
        except OSError as error:
            what = f"{self.log_path}: {error.strerror or error}; the engine's log is {log}"
            raise InputOutputError(what) from error

    def keep_sources(self, sources: StackSources) -> None:
        """Keep what was deployed, unless it is too large for that.

        Raises:
            InputOutputError: it could not be written.
        """
        if sources.are_small:
            write_bytes(self.sources_path, as_archive(sources.files))

    def last_written_s(self) -> float:
        """Return when the run wrote something last, as Unix time."""
        written = (self.path, self.record_path, self.history_path)
        return max(path.stat().st_mtime for path in written if path.exists())

    def _read(self, path: Path, what_next: str) -> Any:
        if not path.exists():
            raise InputOutputError(f"{path}: there is no such file; {what_next}")
        return read_json(path)
