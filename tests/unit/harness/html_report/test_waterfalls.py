"""A waterfall must show every call that matters, where it was in time, and stay readable."""

from dataclasses import replace

import pytest

from harness.history import Firing, FlowHistory, ServerTimes
from harness.html_report.waterfalls import Call, Omission, Waterfall, make_waterfall
from harness.operations import FlowEnding, Meaning, Outcome
from tests.unit.harness.html_report.generated import HOSTILE, create_call, flow_of, retrieve_call, status_call


def shown(flow: FlowHistory, server: ServerTimes | None = None, zero_s: float = 0) -> Waterfall:
    return make_waterfall(flow, server, zero_s, ["no-create-lost"])


def calls(waterfall: Waterfall) -> list[Call]:
    return [call for call in waterfall.calls if isinstance(call, Call)]


def test_times_are_of_the_flow_and_places_are_shares_of_it() -> None:
    flow = flow_of(5, create_call(10, 0.5, late_s=0.25), retrieve_call(10.75, 0.25))
    create, retrieve = calls(shown(flow))
    assert (create.scheduled_ms, create.started_ms, create.ended_ms, create.took_ms) == (
        "0.00",
        "250.0",
        "750.0",
        "500.0",
    )
    assert (create.waited_at, create.waited_width, create.bar_at, create.bar_width) == (0, 25, 25, 50)
    assert (retrieve.bar_at, retrieve.bar_width) == (75, 25)
    assert shown(flow).ticks == ("0", "500 ms", "1 s")


def test_a_call_says_what_was_answered() -> None:
    (create,) = calls(shown(flow_of(5, create_call(0, 0.1, 5))))
    assert (create.kind, create.outcome, create.answer) == ("create", Outcome.OK, "202 accepted")
    assert create.seen == "accepted as message-5"
    assert create.request_id.startswith("5c7c1f0e")


def test_an_answer_of_which_nothing_was_noted_shows_what_it_held() -> None:
    create = replace(create_call(0, 0.1, 5), seen="")
    status = replace(status_call(0.2, 0.1, Meaning.VISIBLE, 5), seen="")
    retrieve = replace(retrieve_call(0.4, 0.1, 5), seen="", document={"id": "user-9", "name": "\u202e"})
    flow = flow_of(5, create, status, retrieve)
    assert [call.seen for call in calls(shown(flow))] == ["message-5", "user-5", r'{"id": "user-9", "name": "\u202e"}']


def test_a_call_without_an_answer_says_so() -> None:
    hung = replace(create_call(0, 0, 5), outcome=Outcome.INFO, meaning=Meaning.NO_ANSWER, status=None, request_id=None)
    (create,) = calls(shown(flow_of(5, hung)))
    assert (create.answer, create.request_id) == ("no answer", "")
    assert create.bar_width > 0
    assert create.bar_at + create.bar_width <= 100


def test_many_polls_that_saw_nothing_are_folded() -> None:
    polls = [status_call(0.1 * index, 0.01, Meaning.PENDING) for index in range(1, 31)]
    flow = flow_of(1, create_call(0, 0.01), *polls, status_call(3.5, 0.01, Meaning.VISIBLE))
    waterfall = shown(flow)
    assert [call.text for call in waterfall.calls if isinstance(call, Omission)] == ["24 more calls"]
    assert len(calls(waterfall)) == 1 + 3 + 3 + 1
    assert calls(waterfall)[-1].answer == "200 visible"


def test_a_status_that_flips_among_polls_is_never_folded_away() -> None:
    before = [status_call(0.1 * index, 0.01, Meaning.PENDING) for index in range(1, 20)]
    after = [status_call(3 + 0.1 * index, 0.01, Meaning.PENDING) for index in range(1, 20)]
    flow = flow_of(1, create_call(0, 0.01), *before, status_call(2.5, 0.01, Meaning.VISIBLE), *after)
    assert "200 visible" in [call.answer for call in calls(shown(flow))]


def test_however_many_calls_there_are_few_are_shown() -> None:
    turns = [
        status_call(0.1 * index, 0.01, Meaning.VISIBLE if index % 2 else Meaning.PENDING) for index in range(1, 1000)
    ]
    waterfall = shown(flow_of(1, create_call(0, 0.01), *turns))
    assert len(waterfall.calls) == 41
    assert [call.text for call in waterfall.calls if isinstance(call, Omission)] == ["960 more calls"]


def test_the_server_s_own_times_are_on_the_flow_s_clock() -> None:
    flow = flow_of(1, create_call(10, 1))
    events = shown(flow, ServerTimes(1010.25, None, 1010.75), zero_s=1000).server_events
    assert [(event.what, event.at_ms, event.at) for event in events] == [
        ("accepted by the queue", "250.0", 25),
        ("written to the table", "750.0", 75),
    ]


@pytest.mark.parametrize("offset_s", [-100, 100])
def test_a_server_whose_clock_is_wrong_stays_in_the_picture(offset_s: float) -> None:
    (event,) = shown(flow_of(1, create_call(10, 1)), ServerTimes(1010 + offset_s), zero_s=1000).server_events
    assert 0 <= event.at <= 100


def test_handles_and_identities_are_named_once() -> None:
    flow = flow_of(4, create_call(0, 0.01, 4), status_call(0.1, 0.01, Meaning.VISIBLE, 4), retrieve_call(0.2, 0.01, 4))
    assert shown(flow).names == ("message-4", "user-4")


def test_a_flow_in_which_the_history_stops_says_so() -> None:
    assert shown(flow_of(1, create_call(0, 0.01), ending=None)).ending == "cut off"
    assert shown(flow_of(1, create_call(0, 0.01), ending=FlowEnding.FAILED)).ending == "failed"


def test_whatever_was_sent_or_seen_is_printable_ascii() -> None:
    call = replace(create_call(0, 0.01), seen=HOSTILE, request_id=HOSTILE, handle=HOSTILE)
    waterfall = shown(flow_of(1, call, reason=HOSTILE, payload={HOSTILE: HOSTILE}))
    (create,) = calls(waterfall)
    for text in (create.seen, create.request_id, waterfall.reason, waterfall.payload, *waterfall.names):
        assert text.isascii()
        assert text.isprintable()


def test_what_hit_a_flow_is_on_its_clock_in_order_and_bounded() -> None:
    hits = [("lag", Firing(10 + index / 100, 1, "flow 1", "PutItem", 2, 0.5)) for index in range(25)]
    waterfall = make_waterfall(
        flow_of(1, create_call(10, 1)), None, 0, [], [*hits[:1], ("hurt", Firing(10.5, 1, "", "", 1))]
    )
    assert [(event.fault, event.what, event.at_ms, event.at) for event in waterfall.fault_events] == [
        ("lag", "hit PutItem, attempt 2, 500.0 ms", "0.00", 0),
        ("hurt", "hit the engine, attempt 1", "500.0", 50),
    ]
    many = make_waterfall(flow_of(1, create_call(10, 1)), None, 0, [], hits)
    assert (len(many.fault_events), many.faults_left_out) == (20, 5)
