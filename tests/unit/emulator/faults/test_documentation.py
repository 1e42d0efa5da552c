"""What docs/faults.md says of the engine is so: every kind, and every fault that it sets."""

import re
from pathlib import Path

import pytest

from emulator.faults.wire import fault_in
from model.faults.kinds import KINDS, Kind

TEXT = (Path(__file__).parents[4] / "docs" / "faults.md").read_text()
BODIES = re.findall(r"curl -X PUT \S+ -d '(\{.*\})'", TEXT)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_in_the_table_with_its_place(kind: Kind) -> None:
    assert f"| `{kind.name}` | {kind.place.value} | " in TEXT


def test_there_are_examples() -> None:
    assert len(BODIES) >= 5


@pytest.mark.parametrize("body", BODIES)
def test_every_example_is_a_fault(body: str) -> None:
    assert fault_in(body.encode(), "000000000000", "any").kind in KINDS
