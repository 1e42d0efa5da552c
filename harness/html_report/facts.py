"""What the page says of a run besides its results, from the run's record. Pure."""

import shlex
from collections.abc import Iterator
from typing import Final

from harness.html_report.page import COMMAND_FACT, RUN_FACT
from harness.store.record import EngineRecord, GitRecord, RunRecord
from harness.workload import Workload
from harness.workload.arrival import Arrival, Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.document import workload_from_json
from harness.workload.polling import ExponentialBackoff, FixedInterval, Polling, RetryAfter

_REVISION_CHARACTERS: Final = 12


def facts_of(record: RunRecord) -> dict[str, str]:
    """Return the facts, by the name that they are shown with, in their order.

    Raises:
        MisuseError: the record's workload is none.
    """
    workload = workload_from_json(record.workload, f"{record.run_id}: workload")
    facts = {
        RUN_FACT: record.run_id,
        COMMAND_FACT: _repeat_command(record, workload.seed),
        "started": record.started_at,
        "seed": str(workload.seed),
        "workload": ", ".join(_workload_in_words(workload)),
        "engine": _engine_in_words(record.engine),
        "stack": f"{record.stack_name}, account {record.account}, {record.region}",
        "API": record.api_url,
        "revision": _revision_in_words(record.git) if record.git else "",
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
    }
    return {name: text for name, text in facts.items() if text}


def _repeat_command(record: RunRecord, seed: int) -> str:
    """Return the command line that was given, with the seed that was drawn if it named none."""
    if not record.arguments:
        return ""
    names_seed = any(word.partition("=")[0] == "--seed" for word in record.arguments)
    return shlex.join(["harness", *record.arguments, *([] if names_seed else ["--seed", str(seed)])])


def _workload_in_words(workload: Workload) -> Iterator[str]:
    yield (
        f"{workload.flows:,} flows"
        if workload.only_flows is None
        else f"{workload.asked:,} of {workload.flows:,} flows"
    )
    yield _arrival_in_words(workload.arrival)
    yield _polling_in_words(workload.polling)
    if workload.poison:
        yield f"{workload.poison:,} poison messages"
    if workload.warm_up_s:
        yield f"{workload.warm_up_s:g} s of warm-up"
    if workload.faults:
        yield f"broken on purpose: {', '.join(fault.name for fault in workload.faults)}"


def _arrival_in_words(arrival: Arrival) -> str:
    match arrival:
        case ClosedLoop(clients):
            return f"a closed loop of {clients:,} clients"
        case ConstantRate(per_s):
            return f"an open loop at {per_s:g} a second"
        case PoissonRate(per_s):
            return f"an open loop at random, {per_s:g} a second"
        case Ramp(from_per_s, to_per_s, over_s):
            return f"an open loop from {from_per_s:g} to {to_per_s:g} a second over {over_s:g} s"
        case Bursts(size, every_s):
            return f"an open loop of {size:,} at once every {every_s:g} s"


def _polling_in_words(polling: Polling) -> str:
    match polling:
        case FixedInterval(interval_s):
            return f"polled every {interval_s * 1000:g} ms"
        case ExponentialBackoff(first_s, factor, most_s):
            return f"polled after {first_s * 1000:g} ms, each wait {factor:g} times the last, up to {most_s:g} s"
        case RetryAfter():
            return "polled when Retry-After says"


def _engine_in_words(engine: EngineRecord) -> str:
    where = f" at {engine.endpoint_url}" if engine.endpoint_url else ""
    return engine.kind + where + (f", version {engine.version}" if engine.version else "")


def _revision_in_words(git: GitRecord) -> str:
    return git.revision[:_REVISION_CHARACTERS] + (", with changes" if git.dirty else "")
