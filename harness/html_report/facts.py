"""What the page says of a run besides its results, from the run's record. Pure."""

import shlex
from collections.abc import Iterator
from typing import Final

from harness.html_report.page import COMMAND_FACT, RUN_FACT
from harness.store.record import EngineRecord, GitRecord, RunRecord
from harness.workload import Workload
from harness.workload.descriptions import arrival_in_words, polling_in_words
from harness.workload.document import workload_from_json

_REVISION_CHARACTERS: Final = 12


def facts_of(record: RunRecord) -> dict[str, str]:
    """Return the facts, by the name that they are shown with, in their order.

    Raises:
        MisuseError: the record's workload is none.
    """
    workload = workload_from_json(record.workload, f"{record.run_id}: workload")
    facts = {
        RUN_FACT: record.run_id,
        COMMAND_FACT: shlex.join(["harness", "replay", record.run_id]),
        "made by": _command_line(record),
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


def _command_line(record: RunRecord) -> str:
    """Return the command line that was given; nothing, for a run that a program made."""
    return shlex.join(["harness", *record.arguments]) if record.arguments else ""


def _workload_in_words(workload: Workload) -> Iterator[str]:
    yield (
        f"{workload.flows:,} flows"
        if workload.only_flows is None
        else f"{workload.asked:,} of {workload.flows:,} flows"
    )
    yield arrival_in_words(workload.arrival)
    yield polling_in_words(workload.polling)
    if workload.poison:
        yield f"{workload.poison:,} poison messages"
    if workload.warm_up_s:
        yield f"{workload.warm_up_s:g} s of warm-up"
    if workload.faults:
        yield f"broken on purpose: {', '.join(fault.name for fault in workload.faults)}"


def _engine_in_words(engine: EngineRecord) -> str:
    where = f" at {engine.endpoint_url}" if engine.endpoint_url else ""
    return engine.kind + where + (f", version {engine.version}" if engine.version else "")


def _revision_in_words(git: GitRecord) -> str:
    return git.revision[:_REVISION_CHARACTERS] + (", with changes" if git.dirty else "")
