"""What docs/faults.md sets on the engine is a fault."""

import re
from pathlib import Path

import pytest

from emulator.faults.wire import fault_in
from model.faults.catalogue import ENGINE_KINDS

TEXT = (Path(__file__).parents[4] / "docs" / "faults.md").read_text()
BODIES = re.findall(r"curl -X PUT \S+ -d '(\{.*\})'", TEXT)


def test_there_are_examples() -> None:
    assert len(BODIES) >= 5


@pytest.mark.parametrize("body", BODIES)
def test_every_example_is_a_fault(body: str) -> None:
    assert fault_in(body.encode(), "000000000000", "any").kind in ENGINE_KINDS
