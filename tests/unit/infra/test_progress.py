"""What a person sees while the stack changes."""

import sys

import pytest

from infra.progress import Lines
from infra.stack import Event


def event(status: str, reason: str = "") -> Event:
    return Event("1", "Queue", "AWS::SQS::Queue", status, reason)


def test_a_line_for_each_resource_that_settles_and_none_for_one_that_begins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Lines()

    lines.note("deleting what an earlier deploy left")
    lines.event(event("CREATE_IN_PROGRESS"))
    lines.event(event("CREATE_COMPLETE"))
    lines.event(event("CREATE_FAILED", "because [it] failed"))

    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" s  ", 1)[1] for line in err.splitlines()] == [
        "deleting what an earlier deploy left",
        "CREATE_COMPLETE      Queue (AWS::SQS::Queue)",
        "CREATE_FAILED        Queue (AWS::SQS::Queue)  because [it] failed",
    ]


def test_on_a_terminal_there_are_colours_and_the_same_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")

    Lines().event(event("CREATE_FAILED", "because [it] failed"))

    err = capsys.readouterr().err
    assert "\x1b[31m" in err
    assert "Queue (AWS::SQS::Queue)  because [it] failed" in err
