import json
import signal
from datetime import UTC, datetime

import pytest

from emulator.services.lambda_ import outcome
from emulator.services.lambda_.outcome import Report

NOW = datetime(2026, 11, 23, 19, 20, 57, 975_123, UTC)


def test_a_timeout_is_told_as_aws_tells_it() -> None:
    failure = outcome.timed_out(3)
    assert json.loads(failure.answer("id-1")) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: id-1 Error: Task timed out after 3.00 seconds",
    }
    assert failure.lines("id-1", NOW) == ["2026-11-23T19:20:57.975Z id-1 Task timed out after 3.00 seconds"]


@pytest.mark.parametrize(
    ("returncode", "reason"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (137, "Runtime exited with error: exit status 137"),
        (-signal.SIGKILL, "Runtime exited with error: signal: killed"),
        (-signal.SIGSEGV, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_an_exit_is_told_as_aws_tells_it(returncode: int, reason: str) -> None:
    failure = outcome.exited(returncode)
    payload = json.loads(failure.answer("id-1"))
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"] == f"RequestId: id-1 Error: {reason}"
    assert failure.lines("id-1", NOW) == [f"RequestId: id-1 Error: {reason}", "Runtime.ExitError"]


def test_what_the_runtime_reported_reaches_the_caller_byte_for_byte() -> None:
    failure = outcome.init_failed("Runtime.ImportModuleError", b'{"errorMessage": "no \xc3\xa9"}')
    assert failure.answer("id-1") == b'{"errorMessage": "no \xc3\xa9"}'
    assert failure.lines("id-1", NOW) == []


def test_report_of_a_first_invocation_bills_its_initialization() -> None:
    # The figures of AWS's own example.
    report = Report("id-1", 133.61, 128, 31, 80.0, outcome.exited(1))
    assert report.lines == [
        "END RequestId: id-1",
        (
            "REPORT RequestId: id-1\tDuration: 133.61 ms\tBilled Duration: 214 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 31 MB\tInit Duration: 80.00 ms\tStatus: error\tError Type: Runtime.ExitError"
        ),
    ]


def test_report_of_a_later_invocation_ends_with_a_tab() -> None:
    assert Report("id-1", 1.0, 128, None, None, None).lines[1] == (
        "REPORT RequestId: id-1\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 128 MB\t"
    )


def test_report_of_a_timeout() -> None:
    assert (
        Report("id-1", 3004.92, 128, 33, 111.23, outcome.timed_out(3))
        .lines[1]
        .endswith(
            "Duration: 3004.92 ms\tBilled Duration: 3117 ms\tMemory Size: 128 MB\tMax Memory Used: 33 MB\t"
            "Init Duration: 111.23 ms\tStatus: timeout"
        )
    )


@pytest.mark.parametrize(
    ("reported", "logged"),
    [("Runtime.HandlerNotFound", "Runtime.HandlerNotFound"), ("ValueError", "Runtime.Unknown")],
)
def test_init_report_names_error_types_that_aws_knows(reported: str, logged: str) -> None:
    line = outcome.init_report_line(1236.04, "init", outcome.init_failed(reported, b"{}"))
    assert line == f"INIT_REPORT Init Duration: 1236.04 ms\tPhase: init\tStatus: error\tError Type: {logged}"


def test_response_too_large_is_told_as_aws_tells_it() -> None:
    assert json.loads(outcome.response_too_large()) == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
