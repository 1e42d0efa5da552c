"""Writes a history as it happens: one JSON object a line, in ASCII, each line handed to the kernel at once.

What was written survives the end of this process, however it ends; only the last line may be in part. The lines, by
their `type`, which is always their first member (a member whose value would be None, or an empty `seen`, is left out):

| type | members | when |
| --- | --- | --- |
| `header` | `format` (always `harness-history`), `version`, `run_id`, `seed`, `asked` (flows), `observable`, `wall_clock_zero_s`, `caller` (what the stack must say of who created) | first |
| `flow` | `flow`, `payload`, `acceptable`, `stranger` (what is wrong with who calls) | before the flow's first call |
| `invoke` | `op`, `flow`, `process`, `kind`, `scheduled_s`, `started_s`, `target` | before the call |
| `ok`, `fail`, `info` | `op`, `flow`, `process`, `kind`, `ended_s`, `meaning`, `status`, `request_id`, `bytes`, `handle`, `result_id`, `document`, `body`, `seen` | after the call |
| `end` | `flow`, `ending`, `reason` | after the flow's last call |
| `not started` | `flow`, `scheduled_s` | when it was due, and one too many |
| `depths` | `at_s`, `visible`, `in_flight`, `delayed`, `dead_lettered` | while the flows run, and after |
| `server times` | `handle`, `accepted_at_s`, `received_at_s`, `written_at_s` | after the flows |
| `stored` | `identity`, `handle`, `document` | after the flows, before `final` |
| `queued`, `dead-lettered` | `message_id`, `body`, `receive_count` | after the flows, before `final` |
| `final` | `quiet`, `waited_s`, `depths` (an object as above, without `at_s`), `stored`, `queued`, `dead_lettered` (how many such lines there are; left out: that part could not be read), `has_dead_letter_queue`, `max_receive_count`, `visibility_timeout_s`, `poison_sent`, `foreign_before`, `problems` | after the flows |
| `fault` | `fault` (its name), `fault_kind`, `definition` (as in a workload's document) | before the first flow, for each |
| `fault period` | `fault`, `event` (`began`, `ended`), `at_s` | when it was set and when it healed |
| `fired` | `fault`, `at_s`, `flow`, `identity`, `operation`, `attempt`, `delay_s` | from time to time, and after it healed |
| `fault counts` | `fault`, `eligible`, `fired` | after it healed; left out: the engine did not say |
| `note` | `text` | at any time |
| `finished` | | last; a history without it was cut off |

Version 1 had no lines about faults; they came with version 2, and callers with version 3.

All `..._s` are seconds on the run's clock, but for `wall_clock_zero_s` and `..._at_s` of `server times`, which are of
the Unix epoch. Times of calls are whole microseconds.

An answer's JSON is kept once: in `document` where a retrieve found its result, however long; else in `body`, as text,
where it is UTF-8 and not longer than `harness.operations.BODY_KEPT_BYTES`. An answer without a body has `"body": ""`.
"""  # noqa: E501  - a table's row is one line

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from harness.errors import InputOutputError
from harness.history import DepthSample, FinalState, Firing, Message, ServerTimes
from harness.history.faults import BEGAN, ENDED
from harness.history.recorder import Invocation
from harness.operations import FlowEnding, Operation
from harness.workload import FlowPlan

FORMAT: Final = "harness-history"
VERSION: Final = 3

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Header:
    """What a history says of itself before anything happens."""

    run_id: str
    seed: int
    asked: int
    """How many flows the run is to make."""
    observable: bool
    """Whether there is a table and queues to look into."""
    wall_clock_zero_s: float
    """The Unix time at the zero of the run's clock."""
    caller: str | None = None
    """What the stack must say of who created what the flows create; None: nothing."""


class HistoryWriter:
    """Writes one history. It implements `harness.history.recorder.Recorder`; a context manager closes it.

    A line that could not be written is reported once, by `InputOutputError`; from then on nothing more is written, and
    nothing more is raised, so that the end of a run is not a second failure.

    Args:
        path: the file, which must not be there yet.
        header: its first line.

    Raises:
        InputOutputError: the file could not be made.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self._path = path
        self._failed = False
        try:
            self._file = path.open("xb", buffering=0)
        except OSError as error:
            raise self._error(error) from error
        self._write({"type": "header", "format": FORMAT, "version": VERSION} | _present(asdict(header)))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def flow_begins(self, plan: FlowPlan) -> None:
        """See `Recorder`."""
        line = {"type": "flow", "flow": plan.number, "payload": dict(plan.payload), "acceptable": plan.acceptable}
        self._write(line | _present({"stranger": plan.stranger}))

    def call_begins(self, invocation: Invocation) -> None:
        """See `Recorder`."""
        line: dict[str, Any] = {
            "type": "invoke",
            "op": invocation.op,
            "flow": invocation.flow,
            "process": invocation.process,
            "kind": invocation.kind,
            "scheduled_s": invocation.scheduled_s,
            "started_s": invocation.started_s,
        }
        if invocation.target is not None:
            line["target"] = invocation.target
        self._write(line)

    def call_ended(self, invocation: Invocation, operation: Operation) -> None:
        """See `Recorder`."""
        line: dict[str, Any] = {
            "type": operation.outcome,
            "op": invocation.op,
            "flow": invocation.flow,
            "process": invocation.process,
            "kind": operation.kind,
            "ended_s": operation.ended_s,
            "meaning": operation.meaning,
            "bytes": operation.response_bytes,
        }
        maybe = {
            "status": operation.status,
            "request_id": operation.request_id,
            "handle": operation.handle,
            "result_id": operation.result_id,
            "document": operation.document,
            "body": operation.body,
            "seen": operation.seen or None,
        }
        line |= _present(maybe)
        self._write(line)

    def flow_ended(self, flow: int, ending: FlowEnding, reason: str) -> None:
        """See `Recorder`."""
        self._write({"type": "end", "flow": flow, "ending": ending, "reason": reason})

    def flow_not_started(self, flow: int, scheduled_s: float) -> None:
        """See `Recorder`."""
        self._write({"type": "not started", "flow": flow, "scheduled_s": scheduled_s})

    def depths(self, sample: DepthSample) -> None:
        """Write how many messages there were."""
        self._write({"type": "depths", "at_s": sample.at_s} | _present(asdict(sample.depths)))

    def server_times(self, times: Mapping[str, ServerTimes]) -> None:
        """Write the server's own times, by handle."""
        for handle, each in times.items():
            self._write({"type": "server times", "handle": handle} | _present(asdict(each)))

    def final_state(self, final: FinalState) -> None:
        """Write what the engine held in the end."""
        for item in final.stored or ():
            document = dict(item.document)
            self._write({"type": "stored", "identity": item.identity, "handle": item.handle, "document": document})
        self._messages("queued", final.queued)
        self._messages("dead-lettered", final.dead_lettered)
        scalars = {
            "quiet": final.quiet,
            "waited_s": final.waited_s,
            "depths": final.depths and _present(asdict(final.depths)),
            "stored": _count(final.stored),
            "queued": _count(final.queued),
            "dead_lettered": _count(final.dead_lettered),
            "has_dead_letter_queue": final.has_dead_letter_queue,
            "max_receive_count": final.max_receive_count,
            "visibility_timeout_s": final.visibility_timeout_s,
            "poison_sent": final.poison_sent,
            "foreign_before": final.foreign_before,
            "problems": final.problems,
        }
        self._write({"type": "final"} | _present(scalars))

    def fault(self, name: str, kind: str, definition: Mapping[str, Any]) -> None:
        """Write that a fault is to be set, and what it is."""
        self._write({"type": "fault", "fault": name, "fault_kind": kind, "definition": dict(definition)})

    def fault_began(self, name: str, at_s: float) -> None:
        """Write that a fault was set."""
        self._write({"type": "fault period", "fault": name, "event": BEGAN, "at_s": at_s})

    def fault_ended(self, name: str, at_s: float) -> None:
        """Write that a fault that was set healed, however that came about."""
        self._write({"type": "fault period", "fault": name, "event": ENDED, "at_s": at_s})

    def fault_fired(self, name: str, firing: Firing) -> None:
        """Write what a fault hit."""
        self._write({"type": "fired", "fault": name} | _present(asdict(firing)))

    def fault_counts(self, name: str, eligible: int, fired: int) -> None:
        """Write how often a fault could have hit, and did, in all."""
        self._write({"type": "fault counts", "fault": name, "eligible": eligible, "fired": fired})

    def note(self, text: str) -> None:
        """Write what a reader should know."""
        self._write({"type": "note", "text": text})

    def finish(self) -> None:
        """Write the last line: nothing is missing."""
        self._write({"type": "finished"})

    def close(self) -> None:
        """Close the file. It may be called again."""
        self._file.close()

    def _messages(self, kind: str, messages: tuple[Message, ...] | None) -> None:
        for message in messages or ():
            self._write({"type": kind} | _present(asdict(message)))

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._failed:
            return
        left = memoryview(_encode(line).encode("ascii") + b"\n")
        try:
            while left:  # a disk that is nearly full takes a part
                left = left[self._file.write(left) :]
        except OSError as error:
            self._failed = True
            raise self._error(error) from error

    def _error(self, error: OSError) -> InputOutputError:
        what = error.strerror or str(error)
        return InputOutputError(f"{self._path}: {what}; check free space and permissions, then run it again")


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _count(items: tuple[Any, ...] | None) -> int | None:
    return None if items is None else len(items)
