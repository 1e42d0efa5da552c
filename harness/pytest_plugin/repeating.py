"""The one command that repeats a failing test. Pure."""

import os
import shlex

from harness.pytest_plugin.options import DEFAULT_FLOWS
from harness.pytest_plugin.session import PytestSession


def repeat_command(session: PytestSession, node_id: str) -> str:
    """Return the command, for where the person started pytest.

    Args:
        session: whose seed and engine it repeats.
        node_id: the test, by pytest's name for it, which is relative to pytest's rootdir.
    """
    path, separator, name = node_id.partition("::")
    here = os.path.relpath(session.root / path, session.started_in)
    words = ["pytest", f"{here}{separator}{name}", "--seed", str(session.seed)]
    if session.flows != DEFAULT_FLOWS:
        words += ["--flows", str(session.flows)]
    if session.auth != "none":
        words += ["--auth", session.auth]
    if session.endpoint_url is not None:
        words += ["--engine", "external", "--endpoint-url", session.endpoint_url]
    return shlex.join(words)
