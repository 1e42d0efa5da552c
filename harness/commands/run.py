"""`harness run`: drive flows, judge them, time them, keep the evidence."""

import json
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from harness.commands.engine_choice import (
    ENGINE_KINDS,
    choose_engine,
    deploying_dependencies,
    endpoint_url_option,
    progressing_dependencies,
)
from harness.commands.options import (
    account_option,
    consumer_dir_option,
    json_option,
    region_option,
    source_dir_option,
    stack_name_option,
    state_dir_option,
)
from harness.commands.stored import facts_of, show, store_in
from harness.commands.workload_options import make_workload, workload_options
from harness.engines.external import check_url
from harness.engines.transient import transient_state_dir
from harness.errors import MisuseError
from harness.faults.catalogue import kills_engine, redelivers
from harness.judging.results_document import results_to_json
from harness.running.dependencies import RunDependencies
from harness.running.phases import Phases
from harness.running.request import RunRequest
from harness.running.run import Run, make_run, perform
from harness.running.site import Place, Site
from harness.shape.users import USERS_API
from harness.stack.contracts import read_contract, users_api_contract
from harness.stack.deployment import outputs_path
from harness.store.record import record_to_json
from harness.terminal.results import results_as_text
from harness.timing.thresholds import parse_threshold
from harness.workload import Workload
from harness.workload.document import workload_to_json

QUICK_REDELIVERY: Final = ("VisibilityTimeoutSeconds=12", "FunctionTimeoutSeconds=2", "MaxReceiveCount=20")
"""AWS's rules are kept: the queue hides a message six times as long as the function may take. An environment that was
killed starts anew within that time: on a busy machine a second is not enough, and then no message ever passes."""


class PhaseMs(click.ParamType):
    """`NAME=...ms`."""

    name = "phase"

    def convert(
        self, value: str, parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[str, float]:
        """Return the name and the milliseconds."""
        if not (match := re.fullmatch(r"([a-z][a-z-]{0,30})=(\d{1,9})ms", value)):
            self.fail(f"{value!r} is not like install=3214ms", parameter, context)
        return match[1], float(match[2])


@click.command(
    short_help="Drive flows, judge them, time them.",
    epilog=(
        "\b\nExamples:\n"
        "  harness run\n"
        "  harness run --flows 1000 --clients 50 --seed 7\n"
        "  harness run --arrival poisson:40/s --flows 2000 --warm-up 5s --require 'visible.p99<2s'\n"
        "  harness run --payloads hostile=1 --poison 3 --parameter MaxReceiveCount=2\n"
        "  harness run --faults gsi-lag,duplicates,crashes --seed 7\n"
        "  harness run --fault 'api-500 rate=0.2 flows=0-99' --fault 'gsi-lag delay=0ms-2s from=5s for=10s'\n"
        "  harness run --auth jwt\n"
        "  harness run --print-workload > workload.json && harness run --workload workload.json\n"
        "  harness run --engine external --endpoint-url http://127.0.0.1:4566 --json\n"
        "  harness run --shape orders.json --api-url http://127.0.0.1:8080 --openapi orders.yaml\n"
    ),
)
@workload_options
@click.option(
    "--require",
    "requirements",
    multiple=True,
    metavar="THRESHOLD",
    help="What the figures must keep, like visible.p99<2s, errors<1% or flows_per_s>=50. Repeat it for more.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINE_KINDS),
    default="embedded",
    show_default=True,
    help="A process of ours, the same in Docker, or any endpoint.",
)
@endpoint_url_option
@click.option(
    "--api-url", metavar="URL", help="An API that is just there: nothing is started, deployed or looked into."
)
@click.option(
    "--openapi",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What the API may answer.  [default for ours: infra/openapi.yaml]",
)
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
@source_dir_option
@consumer_dir_option
@click.option("--print-workload", is_flag=True, help="Print the workload as JSON, and do not run it.")
@click.option(
    "--phase",
    "phases_before",
    type=PhaseMs(),
    multiple=True,
    metavar="NAME=...ms",
    help="Time that was spent before, for the table of where it went.",
)
@json_option
@state_dir_option
@click.pass_context
def run(
    context: click.Context,
    /,
    *,
    requirements: tuple[str, ...],
    engine: str,
    endpoint_url: str | None,
    api_url: str | None,
    openapi: Path | None,
    region: str,
    account: str,
    stack_name: str,
    parameters: tuple[str, ...],
    source_dir: Path | None,
    consumer_dir: Path | None,
    print_workload: bool,
    phases_before: tuple[tuple[str, float], ...],
    as_json: bool,
    state_dir: Path,
    **workload_values: Any,
) -> None:
    """Deploy the stack and drive flows at it: each creates a user, polls until it is visible, retrieves it.

    The engine of this checkout is used if it runs (`harness up`), and left running. Else, and where the run is to
    kill its engine, one is started on a free port for this run alone, and stopped. Every call, what the table and
    the queues held in the end, the verdict and a report are kept in a folder, which `harness show`, `report`,
    `compare` and `check` read.

    Exit codes: 0 valid, 1 invalid or a threshold missed, 2 unknown, 130 Ctrl-C; 64 and up when no run could be made.
    """
    phases = Phases(dict(phases_before))
    workload = make_workload(workload_values)
    if print_workload:
        click.echo(json.dumps(workload_to_json(workload), indent=2))
        return
    request = _request(workload, requirements, openapi)
    given = context.find_object(RunDependencies)
    store = store_in(state_dir)
    if api_url is not None:
        _refuse_without_stack(engine, endpoint_url, workload)
        dependencies = given or progressing_dependencies()
        done = make_run(request, Place(check_url(api_url), "none"), store, phases, dependencies)
    else:
        if workload.shape != USERS_API:
            raise MisuseError("the shape is of another API than ours, and nothing deploys it; add --api-url")
        own_dir = transient_state_dir(state_dir)
        kills = kills_engine(workload.faults)
        chosen, outputs_dir = choose_engine(engine, endpoint_url, state_dir, own_dir, kills=kills)
        outputs = outputs_path(outputs_dir, stack_name)
        parameters = _parameters(parameters, workload)
        site = Site(
            chosen,
            engine,
            account,
            region,
            stack_name,
            outputs,
            parameters,
            source_dir,
            consumer_dir,
            auth=workload.auth,
        )
        with deploying_dependencies(given) as dependencies:
            done = perform(request, site, store, phases, dependencies)
        shutil.rmtree(own_dir, ignore_errors=True)
    show_run(done, as_json=as_json)
    context.exit(done.exit_code)


def _request(workload: Workload, requirements: tuple[str, ...], openapi: Path | None) -> RunRequest:
    thresholds = tuple(parse_threshold(text) for text in requirements)
    arguments = tuple(sys.argv[1:])
    if openapi is not None:
        return RunRequest(workload, read_contract(openapi, workload.shape), thresholds, arguments)
    if workload.shape == USERS_API:
        return RunRequest(workload, users_api_contract(workload.auth), thresholds, arguments)
    return RunRequest(workload, thresholds=thresholds, arguments=arguments)


def _refuse_without_stack(engine: str, endpoint_url: str | None, workload: Workload) -> None:
    """Refuse what makes no sense where there is an API and nothing else."""
    if endpoint_url is not None or engine != "embedded":
        raise MisuseError("--api-url is for an API that is just there; leave out --engine and --endpoint-url")
    if workload.faults:
        raise MisuseError("faults are set on an engine, and with --api-url none is known; leave out --fault(s)")
    if workload.poison:
        raise MisuseError("poison goes to a queue, and with --api-url none is known; leave out --poison")


def _parameters(given: tuple[str, ...], workload: Workload) -> tuple[str, ...]:
    """Return the template's parameters: where faults make messages come again, and nobody says, quick ones."""
    if given or not redelivers(workload.faults):
        return given
    quick = ", ".join(QUICK_REDELIVERY)
    click.echo(f"harness: faults make messages come again: deployed with {quick} (--parameter changes it)", err=True)
    return QUICK_REDELIVERY


def show_run(done: Run, *, as_json: bool, more: Mapping[str, Any] | None = None) -> None:
    """Print what came of a run, for a person or for a program.

    Args:
        done: the run.
        as_json: for which of the two.
        more: what else a program gets.
    """
    if as_json:
        shown = {
            "folder": str(done.folder),
            "interrupted": done.interrupted,
            "notes": done.notes,
            "run": record_to_json(done.record),
            "results": results_to_json(done.results),
            **(more or {}),
        }
        click.echo(json.dumps(shown))
        return
    show(results_as_text(done.results, facts=list(facts_of(done.record)), phases_ms=done.record.phases_ms))
    for note in done.notes:
        click.echo(f"harness: {note}", err=True)
    click.echo(f"the evidence: {shlex.quote(str(done.folder))}, to look at: report.html there")
