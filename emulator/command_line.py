"""The engine's command line: start, stop, status, logs. Options become calls, and errors become lines."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import click
import psutil

from emulator.errors import (
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_IO,
    EXIT_MISUSE,
    EXIT_NOT_RUNNING,
    EXIT_OK,
    LINE_PREFIX,
    EmulatorError,
    UnavailableError,
)
from emulator.launch.detach import start_in_background
from emulator.launch.log import read_log
from emulator.launch.options import DEFAULT_HOST, DEFAULT_PORT, StartOptions, require_same_place
from emulator.launch.record import EngineRecord
from emulator.launch.speedups import ALL, NAMES
from emulator.launch.state_dir import StateDir
from emulator.launch.stop import stop_engine
from emulator.settings import LOG_LEVELS

DEFAULT_STATE_DIR = Path(".harness/engine")
_HEALTH_TIMEOUT_S = 5.0


def _to_state_dir(_context: click.Context, _parameter: click.Parameter, value: Path) -> StateDir:
    return StateDir(value.absolute())


state_dir_option = click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=DEFAULT_STATE_DIR,
    show_default=True,
    callback=_to_state_dir,
    help="The folder of this engine: its record, its log, its files.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on one line.")


@click.group(
    epilog="Exit codes: 0 done; 3 no engine runs (status); 64 wrong options; 69 something needed is "
    "unavailable, as a free port; 70 a fault of ours; 74 a file can't be read or written; 130 Ctrl-C.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
)
def cli() -> None:
    """AWS on this machine: LocalStack in one process, without Docker and without a network.

    An engine lives in a state folder, one at a time; engines in different folders share nothing.
    """


@cli.command()
@click.option("--host", help=f"IPv4 address to listen on.  [default: {DEFAULT_HOST}]")
@click.option("--port", type=click.IntRange(0, 65535), help=f"0: any free one.  [default: {DEFAULT_PORT}]")
@click.option(
    "--all-interfaces",
    is_flag=True,
    help="Listen on every interface; URLs still have --host. For a container, whose port Docker publishes.",
)
@state_dir_option
@click.option("--detach", is_flag=True, help="Leave it in the background; return when it is ready.")
@click.option("--stop-with-pid", type=click.IntRange(min=1), metavar="PID", help="Stop when process PID ends.")
@click.option(
    "--timeout-s",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="How long the start may take.",
)
@click.option("--log-level", type=click.Choice(LOG_LEVELS), default="info", show_default=True)
@click.option(
    "--without",
    type=click.Choice((*NAMES, ALL)),
    multiple=True,
    metavar="NAME",
    help=f"Leave out a speed-up; may be repeated.  [{', '.join(NAMES)}, {ALL}]",
)
@click.option("--quiet", is_flag=True, help="Keep the log off the terminal; its file has it in any case.")
@json_option
def start(state_dir: StateDir, *, detach: bool, as_json: bool, **wishes: Any) -> None:
    """Start the engine, and print one line when it is ready.

    It stays in the foreground, with its log on standard error, until Ctrl-C. Where an engine already runs in
    the state folder, nothing changes, and the line says where it is.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_OK))  # as long as there is nothing to stop
    options = StartOptions(state_dir, **wishes)
    running = state_dir.running()
    if running:
        require_same_place(options, running)
    elif detach:
        click.echo(_describe(start_in_background(options), as_json=as_json))
    else:
        # Here and below: it is half of the launcher's own start, which has no use for it.
        from emulator.launch.foreground import run_engine  # noqa: PLC0415 - late, so that who detaches needs none of it

        running = run_engine(options, lambda record: _describe(record, as_json=as_json))
    if running:
        click.echo(_describe(running, as_json=as_json, already=True))


@cli.command()
@state_dir_option
def stop(state_dir: StateDir) -> None:
    """Stop the engine. That none runs is no error."""
    stopped = stop_engine(state_dir)
    if stopped:
        click.echo(f"stopped the engine at {stopped.endpoint_url} (pid {stopped.pid})")
    else:
        click.echo(f"no engine runs in {state_dir.path}")


@cli.command()
@state_dir_option
@json_option
def status(state_dir: StateDir, *, as_json: bool) -> None:
    """Say whether the engine runs, where, and how it is.

    Exit code 3 when none runs. The JSON object is the engine record with `alive`, `rss_bytes`, `uptime_s` and
    the state of each service in `services`: empty, with the reason in `problem`, when it does not answer.
    """
    record = state_dir.running()
    facts = _facts(record) if record else None
    if record is None or facts is None:
        click.echo(json.dumps({"alive": False}) if as_json else f"no engine runs in {state_dir.path}")
        sys.exit(EXIT_NOT_RUNNING)
    if as_json:
        click.echo(json.dumps(json.loads(record.to_json()) | facts))
        return
    click.echo(_describe(record, already=True))
    click.echo(f"  {facts['rss_bytes'] / 1e6:.0f} MB, up {facts['uptime_s']:.0f} s, log in {record.log_path}")
    in_use = sorted(name for name, state in facts["services"].items() if state == "running")
    click.echo(f"  {facts.get('problem') or 'services in use: ' + (', '.join(in_use) or 'none yet')}")


@cli.command()
@state_dir_option
@click.option("--follow", is_flag=True, help="Go on with what is added, until Ctrl-C.")
def logs(state_dir: StateDir, *, follow: bool) -> None:
    """Print the log of the engine that runs, or ran last."""
    try:
        for piece in read_log(state_dir.log_path, follow=follow):
            click.echo(piece, nl=False)
    except FileNotFoundError as error:
        raise UnavailableError(f"{state_dir.log_path}: no engine has run here yet") from error


def main() -> NoReturn:
    """Run the command line, and end the process with the right exit code, never with a traceback."""
    try:
        cli.main(prog_name="python -m emulator", standalone_mode=False)
    except EmulatorError as error:
        _fail(str(error), error.exit_code)
    except click.ClickException as error:
        _fail(f"{error.format_message()} (--help lists what there is)", EXIT_MISUSE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # as in `logs | head`: who reads has seen enough
        os._exit(EXIT_OK)
    except OSError as error:
        _fail(str(error), EXIT_IO)
    except Exception as error:  # noqa: BLE001 - the last border: a fault of ours, and still one line
        _fail(f"{type(error).__name__}: {error}; this is a fault of the emulator", EXIT_INTERNAL)
    sys.exit(EXIT_OK)


def _describe(record: EngineRecord, *, as_json: bool = False, already: bool = False) -> str:
    if as_json:
        return record.to_json()
    runs = "already runs" if already else f"is ready after {record.start_ms / 1000:.1f} s"
    return f"the engine {runs}: {record.endpoint_url} (LocalStack {record.version}, pid {record.pid})"


def _facts(record: EngineRecord) -> dict[str, Any] | None:
    try:
        rss_bytes = psutil.Process(record.pid).memory_info().rss
    except psutil.NoSuchProcess:
        return None  # gone since the record was read
    uptime_s = round(time.time() - record.process_created_at, 1)
    facts = {"alive": True, "rss_bytes": rss_bytes, "uptime_s": uptime_s}
    from emulator.launch.readiness import NoHealthError, ask_services  # noqa: PLC0415 - as above

    try:
        return facts | {"services": dict(ask_services(record.endpoint_url, _HEALTH_TIMEOUT_S))}
    except NoHealthError as error:
        return facts | {"services": {}, "problem": str(error)}


def _fail(message: str, exit_code: int) -> NoReturn:
    click.echo(f"{LINE_PREFIX}{message}", err=True)
    sys.exit(exit_code)
