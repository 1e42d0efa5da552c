"""The project that most tests look at: up once for all of them."""

import os
from collections.abc import Iterator

import pytest

from tests.docker.composition import IMAGE, Project, docker


@pytest.fixture(scope="session", autouse=True)
def _built_image() -> None:
    """Fail in one line where there is no Docker, or no image."""
    if docker("image", "inspect", IMAGE).returncode != 0:
        pytest.fail(f"no Docker answers, or it has no image {IMAGE}: run `make docker-test`", pytrace=False)


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    """The stack, deployed and healthy. A test leaves it as it was."""
    project = Project(f"stack-test-{os.getpid()}")
    try:
        project.up()
        yield project
    finally:
        project.down()
