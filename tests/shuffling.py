"""A pytest plugin: runs tests in a random order that a seed repeats, to find tests that depend on others.

Modules are shuffled, classes within their modules, and tests within their classes. Where xdist distributes by group, a
group's tests stay on one worker in whatever order they come.
"""

from collections.abc import Iterator
from random import Random, SystemRandom
from typing import Any

import pytest

_DRAWN = "auto"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shuffle-seed",
        metavar="N",
        help=f"run tests in the random order of a seed; {_DRAWN}: of a drawn seed, shown in the report's header",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed, or take the one that xdist's controller drew: all workers must collect the same order."""
    workerinput: dict[str, str | None] = getattr(config, "workerinput", {})
    if "shuffle_seed" in workerinput:
        config.option.shuffle_seed = workerinput["shuffle_seed"]
    elif config.option.shuffle_seed == _DRAWN:
        config.option.shuffle_seed = str(SystemRandom().randrange(2**32))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist the seed."""
    node.workerinput["shuffle_seed"] = node.config.option.shuffle_seed


def pytest_report_header(config: pytest.Config) -> list[str]:
    seed: str | None = config.option.shuffle_seed
    return [] if seed is None else [f"shuffled: --shuffle-seed {seed}"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed: str | None = config.option.shuffle_seed
    if seed is not None:
        items.sort(key=lambda item: list(_places(item, seed)))


def _places(item: pytest.Item, seed: str) -> Iterator[float]:
    """Yield where a test's module comes, its class among those of the module, and the test among those of the class."""
    for node in item.listchain():
        if isinstance(node, pytest.Module | pytest.Class | pytest.Item):
            yield Random(f"{seed} {node.nodeid}").random()
