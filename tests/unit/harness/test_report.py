"""The report on a literal run: what a person sees of flows that failed."""

import io

from rich.console import Console

from harness.api_client import NewUser
from harness.flow import FlowEnding, FlowPolicy, FlowResult
from harness.operations import Operation, OperationKind, Outcome
from harness.phases import Phases
from harness.report import as_text
from harness.run import Run, RunRequest
from harness.tally import Tally
from harness.workload import FlowPlan, Workload


def failed_flow(number: int, polls: int) -> FlowResult:
    create = Operation(OperationKind.CREATE, 100.0, 100.0, 100.0125, Outcome.OK, 202, "r-0", 40, "Accepted")
    statuses = [
        Operation(OperationKind.STATUS, 101.0 + n, 101.0 + n, 101.25 + n, Outcome.OK, 404, None, 30, f"Pending {n}")
        for n in range(polls)
    ]
    plan = FlowPlan(number, NewUser("Ada \x1b[31m\n\U0001f680", "ada@example.com"))
    return FlowResult(plan, FlowEnding.FAILED, "not done after 60 s", (create, *statuses), None)


def shown(*results: FlowResult) -> list[str]:
    request = RunRequest(Workload(seed=7, flows=50), FlowPolicy(), 10, "000000000000", "us-east-1", "users-api")
    run = Run(request, Phases({}), Tally(50))
    for result in results:
        run.tally.add(result)
    text = io.StringIO()
    Console(file=text, width=80).print(as_text(run), soft_wrap=True)
    return text.getvalue().splitlines()


def test_a_failed_flow_is_shown_with_what_was_sent_and_its_operations() -> None:
    assert shown(failed_flow(12, polls=1))[-4:] == [
        "flow 12: not done after 60 s",
        "  sent 'Ada \\x1b[31m\\n\\U0001f680', ada@example.com",
        "     0.000 s  create   ok       12.5 ms  Accepted",
        "     1.000 s  status   ok      250.0 ms  Pending 0",
    ]


def test_of_many_operations_the_first_and_the_last_are_shown() -> None:
    lines = shown(failed_flow(12, polls=100))[-9:]
    assert lines[0].endswith("Accepted")
    assert lines[3].endswith("Pending 2")
    assert lines[4] == "  ... 93 more"
    assert lines[5].endswith("Pending 96")
    assert lines[8].endswith("Pending 99")


def test_of_many_failed_flows_the_first_ten_are_shown_and_that_there_are_more() -> None:
    lines = shown(*(failed_flow(number, polls=1) for number in range(30)))
    assert lines[0] == "invalid: 30 of 50 flows failed"
    assert "The first 10 of 30 flows that did not complete:" in lines
    assert [line for line in lines if line.startswith("flow ")] == [
        f"flow {number}: not done after 60 s" for number in range(10)
    ]
