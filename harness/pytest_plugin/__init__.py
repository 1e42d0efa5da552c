"""The pytest plugin: an engine for the session, a deployed stack for each worker, and flows to drive at it.

pytest loads it by itself where this package is installed (`pytest11`); `-p no:harness` leaves it out. It changes
nothing for tests that use no fixture of it: nothing is started, made or imported. How it is used: `docs/pytest.md`.
"""

import itertools
import sys
from collections.abc import Generator, Iterator
from typing import Any, Final

import pytest

from harness.pytest_plugin.fixtures import (
    SESSION,
    api,
    drive,
    fault,
    harness_engine,
    harness_session,
    harness_shape,
    harness_stack,
    harness_stack_request,
    workload,
)
from harness.pytest_plugin.options import add_options
from harness.pytest_plugin.repeating import repeat_command
from harness.pytest_plugin.session import PytestSession

__all__ = [  # the fixtures: pytest finds them here
    "api",
    "drive",
    "fault",
    "harness_engine",
    "harness_session",
    "harness_shape",
    "harness_stack",
    "harness_stack_request",
    "workload",
]

_SESSION_NAME: Final = "harness_session"
"""The name under which a worker gets the session, and that of the fixture which all others are built on."""
_WORKER_NUMBERS = pytest.StashKey[Iterator[int]]()
_PASSED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ours."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Know the session: decide it, or under xdist, as a worker, take what the controller decided."""
    if worker_input := _worker_input(config):
        config.stash[SESSION] = PytestSession.from_controller(worker_input[_SESSION_NAME])
    else:
        config.stash[SESSION] = PytestSession.from_options(config)
        config.stash[_WORKER_NUMBERS] = itertools.count(1)


@pytest.hookimpl(optionalhook=True)  # xdist's
def pytest_configure_node(node: Any) -> None:
    """Hand the session on to a worker, one that takes a killed one's place among them."""
    stash: pytest.Stash = node.config.stash
    numbers = stash[_WORKER_NUMBERS]
    node.workerinput[_SESSION_NAME] = stash[SESSION].for_worker(next(numbers))


def pytest_report_header(config: pytest.Config) -> str:
    """Say what any failure is repeated by."""
    session = config.stash[SESSION]
    return f"harness: --seed {session.seed} --flows {session.flows}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the command that repeats a test of ours beside its failure."""
    report = yield
    if report.failed and _SESSION_NAME in getattr(item, "fixturenames", ()):
        _add_repeat_command(report, item.config.stash[SESSION])
    return report


@pytest.hookimpl(optionalhook=True)  # xdist's
def pytest_handlecrashitem(report: pytest.TestReport, sched: Any) -> None:
    """Do the same for a test whose worker was killed: nobody is left who knows its fixtures."""
    session = sched.config.stash[SESSION]
    if session.state_dir.exists():
        _add_repeat_command(report, session)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Note how it went."""
    session.config.stash[_PASSED] = exitstatus == pytest.ExitCode.OK


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the session's engine, if a test had one started, when the last worker has gone."""
    session = config.stash.get(SESSION, None)
    if session is None or _worker_input(config) or not session.state_dir.exists():
        return
    from harness.errors import HarnessError  # noqa: PLC0415 - only now is it clear that it is needed
    from harness.pytest_plugin.engine_sharing import end  # noqa: PLC0415 - see above

    try:
        end(session, passed=config.stash.get(_PASSED, False))
    except HarnessError as error:
        sys.stderr.write(f"harness: {error}\n")


def _worker_input(config: pytest.Config) -> dict[str, Any]:
    """Return what the controller sent; nothing where there is none."""
    sent: dict[str, Any] = getattr(config, "workerinput", {})
    return sent


def _add_repeat_command(report: pytest.TestReport, session: PytestSession) -> None:
    report.sections.append(("to repeat it", repeat_command(session, report.nodeid)))
