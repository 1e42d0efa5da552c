"""What can be timed of one flow."""

import pytest

from harness.history import FlowHistory, ServerTimes
from harness.operations import FlowEnding, Meaning
from harness.timing import TIMINGS
from harness.timing.flow_times import flow_times, visible_bounds
from tests.unit.harness.timing.histories import create, flow, poll, retrieve

VISIBLE = Meaning.VISIBLE


def bounds_of(of: FlowHistory) -> tuple[float, float] | None:
    bounds = visible_bounds(of)
    return (round(bounds.lower_s, 9), round(bounds.upper_s, 9)) if bounds else None


def times(of: FlowHistory, server: ServerTimes | None = None) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for timed in flow_times(of, server):
        found.setdefault(timed.name, []).append(round(timed.duration_s, 9))
    return found


def test_visible_is_between_the_last_poll_that_did_not_see_it_and_the_first_that_did() -> None:
    bounds = bounds_of(flow(create(1.0, 1.1), poll(2.0, 2.1), poll(3.0, 3.1), poll(4.0, 4.2, VISIBLE)))
    assert bounds == (2.0, 3.2)


def test_visible_at_the_first_poll_may_have_been_so_from_the_beginning() -> None:
    assert bounds_of(flow(create(1.0, 1.1), poll(1.1, 1.5, VISIBLE))) == (0.0, 0.5)


def test_a_create_that_starts_late_is_visible_late_since_it_was_meant_to_start_earlier() -> None:
    late = flow(create(1.0, 3.1, started_s=3.0), poll(3.2, 3.3), poll(3.5, 3.75, VISIBLE))
    assert bounds_of(late) == (2.2, 2.75)
    assert times(late)["create"] == [2.1]


def test_a_call_that_starts_a_moment_too_early_counts_from_its_start() -> None:
    assert times(flow(create(1.001, 1.0015, started_s=1.0)))["create"] == [0.0015]


@pytest.mark.parametrize("meaning", [Meaning.NO_ANSWER, Meaning.UNEXPECTED])
def test_a_poll_without_a_usable_answer_says_nothing_of_what_is_visible(meaning: Meaning) -> None:
    bounds = bounds_of(flow(create(0, 0.1), poll(1, 1.1), poll(2, 2.1, meaning), poll(3, 3.1, VISIBLE)))
    assert bounds == (1, 3.1)


def test_polls_that_confirm_change_nothing() -> None:
    confirmed = flow(create(0, 1), poll(1, 2, VISIBLE), retrieve(2, 3), poll(3, 4, VISIBLE), poll(5, 6))
    assert times(confirmed) == {
        "create": [1],
        "status": [1, 1, 1],
        "retrieve": [1],
        "visible_lower": [0],
        "visible_upper": [2],
        "visible_gap": [2],
        "flow": [3],
    }


def test_what_never_became_visible_has_no_bounds() -> None:
    assert bounds_of(flow(create(0, 1), poll(1, 2), ending=FlowEnding.FAILED)) is None


def test_a_flow_that_did_not_complete_is_not_timed_as_a_whole() -> None:
    failed = flow(create(0, 1), poll(1, 2, VISIBLE), retrieve(2, 3), ending=FlowEnding.FAILED)
    assert "flow" not in times(failed)


def test_a_create_that_was_rejected_is_not_timed() -> None:
    assert times(flow(create(0, 1, meaning=Meaning.REJECTED), acceptable=False)) == {}


def test_a_flow_cut_off_before_its_first_call_has_no_times() -> None:
    assert times(flow(ending=None)) == {}


def test_the_server_s_own_times_count_from_when_it_accepted() -> None:
    server = ServerTimes(accepted_at_s=1000.0, received_at_s=1000.25, written_at_s=1000.5)
    found = times(flow(create(0, 1)), server)
    assert (found["server_queued"], found["server_written"]) == ([0.25], [0.5])


def test_server_clocks_that_disagree_do_not_give_negative_times() -> None:
    assert times(flow(create(0, 1)), ServerTimes(1000.0, 999.9, None))["server_queued"] == [0]


@pytest.mark.parametrize("server", [None, ServerTimes(), ServerTimes(None, 1.0, 2.0)])
def test_what_the_server_does_not_say_is_not_timed(server: ServerTimes | None) -> None:
    assert set(times(flow(create(0, 1)), server)) == {"create"}


def test_every_time_has_a_name_for_a_person() -> None:
    full = flow(create(0, 1), poll(1, 2, VISIBLE), retrieve(2, 3))
    assert set(times(full, ServerTimes(1.0, 2.0, 3.0))) == set(TIMINGS)
