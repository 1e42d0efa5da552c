"""What two runs have in common: by identity, and only where both could have had it."""

from collections.abc import Iterable
from dataclasses import replace

from harness.checking import CheckResult, Evidence
from harness.history import FaultHistory, Firing, FlowHistory, History
from harness.judging.results import Results
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.replaying.failure import broken_in
from harness.replaying.hits import compare_hits
from harness.replaying.sameness import Sameness, StoredEvidence, sameness
from harness.store.record import GitRecord, RunRecord, SourcesRecord
from harness.verdicts import Verdict, VerdictWord
from tests.unit.harness.literal_results import RECORD, figures

FOUND = Operation(OperationKind.CREATE, 0, 0, 1, Outcome.OK, Meaning.ACCEPTED, 202, handle="m")
POLL = Operation(OperationKind.STATUS, 1, 1, 2, Outcome.OK, Meaning.PENDING, 404, target="m")


def flow(number: int, name: str = "Ada", *, polls: int = 1, completed: bool = True) -> FlowHistory:
    ending = FlowEnding.COMPLETED if completed else FlowEnding.FAILED
    return FlowHistory(number, {"name": name}, True, (FOUND, *(POLL for _ in range(polls))), ending)


def firing(flow_number: int, operation: str, attempt: int = 1) -> Firing:
    return Firing(1.0, flow_number, f"flow {flow_number}", operation, attempt)


def fault(*firings: Firing, name: str = "bad", fired: int | None = -1, **definition: object) -> FaultHistory:
    count = len(firings) if fired == -1 else fired
    return FaultHistory(name, "crashes", definition, ((0, None),), 100, count, firings)


def history(flows: Iterable[FlowHistory], *faults: FaultHistory) -> History:
    return History(tuple(flows), asked=3, faults=faults)


def results(word: str = "valid", **broken: tuple[int, ...]) -> Results:
    checks = tuple(
        CheckResult(name, "", VerdictWord.INVALID, "", tuple(Evidence("", number) for number in numbers))
        for name, numbers in broken.items()
    )
    return Results(Verdict(VerdictWord(word), ""), checks, (), figures())


def compared(
    before: History, now: History, of_before: Results | None = None, of_now: Results | None = None
) -> dict[str, Sameness]:
    pair = (
        StoredEvidence(RECORD, before, of_before or results()),
        StoredEvidence(RECORD, now, of_now or results()),
    )
    return {each.what: each for each in sameness(*pair)}


class TestPayloads:
    """The bytes of each flow's create."""

    def test_they_are_the_same_whatever_the_order_in_which_flows_ended(self) -> None:
        found = compared(history([flow(0), flow(1, "Bob")]), history([flow(1, "Bob"), flow(0)]))["payloads"]
        assert (found.same, found.said) == (True, "2 flows sent the same bytes")

    def test_one_other_byte_is_named_by_its_flow(self) -> None:
        found = compared(history([flow(0), flow(1, "Bob")]), history([flow(0), flow(1, "bob")]))["payloads"]
        assert (found.same, found.said) == (False, "1 of 2 flows sent other bytes: 1")

    def test_a_flow_that_only_one_run_had_is_named(self) -> None:
        found = compared(history([flow(0), flow(1)]), history([flow(0)]))["payloads"]
        assert (found.same, found.details) == (False, ("1 flow only before: 1",))


class TestFaults:
    """Which fault hit what, at which attempt."""

    def test_the_same_hits_in_any_order_are_the_same(self) -> None:
        hits = firing(0, "PutItem"), firing(1, "PutItem")
        found = compare_hits(history([flow(0)], fault(*hits)), history([flow(0)], fault(*reversed(hits))))
        assert (found.same, found.said) == (True, "2 hits on 2 things in both")

    def test_another_flow_that_is_hit_is_not_the_same(self) -> None:
        flows = [flow(0), flow(1)]
        found = compare_hits(history(flows, fault(firing(0, "PutItem"))), history(flows, fault(firing(1, "PutItem"))))
        assert found.same is False
        assert "only before: bad on flow 0, PutItem, attempt 1" in found.details
        assert "only now: bad on flow 1, PutItem, attempt 1" in found.details

    def test_an_attempt_that_the_other_run_never_made_is_no_difference(self) -> None:
        before = history([flow(0, polls=3)], fault(firing(0, "GET /status/{messageId}", 3)))
        found = compare_hits(before, history([flow(0, polls=2)], fault()))
        assert found.same is True
        assert found.details == ("1 hit of attempts that only one of the runs is known to have had",)

    def test_an_attempt_that_the_other_run_made_and_was_spared_is_one(self) -> None:
        before = history([flow(0, polls=3)], fault(firing(0, "GET /status/{messageId}", 3)))
        assert compare_hits(before, history([flow(0, polls=3)], fault())).same is False

    def test_a_later_hit_of_the_same_thing_shows_that_there_was_the_attempt(self) -> None:
        before = history([], fault(firing(0, "ReceiveMessage", 1)))
        now = history([], fault(firing(0, "ReceiveMessage", 2)))
        assert compare_hits(before, now).same is False

    def test_what_never_came_back_may_not_have_reached_the_table(self) -> None:
        before = history([flow(0)], fault(firing(0, "PutItem")))
        assert compare_hits(before, history([flow(0, completed=False)], fault())).same is True

    def test_without_the_engine_s_count_nothing_can_be_told(self) -> None:
        found = compare_hits(history([], fault()), history([], fault(fired=None)))
        assert found.same is None

    def test_where_not_all_hits_were_kept_a_missing_one_says_nothing(self) -> None:
        before = history([flow(0)], fault(firing(0, "PutItem")))
        found = compare_hits(before, history([flow(0)], fault(fired=99)))
        assert found.same is None

    def test_faults_that_depend_on_time_are_named(self) -> None:
        timed = history([], fault(firing(0, "PutItem"), from_s=2.0))
        assert any("bounded by time" in detail for detail in compare_hits(timed, timed).details)

    def test_of_a_flow_that_was_begun_before_the_engine_was_back_no_attempt_is_certain(self) -> None:
        kill = FaultHistory("kills", "kills", {}, ((0, 9.0),), 1, 1, (Firing(0, None, "engine", "kill", 1),))
        before = history([flow(0)], fault(firing(0, "PutItem")), kill)
        assert compare_hits(before, history([flow(0)], fault(), kill)).same is True
        earlier = replace(kill, periods=((-9.0, -5.0),))
        assert compare_hits(before, history([flow(0)], fault(), earlier)).same is False

    def test_an_engine_that_only_one_run_killed_is_a_difference(self) -> None:
        again = FaultHistory(
            "kills", "kills", {"every_s": 1}, ((0, 1.0), (2, 3.0)), 2, 2,
            (Firing(0, None, "engine", "kill", 1), Firing(2, None, "engine", "kill", 2)),
        )  # fmt: skip
        once = replace(again, periods=((0, 1.0),), eligible=1, fired=1, firings=again.firings[:1])
        found = compare_hits(history([], again), history([], once))
        assert "1 hit of attempts that only one of the runs is known to have had" in found.details

    def test_no_faults_are_the_same_faults(self) -> None:
        assert compare_hits(history([]), history([])).same is True


class TestVerdicts:
    """What is broken, and by which flows."""

    def test_other_claims_and_other_flows_are_named(self) -> None:
        found = compared(
            history([]), history([]), results("invalid", lost=(1, 2), late=(3,)), results("invalid", lost=(1, 4))
        )
        assert found["verdict"].same is True
        assert (found["claims"].same, found["claims"].details) == (False, ("broken only before: late",))
        assert found["broken flows"].details == ("lost: 1, 2 before, 1, 4 now",)

    def test_a_run_that_is_valid_now_is_not_the_same(self) -> None:
        found = compared(history([]), history([]), results("invalid", lost=(1,)), results())
        assert (found["verdict"].same, found["verdict"].said) == (False, "invalid before, valid now")

    def test_a_requirement_that_was_missed_is_broken_too(self) -> None:
        assert broken_in(results("invalid", lost=())) == {"lost"}


def making(before: RunRecord, now: RunRecord) -> tuple[str, ...]:
    nothing = history([])
    found = sameness(StoredEvidence(before, nothing, results()), StoredEvidence(now, nothing, results()))
    return next(each.details for each in found if each.what == "making")


def test_all_that_the_runs_were_made_with_and_is_not_the_same_is_said() -> None:
    before = replace(RECORD, parameters=("A=1",), sources=SourcesRecord("s1", "f1"))
    now = replace(
        before,
        parameters=("A=2", "B=3"),
        sources=SourcesRecord("s1", "f2"),
        git=GitRecord("1111111", dirty=False),
        versions={"python": "3.13.9", "aiohttp": "3.13.0"},
        workload={"format": 1, "seed": 7, "flows": 3, "arrival": {"kind": "closed loop", "clients": 1}},
    )
    assert making(before, before) == ()
    details = making(before, now)
    assert "parameter A 1 -> 2" in details
    assert "function's code f1 -> f2" in details
    assert not any("stack's files" in detail for detail in details)
    assert "version of python 3.13.1 -> 3.13.9" in details
    assert any(detail.startswith("git revision") for detail in details)
    assert any(detail.startswith("workload arrival") for detail in details)


def test_where_the_run_was_made_is_no_difference() -> None:
    assert making(RECORD, replace(RECORD, run_id="other", account="111122223333", api_url="http://x")) == ()
