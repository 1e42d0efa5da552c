"""What all tests share: Hypothesis's profile, and an option for what the session's engine is tried without."""

import pytest
from hypothesis import settings

# A shared, noisy machine: a slow example is no failure. What fails is printed with the blob that repeats it.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")

pytest_plugins = ["pytester"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without",
        metavar="SPEED_UP",
        action="append",
        default=[],
        help="leave a speed-up out of the session's engine, or all of them; repeat it for more",
    )
