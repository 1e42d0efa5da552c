"""What is looked at before and after a run, and when the queue is quiet; in virtual time."""

import asyncio

import pytest

from harness.history import DepthSample, QueueDepths
from harness.observation import NoAnswerError, ObservationError, Redrive
from harness.observation.quiet import Baseline, observe_before, observe_finally, sample_depths, wait_for_quiet
from tests.unit.harness.observation.fake_observer import EMPTY, FakeObserver, item, message
from tests.unit.harness.virtual_time import run_in_virtual_time

WAITING = QueueDepths(visible=1, in_flight=0, delayed=0, dead_lettered=0)
IN_FLIGHT = QueueDepths(visible=0, in_flight=1, delayed=0, dead_lettered=0)
DELAYED = QueueDepths(visible=0, in_flight=0, delayed=1, dead_lettered=0)
REFUSED = ObservationError("queue users: AccessDenied")
GONE = NoAnswerError("queue users: nobody answers")
NOTHING_BEFORE = Baseline(frozenset(), frozenset(), frozenset(), foreign_before=False)


def test_an_empty_queue_is_quiet_when_it_was_seen_empty_for_a_while() -> None:
    waited = run_in_virtual_time(wait_for_quiet(FakeObserver(), timeout_s=10, settle_s=1))

    assert (waited.quiet, waited.waited_s, waited.depths, waited.problem) == (True, 1, EMPTY, None)


@pytest.mark.parametrize("busy", [WAITING, IN_FLIGHT, DELAYED])
def test_a_message_that_was_counted_nowhere_for_a_moment_is_waited_for(busy: QueueDepths) -> None:
    observer = FakeObserver(looks=[EMPTY, EMPTY, busy, EMPTY])

    waited = run_in_virtual_time(wait_for_quiet(observer, timeout_s=10, settle_s=0.5))

    assert (waited.quiet, waited.waited_s) == (True, 3 * 0.25 + 0.5)


def test_poison_between_its_deliveries_is_not_quiet_until_the_deadline_which_shows_it() -> None:
    waited = run_in_virtual_time(wait_for_quiet(FakeObserver(looks=[IN_FLIGHT]), timeout_s=60))

    assert (waited.quiet, waited.waited_s, waited.depths) == (False, 60, IN_FLIGHT)


def test_a_queue_that_is_empty_at_the_deadline_may_still_settle() -> None:
    observer = FakeObserver(looks=[*[WAITING] * 8, EMPTY])

    waited = run_in_virtual_time(wait_for_quiet(observer, timeout_s=2, settle_s=60))

    assert (waited.quiet, waited.waited_s) == (True, 62)


def test_a_queue_that_is_not_empty_after_the_deadline_ends_the_waiting() -> None:
    observer = FakeObserver(looks=[EMPTY, EMPTY, EMPTY, WAITING, EMPTY])

    waited = run_in_virtual_time(wait_for_quiet(observer, timeout_s=0.5, settle_s=60))

    assert (waited.quiet, waited.waited_s, waited.depths) == (False, 0.75, WAITING)


def test_looks_that_see_nothing_are_no_sign_of_quiet_and_end_the_waiting_when_they_are_many() -> None:
    observer = FakeObserver(looks=[WAITING, REFUSED, REFUSED, EMPTY, GONE])

    waited = run_in_virtual_time(wait_for_quiet(observer, timeout_s=60, settle_s=0.5))

    assert (waited.quiet, waited.depths, waited.problem) == (False, EMPTY, str(GONE))
    assert len(observer.asked) == 7


def test_nothing_is_read_from_queues_where_nothing_is_counted() -> None:
    observer = FakeObserver(items=[item("a")])

    baseline = run_in_virtual_time(observe_before(observer))

    assert baseline == Baseline(frozenset({"a"}), frozenset(), frozenset(), foreign_before=False)
    assert observer.asked == ["depths", "identities"]


def test_messages_in_the_queue_before_a_run_are_somebody_elses() -> None:
    observer = FakeObserver(
        looks=[QueueDepths(1, 0, 0, dead_lettered=1)],
        in_queue=[message("waiting")],
        in_dead_letter_queue=[message("dead")],
    )

    baseline = run_in_virtual_time(observe_before(observer))

    assert baseline == Baseline(frozenset(), frozenset({"waiting"}), frozenset({"dead"}), foreign_before=True)


def test_what_could_not_be_looked_at_before_is_unknown_and_not_empty() -> None:
    observer = FakeObserver(looks=[WAITING], errors={"queued": REFUSED, "identities": ObservationError("table: no")})

    baseline = run_in_virtual_time(observe_before(observer))

    assert baseline == Baseline(
        None, None, frozenset(), foreign_before=True, problems=("queue users: AccessDenied", "table: no")
    )


def test_a_run_whose_beginning_nobody_saw_has_no_end_that_could_be_told_apart() -> None:
    observer = FakeObserver(looks=[GONE], items=[item("a")])
    baseline = run_in_virtual_time(observe_before(observer))

    assert baseline == Baseline(None, None, None, foreign_before=True, problems=(str(GONE),))
    assert observer.asked == ["depths"]

    observer.looks = [EMPTY]
    final = run_in_virtual_time(observe_finally(observer, baseline, (), timeout_s=1))

    assert (final.stored, final.dead_lettered, final.foreign_before) == (None, None, True)
    assert final.problems == (str(GONE),)


def test_a_quiet_stack_holds_what_the_run_put_there() -> None:
    observer = FakeObserver(items=[item("before"), item("ours")], in_dead_letter_queue=[message("old"), message("p")])
    baseline = Baseline(frozenset({"before"}), frozenset(), frozenset({"old"}), foreign_before=False)

    final = run_in_virtual_time(observe_finally(observer, baseline, ["p"], timeout_s=10))

    assert final.quiet
    assert (final.waited_s, final.depths) == (0.5, EMPTY)
    assert final.stored == (item("ours"),)
    assert final.queued == ()
    assert final.dead_lettered == (message("p"),)
    assert (final.has_dead_letter_queue, final.max_receive_count) == (True, 5)
    assert final.visibility_timeout_s == 30
    assert (final.poison_sent, final.foreign_before, final.problems) == (("p",), False, ())
    assert "queued" not in observer.asked, "each look at the queue is one more receive"


def test_what_became_of_messages_that_were_there_before_is_not_the_runs() -> None:
    strangers = frozenset({"stored", "dead", "waiting"})
    observer = FakeObserver(
        looks=[WAITING],
        items=[item("a", handle="stored"), item("b", handle="ours")],
        in_queue=[message("waiting"), message("ours too")],
        in_dead_letter_queue=[message("dead")],
    )

    final = run_in_virtual_time(
        observe_finally(observer, Baseline(frozenset(), strangers, frozenset(), foreign_before=True), (), timeout_s=1)
    )

    assert final.stored == (item("b", handle="ours"),)
    assert (final.queued, final.dead_lettered) == ((message("ours too"),), ())
    assert final.foreign_before


def test_a_message_that_moves_on_while_it_is_not_quiet_is_seen_where_it_goes_to() -> None:
    observer = FakeObserver(looks=[IN_FLIGHT])

    run_in_virtual_time(observe_finally(observer, NOTHING_BEFORE, (), timeout_s=0))

    assert observer.asked == ["depths", "queued", "dead_lettered", "stored", "redrive", "visibility_timeout_s"]


def test_a_part_that_could_not_be_read_is_unknown_and_the_others_are_read() -> None:
    observer = FakeObserver(
        looks=[WAITING], errors={"queued": REFUSED, "redrive": REFUSED, "stored": ObservationError("table: slow")}
    )

    final = run_in_virtual_time(observe_finally(observer, NOTHING_BEFORE, (), timeout_s=0))

    assert (final.quiet, final.depths) == (False, WAITING)
    assert (final.queued, final.stored, final.dead_lettered) == (None, None, ())
    assert (final.has_dead_letter_queue, final.max_receive_count) == (None, None)
    assert final.problems == ("queue users: AccessDenied", "table: slow")


def test_an_engine_that_is_gone_is_asked_no_further_and_named_once() -> None:
    observer = FakeObserver(looks=[IN_FLIGHT, GONE], errors={"queued": GONE})

    final = run_in_virtual_time(observe_finally(observer, NOTHING_BEFORE, (), timeout_s=60))

    assert (final.quiet, final.depths, final.waited_s) == (False, IN_FLIGHT, 0.75)
    assert (final.stored, final.queued, final.dead_lettered, final.has_dead_letter_queue) == (None, None, None, None)
    assert final.problems == (str(GONE),)
    assert observer.asked == ["depths"] * 4 + ["queued"]


@pytest.mark.parametrize(
    ("redrive", "has_dead_letter_queue", "max_receive_count"),
    [(None, False, None), (Redrive(3, dead_letter_queue_exists=False), False, 3)],
)
def test_a_queue_without_a_dead_letter_queue_is_known_to_have_none(
    redrive: Redrive | None, has_dead_letter_queue: bool, max_receive_count: int | None
) -> None:
    final = run_in_virtual_time(observe_finally(FakeObserver(hands_on=redrive), NOTHING_BEFORE, (), timeout_s=1))

    assert (final.has_dead_letter_queue, final.max_receive_count) == (has_dead_letter_queue, max_receive_count)


def sampled(observer: FakeObserver, duration_s: float) -> tuple[list[DepthSample], list[str]]:
    samples: list[DepthSample] = []
    problems: list[str] = []

    async def sample() -> None:
        task = asyncio.create_task(
            sample_depths(observer, 1, zero_s=-100, on_sample=samples.append, on_problem=problems.append)
        )
        await asyncio.sleep(duration_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_in_virtual_time(sample())
    return samples, problems


def test_depths_are_sampled_on_the_runs_clock() -> None:
    samples, problems = sampled(FakeObserver(looks=[WAITING, EMPTY]), duration_s=2.5)

    assert samples == [DepthSample(100, WAITING), DepthSample(101, EMPTY), DepthSample(102, EMPTY)]
    assert problems == []


def test_a_slow_engine_is_not_asked_more_often_than_it_answers() -> None:
    observer = FakeObserver(look_takes_s=1.5)

    samples, _ = sampled(observer, duration_s=6.5)

    assert observer.asked_at_s == [0, 2, 4, 6]
    assert [sample.at_s for sample in samples] == [101.5, 103.5, 105.5]


def test_sampling_gives_up_after_three_failures_in_a_row_and_says_so_once() -> None:
    observer = FakeObserver(looks=[GONE, GONE, WAITING, GONE])

    samples, problems = sampled(observer, duration_s=60)

    assert samples == [DepthSample(102, WAITING)]
    assert problems == [f"the queue's depth is not sampled any more: {GONE}"]
    assert len(observer.asked) == 6
