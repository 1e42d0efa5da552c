"""What `harness replay` and `harness shrink` share: finding the run, and what it is made again on."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from harness.bundling.unpacking import is_bundle, unpack_bundle
from harness.commands.engine_choice import ENGINE_KINDS, choose_engine
from harness.commands.options import state_dir_option
from harness.commands.stored import complete_run, store_in
from harness.engines.embedded import JoinedEngine
from harness.engines.external import ExternalEngine, check_url
from harness.engines.transient import transient_state_dir
from harness.errors import MisuseError
from harness.faults.catalogue import kills_engine
from harness.history.reader import read_history
from harness.judging.judge import judge_run
from harness.replaying.again import BARE_API, request_again, stack_again
from harness.replaying.sameness import StoredEvidence
from harness.replaying.trials import TryOut, trials_on_api, trials_on_stack
from harness.running.dependencies import RunDependencies
from harness.running.request import agreement_of
from harness.running.site import Site
from harness.stack.deployment import outputs_path
from harness.store.folder import RunFolder
from harness.store.record import RunRecord
from harness.store.sources import read_archived, write_sources
from harness.terminal.progress import show_nothing

HERE: Final = "here"
KEPT: Final = "kept"

_OPTIONS: Final[tuple[Callable[[Any], Any], ...]] = (
    click.argument("name", metavar="RUN", shell_complete=complete_run),
    click.option(
        "--code",
        type=click.Choice([HERE, KEPT]),
        help="What is deployed: what is here now, or what was deployed then.  [default: here; for a bundle: kept]",
    ),
    click.option("--engine", type=click.Choice(ENGINE_KINDS), help="Another kind than the run had."),
    click.option("--endpoint-url", metavar="URL", help="Where the external engine is.  [default: where it was]"),
    click.option("--api-url", metavar="URL", help="Where the API is, for a run of one that was just there."),
    state_dir_option,
)


@dataclass(frozen=True, slots=True)
class AgainOptions:
    """What a person asked for. The names are those of the options above."""

    code: str | None
    engine: str | None
    endpoint_url: str | None
    api_url: str | None
    state_dir: Path
    is_bundled: bool = False
    """Whether the run is of somebody else: folders that its record names are not on this machine."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run is made again on: the site of a stack, or an API that is just there."""

    where: Site | str
    own_dir: Path
    """Of this command alone."""
    is_shared: bool
    """Whether the engine goes on without us."""

    @contextmanager
    def trials(self, dependencies: RunDependencies) -> Iterator[TryOut]:
        """Return what makes many runs on it. Progress of single runs is not shown."""
        quiet = replace(dependencies, show_progress=show_nothing)
        if isinstance(self.where, str):
            yield trials_on_api(self.where, quiet)
            return
        with trials_on_stack(self.where, quiet, self.own_dir, cleans_up=self.is_shared) as try_out:
            yield try_out


def again_options[F: Callable[..., Any]](command: F) -> F:
    """Add the argument and the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def find_run(name: str, options: AgainOptions) -> tuple[RunFolder, AgainOptions]:
    """Return the run that a person means; a bundle is unpacked, and its code is what is deployed unless they say else.

    Raises:
        MisuseError: there is none such, or it is no bundle.
    """
    path = Path(name)
    if not is_bundle(path):
        return store_in(options.state_dir).find(name), options
    folder = unpack_bundle(path, options.state_dir / "bundles")
    code = options.code or (KEPT if folder.sources_path.exists() else HERE)
    return folder, replace(options, code=code, is_bundled=True)


def read_evidence(folder: RunFolder) -> StoredEvidence:
    """Return a run as it is kept; one that was not judged is judged.

    Raises:
        InputOutputError: there is no record, or no history.
        MisuseError: one of them is broken.
    """
    record, history = folder.read_record(), read_history(folder.history_path)
    if folder.results_path.exists():
        return StoredEvidence(record, history, folder.read_results())
    request = request_again(record, str(folder.record_path))
    warm_up_s = request.workload.warm_up_s
    results = judge_run(history, agreement_of(request), thresholds=request.thresholds, warm_up_s=warm_up_s)
    return StoredEvidence(record, history, results)


@contextmanager
def ground_of(folder: RunFolder, record: RunRecord, options: AgainOptions) -> Iterator[Ground]:
    """Have what a run is made again on, for the time of the block.

    Raises:
        MisuseError: the options contradict the run, or each other.
        UnavailableError: what it was made on is not there.
    """
    own_dir = transient_state_dir(options.state_dir)
    yield _ground(folder, record, options, own_dir)
    # Not after an error: the engine's log is there.
    shutil.rmtree(own_dir, ignore_errors=True)


def _ground(folder: RunFolder, record: RunRecord, options: AgainOptions, own_dir: Path) -> Ground:
    kind = options.engine or record.engine.kind
    if kind == BARE_API:
        if options.endpoint_url:
            raise MisuseError(f"run {record.run_id} is of an API that was just there; give --api-url")
        return Ground(check_url(options.api_url or record.api_url), own_dir, is_shared=True)
    if options.api_url:
        raise MisuseError(f"run {record.run_id} was made on a stack of its own; leave out --api-url")
    endpoint_url = options.endpoint_url
    if kind == "external" and endpoint_url is None:
        endpoint_url = record.engine.endpoint_url
    kills = kills_engine(request_again(record, str(folder.record_path)).workload.faults)
    engine, outputs_dir = choose_engine(kind, endpoint_url, options.state_dir, own_dir, kills=kills)
    stack = stack_again(record)
    source_dir, consumer_dir = _code(folder, record, options, own_dir)
    outputs = outputs_path(outputs_dir, stack.stack_name)
    site = Site(
        engine,
        kind,
        stack.account,
        stack.region,
        stack.stack_name,
        outputs,
        stack.parameters,
        source_dir,
        consumer_dir,
        names_folders=options.code != KEPT,
        auth=request_again(record, str(folder.record_path)).workload.auth,
    )
    return Ground(site, own_dir, is_shared=isinstance(engine, JoinedEngine | ExternalEngine))


def _code(
    folder: RunFolder, record: RunRecord, options: AgainOptions, own_dir: Path
) -> tuple[Path | None, Path | None]:
    """Return the folders of what is to be deployed; None: the checkout's own."""
    if options.code == KEPT:
        return write_sources(read_archived(folder.sources_path), own_dir / "stack")
    sources = record.sources
    named = [sources.source_dir, sources.consumer_dir] if sources and not options.is_bundled else [None, None]
    for name in named:
        if name is not None and not Path(name).is_dir():
            raise MisuseError(f"what run {record.run_id} deployed is not in {name} any more; add --code kept")
    source_dir, consumer_dir = (Path(name) if name else None for name in named)
    return source_dir, consumer_dir
