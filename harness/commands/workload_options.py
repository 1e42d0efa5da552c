"""The options of `harness run` that make up a workload, and the workload that they make."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from harness.callers import Auth
from harness.commands.notations import ARRIVAL, POLLING, Duration, FaultInWords, FaultKinds, PayloadShares
from harness.commands.options import RenamedOption, auth_option
from harness.errors import MisuseError
from harness.shape import ApiShape
from harness.shape.document import shape_from_json
from harness.store.files import read_json
from harness.workload import Deadlines, Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.document import workload_from_json
from harness.workload.ranges import check_workload

DEFAULT_FLOWS: Final = 100
DEFAULT_UNAUTHORIZED_SHARE: Final = 0.1
_MAX_FLOWS: Final = 1_000_000
_MAX_CLIENTS: Final = 1000
_MAX_POISON: Final = 1000
_SEED_BITS: Final = 32

_DEADLINES: Final = {
    "call_timeout_s": ("--call-timeout", "How long one call may take."),
    "flow_timeout_s": ("--flow-timeout", "How long one flow may take, from its create to its last poll."),
    "visible_within_s": ("--visible-within", "The agreed bound: a create must be visible within it."),
    "quiet_timeout_s": ("--quiet-timeout", "How long the queue may take to be empty after the flows."),
}

_OPTIONS: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--workload",
        "workload_file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="A workload in JSON, as --print-workload writes it; other options change it.",
    ),
    click.option("--flows", type=click.IntRange(1, _MAX_FLOWS), metavar="N", help="How many flows.  [default: 100]"),
    click.option(
        "--clients",
        type=click.IntRange(1, _MAX_CLIENTS),
        metavar="N",
        help="So many at once, each making one flow after the other: short for --arrival closed:N.  [default: 10]",
    ),
    click.option(
        "--arrival",
        type=ARRIVAL,
        metavar="HOW",
        help="When flows start: closed:10, constant:50/s, poisson:50/s, ramp:5-50/s,30s, bursts:20/5s.",
    ),
    click.option(
        "--seed", type=click.IntRange(min=0), metavar="N", help="The same seed sends the same.  [default: drawn]"
    ),
    click.option(
        "--polling",
        type=POLLING,
        metavar="HOW",
        help="fixed:50ms, exponential:50ms-5s or retry-after.  [default: fixed:50ms]",
    ),
    click.option(
        "--payloads",
        type=PayloadShares(),
        metavar="SHARES",
        help="Like hostile=0.5,invalid=0.1; the rest is plain.  "
        "[default: unicode=0.2,hostile=0.2,limit=0.02,invalid=0.05]",
    ),
    *(
        click.option(
            option, name, type=Duration(), metavar="DURATION", help=f"{text}  [default: {getattr(Deadlines(), name)}s]"
        )
        for name, (option, text) in _DEADLINES.items()
    ),
    click.option(
        "--confirming-polls",
        type=click.IntRange(0, 100),
        metavar="N",
        help="Polls after the retrieve, which must say the same again.  [default: 1]",
    ),
    click.option(
        "--poison",
        type=click.IntRange(0, _MAX_POISON),
        metavar="N",
        help="Messages without a user, past the API to the queue: they must be dead-lettered, which takes the "
        "template's own 150 s unless --parameter makes it quicker.  [default: 0]",
    ),
    auth_option,
    click.option(
        "--unauthorized-callers",
        "strangers",
        cls=RenamedOption,
        former=["--strangers"],
        type=click.FloatRange(0, 1),
        metavar="SHARE",
        help="Share of flows whose create is sent without valid credentials: it must be refused, and leave no trace.  "
        f"[default with --auth: {DEFAULT_UNAUTHORIZED_SHARE}]",
    ),
    click.option(
        "--warm-up",
        "warm_up_s",
        type=Duration(),
        metavar="DURATION",
        help="Leave what starts earlier out of the figures.  [default: 0s]",
    ),
    click.option(
        "--faults",
        "fault_kinds",
        type=FaultKinds(),
        metavar="KINDS",
        help="What to break on purpose, each as it does if nobody says: gsi-lag,duplicates,crashes. "
        "See docs/faults.md.",
    ),
    click.option(
        "--fault",
        "single_faults",
        type=FaultInWords(),
        multiple=True,
        metavar="FAULT",
        help="The same in detail; repeat it for more: 'duplicates rate=0.2 times=2 delay=0ms-2s flows=0-99 from=5s "
        "for=10s name=dup2 limit=100 operations=ReceiveMessage'.",
    ),
    click.option(
        "--shape",
        "shape_file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Another API than ours, in JSON: see docs/bring-your-own-api.md. Needs --api-url.",
    ),
)


def workload_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options to a command, which gets their values as keyword arguments."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def make_workload(options: Mapping[str, Any]) -> Workload:
    """Return the workload that a command's options ask for; they win over the file's, and the file's over ours.

    Args:
        options: the values of the options above, by their names; None where one was not given.

    Raises:
        MisuseError: together they make no workload; the text says what to change.
        InputOutputError: a file cannot be read.
    """
    if options["clients"] is not None and options["arrival"] is not None:
        raise MisuseError("--clients is short for --arrival closed:N; give one of the two")
    file: Path | None = options["workload_file"]
    workload = workload_from_json(read_json(file), str(file)) if file else Workload(_drawn_seed(), DEFAULT_FLOWS)
    plain = (
        "seed",
        "flows",
        "arrival",
        "polling",
        "payloads",
        "confirming_polls",
        "poison",
        "strangers",
        "warm_up_s",
    )
    changes: dict[str, Any] = {name: options[name] for name in plain if options[name] is not None}
    if options["auth"] is not None:
        changes["auth"] = Auth(options["auth"])
        changes.setdefault("strangers", 0 if changes["auth"] is Auth.NONE else DEFAULT_UNAUTHORIZED_SHARE)
    if options["clients"] is not None:
        changes["arrival"] = ClosedLoop(options["clients"])
    if options["fault_kinds"] or options["single_faults"]:
        changes["faults"] = (*(options["fault_kinds"] or ()), *options["single_faults"])
    if options["shape_file"] is not None:
        changes["shape"] = _read_shape(options["shape_file"])
    deadlines = {name: options[name] for name in _DEADLINES if options[name] is not None}
    changes["deadlines"] = replace(workload.deadlines, **deadlines)
    workload = replace(workload, **changes)
    check_workload(workload)
    return workload


def _read_shape(path: Path) -> ApiShape:
    return shape_from_json(read_json(path), str(path))


def _drawn_seed() -> int:
    return secrets.randbits(_SEED_BITS)
