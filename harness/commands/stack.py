"""`harness deploy` and `status`: the stack of this checkout, and what it runs on."""

import json
from pathlib import Path

import click

from harness.callers import Auth
from harness.commands.options import (
    account_option,
    auth_option,
    json_option,
    region_option,
    stack_name_option,
    state_dir_option,
)
from harness.engines import RunningEngine
from harness.engines.checkout import require_running_engine, running_engine
from harness.errors import ExitCode
from harness.stack.deployment import (
    PACKAGES_FOR,
    Deployment,
    DeploymentRequest,
    current_deployment,
    delete,
    outputs_path,
)
from harness.stack.deployment import deploy as deploy_stack


@click.command(
    short_help="Deploy the stack, or bring it up to date.",
    epilog=(
        "\b\nExamples:\n  harness deploy\n  harness deploy --account 111122223333\n"
        "  harness deploy --auth jwt\n  harness deploy --delete\n"
    ),
)
@click.option("--endpoint-url", metavar="URL", help="Where to deploy to.  [default: the engine of this checkout]")
@region_option
@account_option
@stack_name_option
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="KEY=VALUE",
    help="A parameter of the template; repeat it for more.",
)
@auth_option
@click.option(
    "--packages-for",
    type=click.Choice(PACKAGES_FOR),
    help="What the authorizer's packages run on, where that is not this machine: a Linux container on macOS.",
)
@click.option(
    "--timeout-s",
    type=click.IntRange(1, 3600),
    metavar="S",
    default=300,
    show_default=True,
    help="How long the stack may take to settle.",
)
@click.option("--delete", "is_deletion", is_flag=True, help="Remove the stack and all that was made for it.")
@json_option
@state_dir_option
def deploy(
    *,
    endpoint_url: str | None,
    region: str,
    account: str,
    stack_name: str,
    parameters: tuple[str, ...],
    auth: str | None,
    packages_for: str | None,
    timeout_s: int,
    is_deletion: bool,
    as_json: bool,
    state_dir: Path,
) -> None:
    """Deploy the stack to the engine of this checkout, or to any endpoint; twice is a no-op."""
    url = endpoint_url or require_running_engine(state_dir / "engine").endpoint_url
    knows = Auth(auth or Auth.NONE)
    request = DeploymentRequest(
        url, account, region, stack_name, parameters, timeout_s, auth=knows, packages_for=packages_for
    )
    outputs = outputs_path(state_dir, stack_name)
    if is_deletion:
        delete(request, outputs)
        return
    deployment = deploy_stack(request, outputs)
    click.echo(json.dumps(deployment.to_json()) if as_json else deployment.api_url)


@click.command(
    short_help="Say what runs, and where.",
    epilog=('\b\nExamples:\n  harness status\n  curl "$(harness status --json | jq -r .stack.api_url)/users/nobody"\n'),
)
@stack_name_option
@json_option
@state_dir_option
@click.pass_context
def status(context: click.Context, *, stack_name: str, as_json: bool, state_dir: Path) -> None:
    """Say where the engine of this checkout is, and what is deployed on it.

    Exit code 3 when no engine runs. As JSON: {"engine": {...}, "stack": {...}}, null what is not there.
    """
    engine = running_engine(state_dir / "engine")
    deployment = current_deployment(state_dir, stack_name, engine) if engine else None
    if as_json:
        shown = {
            "engine": engine.to_json() if engine else None,
            "stack": deployment.to_json() if deployment else None,
        }
        click.echo(json.dumps(shown))
    elif engine:
        click.echo("\n".join(_lines(engine, deployment, stack_name)))
    if engine is None:
        click.echo(f"no engine runs in {state_dir / 'engine'}; start one with `harness up`", err=True)
        context.exit(ExitCode.NOT_RUNNING)


def _lines(engine: RunningEngine, deployment: Deployment | None, stack_name: str) -> list[str]:
    log = engine.log_path or "in the container: `harness logs`"
    facts = {"engine": f"{engine}, since {engine.started_at}", "log": str(log)}
    if deployment is None:
        facts["stack"] = f"{stack_name} is not deployed; deploy it with `harness deploy`"
    else:
        facts |= {
            "stack": f"{deployment.stack_name} (account {deployment.account_id}, {deployment.region})",
            "API": deployment.api_url,
            "queue": deployment.queue_url,
            "dead letters": deployment.dead_letter_queue_url,
            "table": f"{deployment.table_name}, index {deployment.index_name}",
            "function": deployment.function_name,
        }
    return [f"{name:14}{value}" for name, value in facts.items()]
