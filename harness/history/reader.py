"""Reads a history back, however it ended: up to its last whole line, and no further than the first broken one.

Nothing is guessed: what cannot be read makes the history incomplete, which makes verdicts *unknown*.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from harness.errors import InputOutputError, MisuseError
from harness.history import (
    DepthSample,
    FinalState,
    FlowHistory,
    History,
    Message,
    QueueDepths,
    ServerTimes,
    StoredItem,
)
from harness.history.assembly import FlowAssembly
from harness.history.faults import FaultAssembly
from harness.history.lines import BrokenLineError, Line, check_depths, check_line, decode_line, parse_line

KEPT_FLOWS: Final = 20_000
"""Up to so many flows are kept in memory (some 4 KB each); more are read from the file again and again."""

_FORMAT: Final = "harness-history"
_VERSIONS: Final = (1, 2, 3)
"""The first had no faults, the second no callers."""
_LONGEST_LINE_BYTES: Final = 64 * 1024 * 1024


def read_history(path: Path, kept_flows: int = KEPT_FLOWS) -> History:
    """Read a history.

    Flows whose end was not recorded come last, with no ending. If there are more than `kept_flows`, `History.flows`
    reads the file each time, so that the flows under way are all that is ever in memory of them; the file must stay.

    Args:
        path: the file.
        kept_flows: how many flows may be kept in memory.

    Raises:
        InputOutputError: the file cannot be read.
        MisuseError: it is not a history, or of a version that this code does not know.
    """
    try:
        return _read(path, kept_flows)
    except OSError as error:
        raise InputOutputError(f"{path}: {error.strerror or error}; check the path and its permissions") from error


def _read(path: Path, kept_flows: int) -> History:
    lines = _whole_lines(path)
    header = _header(path, next(lines, b""))
    assembly = FlowAssembly()
    rest = _Rest()
    kept: list[FlowHistory] = []
    ended = 0
    good_bytes = 0
    broken = ""
    for number, raw in enumerate(lines, start=2):
        if not raw.endswith(b"\n"):
            broken = f"it is cut off in the middle of line {number}"
            break
        try:
            line = parse_line(raw)
            rest.take(line)
            flow = assembly.take(line)
        except BrokenLineError as error:
            broken = f"line {number} is broken ({error}); it and all that follow are left out"
            break
        good_bytes += len(raw)
        if flow:
            ended += 1
            if ended <= kept_flows:
                kept.append(flow)
    if not broken and not rest.finished:
        broken = "its last line, `finished`, is missing: the run was killed, or is still going on"
    unfinished = tuple(assembly.unfinished())
    flows: Iterable[FlowHistory] = (*kept, *unfinished)
    if ended + len(unfinished) > kept_flows:
        flows = _FlowsOfFile(path, good_bytes)
    return History(
        flows=flows,
        asked=header["asked"],
        not_started=rest.not_started,
        final=rest.final,
        observable=header["observable"],
        depth_samples=tuple(rest.depth_samples),
        server_times=rest.server_times,
        wall_clock_zero_s=header["wall_clock_zero_s"],
        caller=header.get("caller"),
        faults=rest.faults.faults(),
        complete=not broken,
        problems=(*rest.notes, *([f"{path.name}: {broken}"] if broken else [])),
    )


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Return the lines, with their ends; one that is longer than any can be is returned in part."""
    with path.open("rb") as file:
        yield from iter(partial(file.readline, _LONGEST_LINE_BYTES), b"")


def _header(path: Path, raw: bytes) -> Line:
    """Return the first line, if it is one of a history that can be read."""
    try:
        line = decode_line(raw) if raw.endswith(b"\n") else {}
    except BrokenLineError:
        line = {}
    if line.get("type") != "header" or line.get("format") != _FORMAT:
        raise MisuseError(f"{path}: not a history, or cut off in its first line; give the history.jsonl of a run")
    version = line.get("version")
    if type(version) is not int or version not in _VERSIONS:
        known = ", ".join(map(str, _VERSIONS))
        found = f"version {ascii(version)[:20]}, and this program reads versions {known}"
        raise MisuseError(f"{path}: a history of {found}; read it with the program that wrote it")
    try:
        check_line(line)
    except BrokenLineError as broken:
        raise MisuseError(f"{path}, line 1: a header that is broken ({broken}); nothing after it can be read") from None
    return line


class _FlowsOfFile:
    """The flows of a file that was read before, read again for each iteration.

    Args:
        path: the file.
        good_bytes: how much of it after the header could be read.
    """

    def __init__(self, path: Path, good_bytes: int) -> None:
        self._path = path
        self._good_bytes = good_bytes

    def __iter__(self) -> Iterator[FlowHistory]:
        assembly = FlowAssembly()
        lines = _whole_lines(self._path)
        next(lines, None)
        left = self._good_bytes
        while left > 0 and (raw := next(lines, b"")):
            left -= len(raw)
            if flow := assembly.take(parse_line(raw)):
                yield flow
        yield from assembly.unfinished()


class _Rest:
    """Everything in a history but its flows."""

    def __init__(self) -> None:
        self.finished = False
        self.not_started = 0
        self.notes: list[str] = []
        self.depth_samples: list[DepthSample] = []
        self.server_times: dict[str, ServerTimes] = {}
        self.final: FinalState | None = None
        self._stored: list[StoredItem] = []
        self._queued: list[Message] = []
        self._dead_lettered: list[Message] = []
        self.faults = FaultAssembly()
        self._takers: dict[str, Callable[[Line], None]] = {
            "header": self._header,
            "not started": self._not_started,
            "depths": self._depths,
            "server times": self._server_times,
            "stored": lambda line: self._stored.append(_stored(line)),
            "queued": lambda line: self._queued.append(_message(line)),
            "dead-lettered": lambda line: self._dead_lettered.append(_message(line)),
            "final": self._final,
            "fault": self.faults.define,
            "fault period": self.faults.period,
            "fired": self.faults.fired,
            "fault counts": self.faults.counts,
            "note": lambda line: self.notes.append(line["text"]),
            "finished": self._finish,
        }

    def take(self, line: Line) -> None:
        """Take any line but the header.

        Raises:
            BrokenLineError: the line does not fit to those before it.
        """
        if self.finished:
            raise BrokenLineError("it comes after the last one, `finished`")
        if taker := self._takers.get(line["type"]):
            taker(line)

    def _header(self, _line: Line) -> None:
        raise BrokenLineError("it is a second header")

    def _not_started(self, _line: Line) -> None:
        self.not_started += 1

    def _depths(self, line: Line) -> None:
        self.depth_samples.append(DepthSample(line["at_s"], _queue_depths(line)))

    def _server_times(self, line: Line) -> None:
        times = (line.get(name) for name in ("accepted_at_s", "received_at_s", "written_at_s"))
        self.server_times[line["handle"]] = ServerTimes(*times)

    def _final(self, line: Line) -> None:
        if depths := line.get("depths"):
            check_depths(depths)
        poison_sent, problems = line.get("poison_sent", []), line.get("problems", [])
        if not all(isinstance(text, str) for text in (*poison_sent, *problems)):
            raise BrokenLineError("its `poison_sent` or `problems` is wrong")
        self.final = FinalState(
            quiet=line["quiet"],
            waited_s=line["waited_s"],
            depths=_queue_depths(depths) if depths else None,
            stored=_counted(line, "stored", self._stored),
            queued=_counted(line, "queued", self._queued),
            dead_lettered=_counted(line, "dead_lettered", self._dead_lettered),
            has_dead_letter_queue=line.get("has_dead_letter_queue"),
            max_receive_count=line.get("max_receive_count"),
            visibility_timeout_s=line.get("visibility_timeout_s"),
            poison_sent=tuple(poison_sent),
            foreign_before=line.get("foreign_before", False),
            problems=tuple(problems),
        )

    def _finish(self, _line: Line) -> None:
        self.finished = True


def _counted[T](line: Line, name: str, items: list[T]) -> tuple[T, ...] | None:
    """Return what was read of a part, if it is as much as the line says there is; None: it could not be read."""
    if name not in line and not items:
        return None
    if line.get(name) != len(items):
        raise BrokenLineError(f"its `{name}` says {line.get(name)}, and {len(items)} came before it")
    return tuple(items)


def _stored(line: Line) -> StoredItem:
    return StoredItem(line["identity"], line["handle"], line["document"])


def _message(line: Line) -> Message:
    return Message(line["message_id"], line["body"], line.get("receive_count"))


def _queue_depths(line: Line) -> QueueDepths:
    return QueueDepths(line["visible"], line["in_flight"], line["delayed"], line.get("dead_lettered"))
