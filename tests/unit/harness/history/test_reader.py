"""Reading histories back: whole ones, those cut off anywhere, broken ones, and what is none."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ExitCode, HarnessError, InputOutputError, MisuseError
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
from harness.history.reader import read_history
from harness.history.recorder import Invocation
from harness.history.writer import Header, HistoryWriter
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.workload import FlowPlan

type Write = Callable[..., Path]

HEADER: dict[str, Any] = {
    "type": "header",
    "format": "harness-history",
    "version": 2,
    "run_id": "r",
    "seed": 7,
    "asked": 3,
    "observable": True,
    "wall_clock_zero_s": 1.5,
}
PAYLOAD = {"name": "\ud800\u0000\U0001f9d1", "email": "a@example.com"}
FLOW = {"type": "flow", "flow": 0, "payload": PAYLOAD, "acceptable": True}
CREATE = {"type": "invoke", "op": 0, "flow": 0, "process": 4, "kind": "create", "scheduled_s": 0.5, "started_s": 1}
ANSWER = {"op": 0, "flow": 0, "process": 4, "kind": "create"}
ACCEPTED = {"type": "ok", **ANSWER, "ended_s": 2.0, "meaning": "accepted", "status": 202, "bytes": 9, "handle": "m"}
POLL = CREATE | {"op": 1, "kind": "status", "started_s": 3.0, "target": "m"}
END = {"type": "end", "flow": 0, "ending": "completed", "reason": ""}
FINISHED = {"type": "finished"}
WHOLE = [HEADER, FLOW, CREATE, ACCEPTED, END, FINISHED]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_lines(*lines: dict[str, Any] | bytes) -> Path:
        path = tmp_path / "history.jsonl"
        path.write_bytes(b"".join(each if isinstance(each, bytes) else encoded(each) for each in lines))
        return path

    return write_lines


def encoded(line: dict[str, Any]) -> bytes:
    return json.dumps(line).encode("ascii") + b"\n"


def flows_of(history: History) -> tuple[FlowHistory, ...]:
    return tuple(history.flows)


def test_a_flow_is_put_together_from_its_lines(write: Write) -> None:
    history = read_history(write(*WHOLE))
    operation = Operation(
        OperationKind.CREATE, 0.5, 1, 2.0, Outcome.OK, Meaning.ACCEPTED, 202, response_bytes=9, handle="m"
    )
    assert flows_of(history) == (FlowHistory(0, PAYLOAD, True, (operation,), FlowEnding.COMPLETED),)
    assert (history.asked, history.observable, history.wall_clock_zero_s) == (3, True, 1.5)
    assert (history.complete, history.problems, history.final) == (True, (), None)


def test_calls_come_in_the_order_of_their_starts_and_flows_in_that_of_their_ends(write: Write) -> None:
    other = [line | {"flow": 1, "op": 10} for line in (FLOW, CREATE, ACCEPTED, END)]
    second = {"type": "fail", **ANSWER, "op": 1, "kind": "status", "ended_s": 4, "meaning": "no answer", "bytes": 0}
    history = read_history(write(HEADER, FLOW, CREATE, *other, POLL, second, ACCEPTED, END, FINISHED))
    assert [flow.number for flow in history.flows] == [1, 0]
    assert [call.kind for call in flows_of(history)[1].operations] == ["create", "status"]
    assert history.complete


@pytest.mark.parametrize(
    ("invoked", "outcome"),
    [(CREATE, Outcome.INFO), (CREATE | {"kind": "retrieve"}, Outcome.FAIL), (POLL, Outcome.FAIL)],
)
def test_a_call_whose_end_is_missing_is_one_that_was_interrupted(
    write: Write, invoked: dict[str, Any], outcome: Outcome
) -> None:
    (flow,) = read_history(write(HEADER, FLOW, invoked)).flows
    (call,) = flow.operations
    assert (call.outcome, call.meaning, call.ended_s, flow.ending) == (
        outcome,
        Meaning.NO_ANSWER,
        invoked["started_s"],
        None,
    )


def test_flows_without_an_end_come_last_in_the_order_of_their_beginnings(write: Write) -> None:
    begun = [FLOW | {"flow": number} for number in (5, 3)]
    history = read_history(write(HEADER, *begun, FLOW, END))
    assert [(flow.number, flow.ending) for flow in history.flows] == [(0, "completed"), (5, None), (3, None)]
    assert not history.complete


def test_everything_that_is_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    operation = Operation(
        OperationKind.RETRIEVE,
        1.0,
        1.5,
        2.0,
        Outcome.OK,
        Meaning.FOUND,
        200,
        "request",
        17,
        "target",
        "handle",
        "result",
        {"name": "\udfff\u2028"},
        "body",
        "seen",
    )
    final = FinalState(
        quiet=False,
        waited_s=3.5,
        depths=QueueDepths(1, 2, 3, None),
        stored=(StoredItem("u", "m", {"id": "u", "n": [1, None]}),),
        queued=(Message("q", "{}"),),
        dead_lettered=(Message("d", "\x00", 5), Message("e", "", 6)),
        has_dead_letter_queue=True,
        max_receive_count=5,
        visibility_timeout_s=7.5,
        poison_sent=("d",),
        foreign_before=True,
        problems=("odd",),
    )
    depths = DepthSample(0.5, QueueDepths(4, 5, 6, 7))
    with HistoryWriter(path, Header("r", 7, 9, True, 1.5)) as writer:
        writer.note("first")
        writer.flow_begins(FlowPlan(4, PAYLOAD, False))
        invocation = Invocation(0, 4, 1, OperationKind.RETRIEVE, 1.0, 1.5, "target")
        writer.call_begins(invocation)
        writer.call_ended(invocation, operation)
        writer.flow_ended(4, FlowEnding.FAILED, "why")
        writer.flow_not_started(5, 0.25)
        writer.depths(depths)
        writer.server_times({"m": ServerTimes(1.0, None, 3.0)})
        writer.final_state(final)
        writer.finish()
    assert read_history(path) == History(
        flows=(FlowHistory(4, PAYLOAD, False, (operation,), FlowEnding.FAILED, "why"),),
        asked=9,
        not_started=1,
        final=final,
        depth_samples=(depths,),
        server_times={"m": ServerTimes(1.0, None, 3.0)},
        wall_clock_zero_s=1.5,
        problems=("first",),
    )


def test_what_could_not_be_observed_is_none_and_not_empty(tmp_path: Path) -> None:
    unread = FinalState(False, 1.0, None, None, None, None, None, None)
    empty = FinalState(True, 1.0, None, (), (), (), False, None)
    for final in (unread, empty):
        path = tmp_path / f"{final.quiet}.jsonl"
        with HistoryWriter(path, Header("r", 7, 0, True, 0)) as writer:
            writer.final_state(final)
            writer.finish()
        assert read_history(path).final == final


def test_a_history_that_is_cut_off_anywhere_is_readable_up_to_its_last_whole_line(write: Write, tmp_path: Path) -> None:
    depths = {"type": "depths", "at_s": 1, "visible": 1, "in_flight": 0, "delayed": 0}
    other = [FLOW | {"flow": 1}, CREATE | {"flow": 1, "op": 7}]
    lines = [encoded(line) for line in (HEADER, FLOW, CREATE, *other, depths, ACCEPTED, POLL, END, FINISHED)]
    whole = write(*lines).read_bytes()
    cut = tmp_path / "cut.jsonl"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        if length < len(lines[0]):
            with pytest.raises(MisuseError, match=r"cut\.jsonl: not a history, or cut off in its first line; give the"):
                read_history(cut)
            continue
        kept = whole[: whole.rfind(b"\n", 0, length) + 1]
        history = read_history(cut)
        assert not history.complete
        missing = "`finished`, is missing" if kept == whole[:length] else f"the middle of line {kept.count(b'\n') + 1}"
        (problem,) = history.problems
        assert missing in problem
        cut.write_bytes(kept)
        assert replace(read_history(cut), problems=()) == replace(history, problems=())
        assert len(flows_of(history)) == kept.count(b'"flow", "flow"')
    assert read_history(whole_path := write(whole)).complete
    assert [flow.ending for flow in read_history(whole_path).flows] == ["completed", None]


BROKEN = [
    b"\n",
    b"{}\n",
    b"not JSON\n",
    b"\x00\x00\x00\n",
    b"[1]\n",
    b'"text"\n',
    '{"type": "note", "text": "\u00e9"}\n'.encode(),
    b"[" * 100_000 + b"\n",
    encoded({"type": "another"}),
    encoded({"type": ["note"]}),
    encoded(HEADER),
    encoded(FLOW),
    encoded(CREATE),
    encoded(CREATE | {"flow": 1, "op": 9}),
    encoded(CREATE | {"op": 9, "kind": "another"}),
    encoded(CREATE | {"op": 9, "kind": ["create"]}),
    encoded(CREATE | {"op": 9, "started_s": "1"}),
    encoded(CREATE | {"op": 9, "started_s": True}),
    encoded(CREATE | {"op": 9, "target": 1}),
    encoded(CREATE | {"op": 9, "target": None}),
    encoded({name: value for name, value in CREATE.items() if name != "process"} | {"op": 9}),
    encoded(ACCEPTED | {"op": 9}),
    encoded(ACCEPTED | {"kind": "status"}),
    encoded(ACCEPTED | {"meaning": "fine"}),
    encoded(ACCEPTED | {"document": []}),
    encoded(ACCEPTED).replace(b"2.0", b"NaN"),
    encoded(END | {"flow": 1}),
    encoded(END | {"ending": "happy"}),
    encoded({"type": "depths", "at_s": 1, "visible": 1, "in_flight": 0, "delayed": "0"}),
    encoded({"type": "final", "quiet": 1, "waited_s": 1}),
    encoded({"type": "final", "quiet": True, "waited_s": 1, "stored": 1}),
    encoded({"type": "final", "quiet": True, "waited_s": 1, "depths": {"visible": 1}}),
    encoded({"type": "final", "quiet": True, "waited_s": 1, "poison_sent": [1]}),
]


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_nothing_from_a_broken_line_on_is_read_and_the_history_is_incomplete(write: Write, broken: bytes) -> None:
    history = read_history(write(HEADER, FLOW, CREATE, broken, ACCEPTED, END, FINISHED))
    assert not history.complete
    assert [(flow.ending, len(flow.operations)) for flow in history.flows] == [(None, 1)]
    (problem,) = history.problems
    assert problem.startswith("history.jsonl: line 4 is broken (")
    assert problem.endswith("); it and all that follow are left out")


def test_a_call_ends_once(write: Write) -> None:
    history = read_history(write(HEADER, FLOW, CREATE, ACCEPTED, ACCEPTED, END, FINISHED))
    assert "line 5 is broken (call 0 ends, and it is not under way)" in history.problems[0]


def test_what_was_read_of_the_final_state_must_be_as_much_as_there_was(write: Write) -> None:
    stored = {"type": "stored", "identity": "u", "handle": "m", "document": {}}
    final = {"type": "final", "quiet": True, "waited_s": 1}
    for line, says in ((final, "None"), (final | {"stored": 2}, "2")):
        history = read_history(write(HEADER, stored, line, FINISHED))
        assert f"line 3 is broken (its `stored` says {says}, and 1 came before it)" in history.problems[0]
        assert history.final is None


@pytest.mark.parametrize("extra", [FINISHED, {"type": "note", "text": "more"}])
def test_nothing_comes_after_the_last_line(write: Write, extra: dict[str, Any]) -> None:
    history = read_history(write(*WHOLE, extra))
    assert not history.complete
    assert "line 7 is broken (it comes after the last one, `finished`)" in history.problems[0]


def test_a_member_that_a_line_did_not_have_before_is_left_alone(write: Write) -> None:
    more = [line | {"more": 1} for line in WHOLE]
    assert read_history(write(*more)) == read_history(write(*WHOLE))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hello\n",
        b"\x89PNG\r\n\x1a\n\x00",
        b"{}\n",
        b'{"type": "header"}\n',
        encoded(FLOW),
        encoded(HEADER | {"format": "other"}),
        encoded(HEADER | {"type": "note"}),
        encoded(HEADER)[:-1],
    ],
)
def test_what_is_no_history_is_refused_in_one_line(write: Write, content: bytes) -> None:
    with pytest.raises(MisuseError) as caught:
        read_history(path := write(content))
    assert str(caught.value) == (
        f"{path}: not a history, or cut off in its first line; give the history.jsonl of a run"
    )


def test_a_history_from_before_there_were_faults_is_read(write: Write) -> None:
    history = read_history(write(*[HEADER | {"version": 1}, *WHOLE[1:]]))
    assert history.complete
    assert history.faults == ()


def test_a_history_of_another_version_is_refused_with_both_versions(write: Write) -> None:
    path = write(encoded({"type": "header", "format": "harness-history", "version": 4, "new": True}))
    with pytest.raises(HarnessError) as caught:
        read_history(path)
    assert str(caught.value) == (
        f"{path}: a history of version 4, and this program reads versions 1, 2, 3; "
        "read it with the program that wrote it"
    )
    assert caught.value.exit_code is ExitCode.MISUSE


def test_a_broken_header_is_refused(write: Write) -> None:
    with pytest.raises(MisuseError, match=r"line 1: a header that is broken \(its `asked` is missing or wrong\)"):
        read_history(write(HEADER | {"asked": "3"}))


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputOutputError, match="No such file"):
        read_history(tmp_path / "history.jsonl")
    with pytest.raises(InputOutputError, match="Is a directory"):
        read_history(tmp_path)


def test_flows_that_are_too_many_to_keep_are_read_again_and_are_the_same(write: Write) -> None:
    flows = [line | {"flow": number, "op": number} for number in range(10) for line in (FLOW, CREATE, ACCEPTED, END)]
    path = write(HEADER, *flows, FLOW | {"flow": 11}, b"broken\n", END | {"flow": 11})
    kept, again = read_history(path, kept_flows=11), read_history(path, kept_flows=10)
    assert isinstance(kept.flows, tuple)
    assert not isinstance(again.flows, tuple)
    assert flows_of(kept) == flows_of(again) == flows_of(again)
    assert len(flows_of(again)) == 11


def test_two_readers_of_the_same_flows_do_not_disturb_each_other(write: Write) -> None:
    flows = [line | {"flow": number} for number in range(3) for line in (FLOW, END)]
    history = read_history(write(HEADER, *flows, FINISHED), kept_flows=0)
    assert [(one.number, other.number) for one, other in zip(history.flows, history.flows, strict=True)] == [
        (0, 0),
        (1, 1),
        (2, 2),
    ]
