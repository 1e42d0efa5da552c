"""A function is killed by the trace of its invocation, while it runs."""

from emulator.faults.running import Running

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def test_a_function_that_runs_is_known_by_its_trace_and_killed() -> None:
    running = Running()
    killed: list[str] = []
    with running.function(TRACE, lambda: killed.append("it")):
        assert running.runs("Self=1-67891234-12456789abcdef012345678;" + TRACE)
        assert not running.runs("Root=1-00000000-000000000000000000000000")
        assert not running.runs(None)
        running.kill(TRACE)
    assert killed == ["it"]


def test_one_that_has_ended_is_not_killed() -> None:
    running = Running()
    killed: list[str] = []
    with running.function(TRACE, lambda: killed.append("it")):
        pass

    running.kill(TRACE)
    running.kill(None)
    assert killed == []
    assert not running.runs(TRACE)


def test_a_function_that_invoked_another_is_known_while_that_runs_and_afterwards() -> None:
    running = Running()
    killed: list[str] = []
    with running.function(TRACE, lambda: killed.append("outer")):
        with running.function(TRACE, lambda: killed.append("inner")):
            running.kill(TRACE)
        assert running.runs(TRACE)
        running.kill(TRACE)
    assert killed == ["inner", "outer"]
    assert not running.runs(TRACE)
