"""What all tests share: Hypothesis's profiles, their order, and what the session's engine is tried without."""

import pytest

from harness.running.interrupts import restore_ctrl_c
from tests.examples import register_profiles

register_profiles()
# A run in the background of a shell ignores Ctrl-C, and so would every process that a test starts.
restore_ctrl_c()

pytest_plugins = ["pytester", "tests.shuffling"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without",
        metavar="SPEED_UP",
        action="append",
        default=[],
        help="leave a speed-up out of the session's engine, or all of them; repeat it for more",
    )
