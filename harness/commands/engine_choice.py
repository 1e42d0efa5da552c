"""Which engine a command makes runs on, and how it reaches the world."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from harness.engines import Engine
from harness.engines.checkout import make_container, running_engine
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine, JoinedEngine
from harness.engines.external import ExternalEngine
from harness.errors import MisuseError
from harness.running.dependencies import RunDependencies
from harness.stack.deployment import bootstrap_ahead
from harness.terminal.progress import show_progress

OWN_ENGINE_KINDS: Final = ("embedded", "container")
ENGINE_KINDS: Final = (*OWN_ENGINE_KINDS, "external")

endpoint_url_option = click.option("--endpoint-url", metavar="URL", help="Where the external engine is.")


def choose_engine(
    kind: str, endpoint_url: str | None, state_dir: Path, own_dir: Path, *, kills: bool = False
) -> tuple[Engine, Path]:
    """Return the engine to run on, and the folder that the outputs of the stack on it belong in.

    Args:
        kind: one of `ENGINE_KINDS`.
        endpoint_url: of the external engine.
        state_dir: the checkout's: an engine that runs there is joined.
        own_dir: where an engine that is started for this command alone lives.
        kills: whether the run kills its engine: then it is not one that others use, and a line says so.

    Raises:
        MisuseError: kind and endpoint contradict each other, or the engine is not the run's own to kill.
        UnavailableError: there is no Docker for a container.
    """
    if kind == "external":
        if endpoint_url is None:
            raise MisuseError("--engine external needs --endpoint-url; give one like http://127.0.0.1:4566")
        if kills:
            what = f"kills ends the engine with all that is in it, and {endpoint_url} is not this run's own"
            raise MisuseError(f"{what}; leave it out, or leave out --engine external and --endpoint-url")
        return ExternalEngine(endpoint_url), own_dir
    if endpoint_url is not None:
        raise MisuseError("--endpoint-url is for --engine external; leave one out, or add the other")
    if running := running_engine(state_dir / "engine"):
        if not kills:
            return JoinedEngine(running), state_dir
        what = f"kills ends the engine: this run has one of its own, and {running.endpoint_url} is left alone"
        click.echo(f"harness: {what}", err=True)
    return own_engine(kind, own_dir), own_dir


def own_engine(kind: str, own_dir: Path) -> Engine:
    """Return an engine that is started for this command alone, on a free port, and gone when the command is.

    Args:
        kind: one of `OWN_ENGINE_KINDS`.
        own_dir: where it lives.

    Raises:
        UnavailableError: there is no Docker for a container.
    """
    if kind == "container":
        return make_container(own_dir / "engine", port=ANY_FREE_PORT, owner_pid=os.getpid())
    return EmbeddedEngine(own_dir / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid())


@contextmanager
def deploying_dependencies(given: RunDependencies | None) -> Iterator[RunDependencies]:
    """Yield what was given, or the real world with a bootstrap that loads while the engine starts."""
    if given is not None:
        yield given
        return
    with bootstrap_ahead() as deploy:
        yield replace(progressing_dependencies(), deploy=deploy)


def progressing_dependencies() -> RunDependencies:
    """Return the real world, with the progress of a run on standard error."""
    from harness.running.real_dependencies import real_dependencies  # noqa: PLC0415 - aiohttp and boto3 are slow to import

    return real_dependencies(lambda: show_progress(Console(stderr=True)))
