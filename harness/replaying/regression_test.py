"""Writes the test that shows a run beside it. The edge of `harness.replaying.pytest_file`."""

import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.faults.catalogue import kills_engine
from harness.replaying.again import BARE_API
from harness.replaying.pytest_file import StackOfTest, file_name_of, pytest_file
from harness.shape.users import USERS_API
from harness.store.files import write_text
from harness.store.folder import RunFolder
from harness.store.record import RunRecord
from harness.store.sources import FUNCTION_DIR, STACK_DIR, read_archived, write_sources
from harness.workload.document import workload_from_json

_KEPT_DIR: Final = "stack"


@dataclass(frozen=True, slots=True)
class WrittenTest:
    """A test that was written."""

    path: Path
    command: str
    """What runs it, from where this process is."""


def write_test(folder: RunFolder, failure: frozenset[str], *, with_kept_code: bool) -> WrittenTest | None:
    """Write a test that fails as the run did, into the run's folder.

    Args:
        folder: the run's.
        failure: what is broken.
        with_kept_code: whether it deploys what this run deployed, and not what is in the checkout when it runs.

    Returns:
        None: the run is of an API that no test can deploy, or kills its engine, which tests share.

    Raises:
        InputOutputError: it could not be written.
    """
    record = folder.read_record()
    workload = workload_from_json(record.workload, f"{folder.record_path}: workload")
    if record.engine.kind == BARE_API or workload.shape != USERS_API or kills_engine(workload.faults):
        return None
    if with_kept_code:
        write_sources(read_archived(folder.sources_path), folder.path / _KEPT_DIR)
    stack = replace(_stack(record, with_kept_code=with_kept_code), auth=workload.auth)
    path = folder.path / file_name_of(record.run_id)
    write_text(path, pytest_file(record.run_id, workload, sorted(failure), record.thresholds, stack))
    return WrittenTest(path, _command(path, record))


def _stack(record: RunRecord, *, with_kept_code: bool) -> StackOfTest:
    if with_kept_code:
        beside = f'Path(__file__).parent / "{_KEPT_DIR}"'
        return StackOfTest(record.parameters, f'{beside} / "{STACK_DIR}"', f'{beside} / "{FUNCTION_DIR}"')
    sources = record.sources
    named = (sources.source_dir, sources.consumer_dir) if sources else (None, None)
    source_dir, consumer_dir = (f"Path({str(Path(name).resolve())!r})" if name else None for name in named)
    return StackOfTest(record.parameters, source_dir, consumer_dir)


def _command(path: Path, record: RunRecord) -> str:
    words = ["pytest", os.path.relpath(path)]
    if record.engine.kind == "external" and record.engine.endpoint_url:
        words += ["--engine", "external", "--endpoint-url", record.engine.endpoint_url]
    elif record.engine.kind == "container":
        words += ["--engine", "container"]
    return shlex.join(words)
