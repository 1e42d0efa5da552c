"""The engine record: which process serves a state folder, and where. JSON, written when it is ready."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from emulator.errors import StorageError
from emulator.launch import process


@dataclass(frozen=True)
class EngineRecord:
    """A ready engine."""

    pid: int
    """The engine's process: the one that serves, not one that watches it."""
    endpoint_url: str
    """Where all AWS APIs are, without a trailing slash."""
    version: str
    """LocalStack's."""
    log_path: str
    """The engine's log."""
    started_at: str
    """When the process was created, ISO 8601 in UTC."""
    start_ms: int
    """From the process's creation to the first healthy answer."""
    process_created_at: float
    """Seconds since the epoch as psutil has them; tells a reused pid from the engine."""

    def to_json(self) -> str:
        """Return the record as one JSON object on one line."""
        return json.dumps(asdict(self))

    @property
    def is_alive(self) -> bool:
        """Whether the recorded process still runs."""
        return process.is_alive(self.pid, self.process_created_at)


def parse_record(text: str) -> EngineRecord | None:
    """Return the record in `text`, or `None` where there is none: empty, cut short, or of another make."""
    try:
        values = json.loads(text)
        return EngineRecord(**{field.name: values[field.name] for field in fields(EngineRecord)})
    except (ValueError, KeyError, TypeError):
        return None


def read_record(path: Path) -> EngineRecord | None:
    """Return the record at `path`, or `None` when there is none that can be used."""
    try:
        return parse_record(path.read_text())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{path}: can't be read: {error.strerror}") from error


def write_record(path: Path, record: EngineRecord) -> None:
    """Write `record` to `path` in one step: who reads it sees all of it or nothing."""
    draft = path.with_suffix(".draft")
    draft.write_text(record.to_json() + "\n")
    draft.replace(path)
