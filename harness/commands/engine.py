"""`harness up`, `down` and `logs`: the engine of this checkout."""

from pathlib import Path

import click

from harness.commands.options import stack_name_option, state_dir_option
from harness.engines import Engine
from harness.engines.checkout import container_of, make_container, require_running_engine, running_engine
from harness.engines.child_process import pass_through
from harness.engines.embedded import DEFAULT_PORT, EmbeddedEngine
from harness.errors import UnavailableError
from harness.stack.deployment import current_deployment


@click.command(
    short_help="Start the engine in the background.",
    epilog=("\b\nExamples:\n  harness up\n  harness up --port 0\n  harness up --engine container\n"),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where to listen; 0 takes any free port.",
)
@click.option(
    "--engine",
    "kind",
    type=click.Choice(["embedded", "container"]),
    default="embedded",
    show_default=True,
    help="A process of ours, or the image that `docker compose build` makes.",
)
@state_dir_option
def up(*, port: int, kind: str, state_dir: Path) -> None:
    """Start the engine of this checkout in the background. If it runs already, say where."""
    engine_dir = state_dir / "engine"
    running = running_engine(engine_dir)
    what = "the engine runs already" if running else "the engine runs"
    click.echo(f"{what} at {running or _engine(kind, engine_dir, port).start()}")
    click.echo("deploy to it with `harness deploy`, stop it with `harness down`")


@click.command(short_help="Stop the engine.")
@state_dir_option
@click.pass_context
def down(context: click.Context, *, state_dir: Path) -> None:
    """Stop the engine of this checkout. It is no error when none runs."""
    if container := container_of(state_dir / "engine"):
        container.stop()
        click.echo("stopped the engine's container, and removed it")
        return
    context.exit(pass_through("emulator", ["stop", "--state-dir", str(state_dir / "engine")]))


@click.command(
    short_help="Show the engine's log, or the function's.",
    epilog=("\b\nExamples:\n  harness logs --follow\n  harness logs --function\n"),
)
@click.option("--follow", is_flag=True, help="Go on with what is logged from now on, until Ctrl-C.")
@click.option("--function", is_flag=True, help="The function's own lines, from CloudWatch Logs.")
@stack_name_option
@state_dir_option
@click.pass_context
def logs(context: click.Context, *, follow: bool, function: bool, stack_name: str, state_dir: Path) -> None:
    """Show the log of this checkout's engine, or what the deployed function logged."""
    container = None if function else container_of(state_dir / "engine")
    if container:
        for piece in container.logs(follow=follow):
            click.echo(piece, nl=False)
        return
    if not function:
        arguments = ["logs", "--state-dir", str(state_dir / "engine")]
        context.exit(pass_through("emulator", [*arguments, "--follow"] if follow else arguments))
    from harness.stack.function_logs import function_log_lines  # noqa: PLC0415 - boto3 is slow to import

    engine = require_running_engine(state_dir / "engine")
    deployment = current_deployment(state_dir, stack_name, engine)
    if deployment is None:
        what = f"stack {stack_name} is not deployed on the engine at {engine.endpoint_url}"
        raise UnavailableError(f"{what}; deploy it with `harness deploy`")
    for line in function_log_lines(deployment, follow=follow):
        click.echo(line)


def _engine(kind: str, engine_dir: Path, port: int) -> Engine:
    if kind == "container":
        return make_container(engine_dir, port=port)
    return EmbeddedEngine(engine_dir, port=port)
