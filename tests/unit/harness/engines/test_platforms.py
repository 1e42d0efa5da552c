"""What runs in a container: this machine's own packages on Linux, those of Docker's machine elsewhere."""

import pytest

from harness.engines.platforms import packages_on
from harness.stack.deployment import PACKAGES_FOR
from infra.dependencies import HERE, PLATFORMS


@pytest.mark.parametrize(
    ("system", "machine", "packages"),
    [
        ("linux", "x86_64", None),
        ("linux", "aarch64", None),
        ("darwin", "arm64", "arm64"),
        ("darwin", "x86_64", "x86_64"),
        ("win32", "AMD64", "x86_64"),
        ("win32", "ARM64", "arm64"),
    ],
)
def test_packages_are_those_of_docker_s_linux(system: str, machine: str, packages: str | None) -> None:
    assert packages_on("container", system, machine) == packages
    assert packages_on("embedded", system, machine) is None


def test_the_bootstrap_takes_all_that_can_be_asked_for() -> None:
    assert set(PACKAGES_FOR) == {HERE, *PLATFORMS}
