"""One engine for all processes of a test session, started by the first that needs it.

Nothing is agreed on but the folder that it lives in: the launcher lets one engine start there, and whoever comes later
waits for it and joins. It ends with the session, and with the session's owner, however that one ends.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from harness.engines import Engine, RunningEngine
from harness.engines.checkout import make_container
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.engines.external import ExternalEngine
from harness.engines.transient import transient_state_dir
from harness.pytest_plugin.session import PytestSession


def shared_engine(session: PytestSession, *, without: Sequence[str] = ()) -> RunningEngine:
    """Return the session's engine, which answers.

    Args:
        session: whose.
        without: speed-ups to leave out; what the first process says counts.

    Raises:
        HarnessError: it did not start, or does not answer.
    """
    return _engine_of(session, without).start()


def session_dir(session: PytestSession) -> Path:
    """Return the folder of what lives no longer than the session: the engine, the outputs of the stacks."""
    return transient_state_dir(session.state_dir, session.owner_pid)


def end(session: PytestSession, *, passed: bool) -> None:
    """Stop the session's engine, if one was started. For the owner, after all others.

    The engine's log is kept until the next session when this one did not pass.

    Raises:
        HarnessError: it did not stop.
    """
    _engine_of(session).stop()
    if passed:
        shutil.rmtree(session_dir(session), ignore_errors=True)


def _engine_of(session: PytestSession, without: Sequence[str] = ()) -> Engine:
    if session.endpoint_url is not None:
        return ExternalEngine(session.endpoint_url)
    if session.engine == "container":
        return make_container(session_dir(session) / "engine", port=ANY_FREE_PORT, owner_pid=session.owner_pid)
    return EmbeddedEngine(
        session_dir(session) / "engine", port=ANY_FREE_PORT, stop_with_pid=session.owner_pid, without=without
    )
