"""What all tests share: Hypothesis's profiles, their order, and what the session's engine is tried without."""

import pytest

from harness.pytest_plugin.fixtures import SESSION
from harness.running.interrupts import restore_ctrl_c
from tests.examples import register_profiles

register_profiles()
# A run in the background of a shell ignores Ctrl-C, and so would every process that a test starts.
restore_ctrl_c()

pytest_plugins = ["pytester", "tests.shuffling"]

ENGINE_WITHOUT_SPEED_UPS = "engine-without-speed-ups"
"""The folder, among those of the session, of the engine that integration tests compare with."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without",
        metavar="SPEED_UP",
        action="append",
        default=[],
        help="leave a speed-up out of the session's engine, or all of them; repeat it for more",
    )


@pytest.hookimpl(tryfirst=True)  # before the plugin removes the session's folder
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engine without speed-ups, if a test had it started; the plugin stops its own."""
    session = config.stash.get(SESSION, None)
    if session is None or hasattr(config, "workerinput") or not session.state_dir.exists():
        return
    from harness.engines.embedded import EmbeddedEngine  # noqa: PLC0415 - only now is it clear that it is needed
    from harness.pytest_plugin.engine_sharing import session_dir  # noqa: PLC0415 - see above

    EmbeddedEngine(session_dir(session) / ENGINE_WITHOUT_SPEED_UPS).stop()
