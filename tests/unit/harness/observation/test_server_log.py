"""The stack's own times, from the lines that its function writes."""

import json

from harness.history import ServerTimes
from harness.observation.server_log import times_by_handle


def line(handle: str, sent_ms: object, received_ms: object = None, written_ms: object = None) -> str:
    times = {"sentAtMs": sent_ms, "receivedAtMs": received_ms, "writtenAtMs": written_ms}
    known = {name: value for name, value in times.items() if value is not None}
    return json.dumps({"level": "INFO", "messageId": handle, **known}) + "\n"


def test_a_line_of_a_stored_user_has_all_three_times_in_seconds() -> None:
    assert times_by_handle([line("a", 1500, 2250, 3125)], since_s=1) == {"a": ServerTimes(1.5, 2.25, 3.125)}


def test_of_several_deliveries_the_one_that_wrote_counts() -> None:
    failed, stored, duplicate = line("a", 1000, 2000), line("a", 1000, 8000, 8500), line("a", 1000, 9000)

    for lines in ([failed, stored, duplicate], [duplicate, stored, failed], [stored, line("a", 1000, 9000, 9500)]):
        assert times_by_handle(lines, since_s=0) == {"a": ServerTimes(1, 8, 8.5)}


def test_where_nothing_was_written_the_first_delivery_counts() -> None:
    lines = [line("a", 1000, 4000), line("a", 1000, 2000), line("a", 1000, 3000)]

    assert times_by_handle(lines, since_s=0) == {"a": ServerTimes(1, 2, None)}


def test_messages_of_before_are_left_out() -> None:
    assert set(times_by_handle([line("before", 999, 1500, 1600), line("since", 1000, 1500, 1600)], since_s=1)) == {
        "since"
    }


def test_what_is_no_line_of_a_message_is_nobodys() -> None:
    lines = [
        "START RequestId: 1",
        "{",
        "[]",
        "null",
        '"receivedAtMs"',
        line("no time", None, 2000),
        line("a text", "1000", 2000),
        json.dumps({"messageId": 1, "sentAtMs": 1000}),
        json.dumps({"sentAtMs": 1000, "receivedAtMs": 1000}),
    ]

    assert times_by_handle(lines, since_s=0) == {}
