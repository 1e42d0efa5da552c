"""What became of faults, through the file and back; and lines about them that do not fit to those before."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.faults.document import fault_to_json
from harness.faults.notation import fault_in_words
from harness.history import FaultHistory, Firing
from harness.history.reader import read_history
from harness.history.writer import Header, HistoryWriter

LAG = fault_to_json(fault_in_words("gsi-lag rate=0.5 flows=0-9"))
HIT = Firing(at_s=1.25, flow=7, identity="flow 7", operation="PutItem", attempt=1, delay_s=0.5)
MISS = Firing(at_s=1.5, flow=None, identity="content 00ff", operation="PutItem", attempt=2)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Callable[[HistoryWriter], None]], Path]:
    def write_all(script: Callable[[HistoryWriter], None]) -> Path:
        path = tmp_path / "history.jsonl"
        with HistoryWriter(path, Header("r", 7, 0, observable=True, wall_clock_zero_s=1.5)) as writer:
            script(writer)
            writer.finish()
        return path

    return write_all


type Write = Callable[[Callable[[HistoryWriter], None]], Path]


def test_what_became_of_a_fault_is_read_back_as_it_was(write: Write) -> None:
    def script(writer: HistoryWriter) -> None:
        writer.fault("lag", "gsi-lag", LAG)
        writer.fault("second", "crashes", {})
        writer.fault_began("lag", 0.5)
        writer.fault_fired("lag", HIT)
        writer.fault_fired("lag", MISS)
        writer.fault_ended("lag", 2.0)
        writer.fault_began("lag", 3.0)
        writer.fault_counts("lag", eligible=9, fired=2)

    history = read_history(write(script))
    assert history.complete
    assert history.faults == (
        FaultHistory("lag", "gsi-lag", LAG, ((0.5, 2.0), (3.0, None)), 9, 2, (HIT, MISS)),
        FaultHistory("second", "crashes", {}, (), None, None),
    )


@pytest.mark.parametrize(
    "script",
    [
        lambda writer: writer.fault("lag", "gsi-lag", LAG),
        lambda writer: writer.fault_ended("lag", 1.0),
        lambda writer: (writer.fault_began("lag", 1.0), writer.fault_began("lag", 2.0)),
        lambda writer: writer.fault_began("other", 1.0),
        lambda writer: writer.fault_fired("other", HIT),
        lambda writer: writer.fault_counts("other", 1, 1),
    ],
    ids=["defined twice", "ends first", "begins twice", "unknown begins", "unknown fires", "unknown counts"],
)
def test_a_line_that_does_not_fit_ends_what_can_be_read(write: Write, script: Callable[[HistoryWriter], None]) -> None:
    def whole(writer: HistoryWriter) -> None:
        writer.fault("lag", "gsi-lag", LAG)
        script(writer)

    history = read_history(write(whole))
    assert not history.complete
    assert len(history.faults) == 1
