"""The history's file: each line as its form says, there at once, and readable whatever happens to the writer."""

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.driving.driver import drive
from harness.errors import ExitCode, InputOutputError
from harness.history import DepthSample, FinalState, Message, QueueDepths, ServerTimes, StoredItem
from harness.history.reader import read_history
from harness.history.recorder import Invocation, Recorders
from harness.history.writer import Header, HistoryWriter
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.transport import Response, TransportFailure
from harness.workload import Deadlines, FlowPlan, Workload
from harness.workload.arrival import Arrival, ClosedLoop, PoissonRate
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.recording import KeepingRecorder
from tests.unit.harness.virtual_time import run_in_virtual_time

HEADER = Header("run-1", seed=7, asked=100, observable=True, wall_clock_zero_s=1.5)
HEADER_LINE = {
    "type": "header",
    "format": "harness-history",
    "version": 3,
    "run_id": "run-1",
    "seed": 7,
    "asked": 100,
    "observable": True,
    "wall_clock_zero_s": 1.5,
}
PLAN = FlowPlan(3, {"name": "Ada", "email": "ada@example.com"}, acceptable=True)
CREATE = Invocation(17, flow=3, process=2, kind=OperationKind.CREATE, scheduled_s=0.5, started_s=0.6, target=None)
STATUS = Invocation(18, flow=3, process=2, kind=OperationKind.STATUS, scheduled_s=0.7, started_s=0.7, target="m-1")
ACCEPTED = Operation(
    kind=OperationKind.CREATE,
    scheduled_s=0.5,
    started_s=0.6,
    ended_s=0.65,
    outcome=Outcome.OK,
    meaning=Meaning.ACCEPTED,
    status=202,
    request_id="r-1",
    response_bytes=20,
    handle="m-1",
    body='{"messageId": "m-1"}',
)
TIMED_OUT = Operation(
    kind=OperationKind.CREATE,
    scheduled_s=0.5,
    started_s=0.6,
    ended_s=10.6,
    outcome=Outcome.INFO,
    meaning=Meaning.NO_ANSWER,
    seen="read timed out",
)
FINAL = FinalState(
    quiet=True,
    waited_s=0.4,
    depths=QueueDepths(0, 0, 0, dead_lettered=1),
    stored=(StoredItem("u-1", "m-1", {"id": "u-1", "name": "Ada"}),),
    queued=(),
    dead_lettered=(Message("m-9", "poison", receive_count=3),),
    has_dead_letter_queue=True,
    max_receive_count=3,
    visibility_timeout_s=30,
    poison_sent=("m-9",),
)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def test_a_flow_is_written_as_it_happens(path: Path) -> None:
    with HistoryWriter(path, HEADER) as writer:
        assert lines(path) == [HEADER_LINE]
        writer.flow_begins(PLAN)
        assert lines(path)[1] == {
            "type": "flow",
            "flow": 3,
            "payload": {"name": "Ada", "email": "ada@example.com"},
            "acceptable": True,
        }
        writer.call_begins(CREATE)
        assert lines(path)[2] == {
            "type": "invoke",
            "op": 17,
            "flow": 3,
            "process": 2,
            "kind": "create",
            "scheduled_s": 0.5,
            "started_s": 0.6,
        }
        writer.call_ended(CREATE, ACCEPTED)
        assert lines(path)[3] == {
            "type": "ok",
            "op": 17,
            "flow": 3,
            "process": 2,
            "kind": "create",
            "ended_s": 0.65,
            "meaning": "accepted",
            "bytes": 20,
            "status": 202,
            "request_id": "r-1",
            "handle": "m-1",
            "body": '{"messageId": "m-1"}',
        }
        writer.call_begins(STATUS)
        assert lines(path)[4]["target"] == "m-1"
        writer.flow_ended(3, FlowEnding.COMPLETED, "")
        assert lines(path)[5] == {"type": "end", "flow": 3, "ending": "completed", "reason": ""}


def test_a_call_without_an_answer_says_why(path: Path) -> None:
    with HistoryWriter(path, HEADER) as writer:
        writer.call_ended(CREATE, TIMED_OUT)
    assert lines(path)[1] == {
        "type": "info",
        "op": 17,
        "flow": 3,
        "process": 2,
        "kind": "create",
        "ended_s": 10.6,
        "meaning": "no answer",
        "bytes": 0,
        "seen": "read timed out",
    }


def test_an_answer_without_a_body_has_an_empty_one(path: Path) -> None:
    with HistoryWriter(path, HEADER) as writer:
        writer.call_ended(CREATE, replace(ACCEPTED, body=""))
        writer.call_ended(CREATE, replace(ACCEPTED, body=None))
    assert lines(path)[1]["body"] == ""
    assert "body" not in lines(path)[2]


def test_what_else_happens_has_its_lines(path: Path) -> None:
    with HistoryWriter(path, HEADER) as writer:
        writer.flow_not_started(9, 4.5)
        writer.depths(DepthSample(2.5, QueueDepths(1, 2, 3, dead_lettered=4)))
        writer.depths(DepthSample(3.5, QueueDepths(1, 2, 3, dead_lettered=None)))
        writer.server_times({"m-1": ServerTimes(1.5, 2.5, 3.5), "m-2": ServerTimes(accepted_at_s=1.5)})
        writer.note("abandoned: nobody is there")
        writer.finish()
    assert lines(path)[1:] == [
        {"type": "not started", "flow": 9, "scheduled_s": 4.5},
        {"type": "depths", "at_s": 2.5, "visible": 1, "in_flight": 2, "delayed": 3, "dead_lettered": 4},
        {"type": "depths", "at_s": 3.5, "visible": 1, "in_flight": 2, "delayed": 3},
        {"type": "server times", "handle": "m-1", "accepted_at_s": 1.5, "received_at_s": 2.5, "written_at_s": 3.5},
        {"type": "server times", "handle": "m-2", "accepted_at_s": 1.5},
        {"type": "note", "text": "abandoned: nobody is there"},
        {"type": "finished"},
    ]


def test_what_the_engine_held_comes_item_by_item_and_then_the_rest_with_counts(path: Path) -> None:
    with HistoryWriter(path, HEADER) as writer:
        writer.final_state(FINAL)
    assert lines(path)[1:] == [
        {"type": "stored", "identity": "u-1", "handle": "m-1", "document": {"id": "u-1", "name": "Ada"}},
        {"type": "dead-lettered", "message_id": "m-9", "body": "poison", "receive_count": 3},
        {
            "type": "final",
            "quiet": True,
            "waited_s": 0.4,
            "depths": {"visible": 0, "in_flight": 0, "delayed": 0, "dead_lettered": 1},
            "stored": 1,
            "queued": 0,
            "dead_lettered": 1,
            "has_dead_letter_queue": True,
            "max_receive_count": 3,
            "visibility_timeout_s": 30,
            "poison_sent": ["m-9"],
            "foreign_before": False,
            "problems": [],
        },
    ]


def test_what_could_not_be_read_is_left_out_and_not_empty(path: Path) -> None:
    unread = replace(FINAL, depths=None, stored=None, queued=None, dead_lettered=None, problems=("no table",))
    with HistoryWriter(path, HEADER) as writer:
        writer.final_state(unread)
    [final] = lines(path)[1:]
    assert final.keys().isdisjoint({"depths", "stored", "queued", "dead_lettered"})
    assert final["problems"] == ["no table"]


@given(text=st.text(st.characters(codec=None)), name=st.text(st.characters(codec=None)))
def test_any_text_survives_in_ascii_on_one_line(tmp_path_factory: pytest.TempPathFactory, text: str, name: str) -> None:
    path = tmp_path_factory.mktemp("texts") / "history.jsonl"
    with HistoryWriter(path, HEADER) as writer:
        writer.flow_begins(FlowPlan(0, {name: text}, acceptable=False))
        writer.call_ended(CREATE, replace(ACCEPTED, handle=text, body=text, document={name: [text]}))
    assert path.read_bytes().isascii()
    _, flow, ok = lines(path)
    assert flow["payload"] == {name: text}
    assert (ok["handle"], ok["body"], ok["document"]) == (text, text, {name: [text]})


def test_an_existing_history_is_never_written_over(path: Path) -> None:
    path.write_text("evidence")
    with pytest.raises(InputOutputError, match=r"history\.jsonl: File exists"):
        HistoryWriter(path, HEADER)
    assert path.read_text() == "evidence"


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputOutputError, match="No such file or directory; check free space and permissions"):
        HistoryWriter(tmp_path / "missing" / "history.jsonl", HEADER)


def test_a_full_disk_is_told_once_and_what_was_written_stays(path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with HistoryWriter(path, HEADER) as writer:
            writer.flow_begins(PLAN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, limits[1]))
            with pytest.raises(InputOutputError) as caught:
                writer.call_begins(CREATE)
            writer.call_ended(CREATE, ACCEPTED)
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            writer.finish()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, previous)
    assert caught.value.exit_code is ExitCode.INPUT_OUTPUT
    assert str(caught.value) == f"{path}: File too large; check free space and permissions, then run it again"
    *whole, partial = path.read_bytes().split(b"\n")
    assert [json.loads(line)["type"] for line in whole] == ["header", "flow"]
    assert partial == b'{"type":"i'


def test_a_device_without_space_is_told() -> None:
    class FullDevice(type(Path())):  # type: ignore[misc]  # the class is the platform's
        def open(self, *_arguments: Any, **_options: Any) -> Any:
            return open("/dev/full", "wb", buffering=0)  # noqa: PTH123  - the writer closes it

    with pytest.raises(InputOutputError, match="No space left on device; check free space"):
        HistoryWriter(FullDevice("history.jsonl"), HEADER)


def test_every_line_survives_a_process_that_is_killed(path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from harness.history.writer import Header, HistoryWriter
writer = HistoryWriter(Path({str(path)!r}), Header("run-1", 7, 100, True, 1.5))
for number in range(100):
    writer.flow_not_started(number, number)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False, env=dict(os.environ))
    assert ended.returncode == -signal.SIGKILL
    assert [line["type"] for line in lines(path)] == ["header", *["not started"] * 100]


@pytest.mark.parametrize("arrival", [ClosedLoop(5), PoissonRate(20, most_in_flight=3)])
def test_what_was_driven_is_read_back_as_it_was(path: Path, arrival: Arrival) -> None:
    def misbehave(_operation: str, ordinal: int) -> Answer | None:
        answers: dict[int, Answer] = {3: Response(500, {}, b"\xff"), 5: TransportFailure.READ_TIMED_OUT}
        return answers.get(ordinal % 7)

    workload = Workload(seed=7, flows=60, arrival=arrival, deadlines=Deadlines(flow_timeout_s=5))
    keeper = KeepingRecorder()
    with HistoryWriter(path, HEADER) as writer:
        run_in_virtual_time(drive(workload, FakeApi(script=misbehave), API_URL, Recorders(writer, keeper)))
        writer.finish()
    history = read_history(path)
    assert list(history.flows) == keeper.flows
    assert history.not_started == len(keeper.not_started)
    assert history.complete
