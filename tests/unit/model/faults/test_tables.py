"""The tables of docs/faults.md are those that the catalogue and the schemas make."""

from pathlib import Path

import pytest

from model.faults.catalogue import KINDS
from model.faults.kinds import Kind
from model.faults.tables import definition_table, kinds_table, with_tables

TEXT = (Path(__file__).parents[4] / "docs" / "faults.md").read_text()


def test_the_documentation_is_up_to_date() -> None:
    assert with_tables(TEXT) == TEXT, "python -m model.faults.tables docs/faults.md"
    assert kinds_table() in TEXT
    assert definition_table() in TEXT


def test_a_table_that_is_out_of_date_is_written_anew_and_nothing_else() -> None:
    outdated = TEXT.replace("| `gsi-lag` |", "| `gsi-lug` |").replace("| `ttl_s` |", "| `ttl` |")
    assert outdated != TEXT
    assert with_tables(outdated) == TEXT
    assert with_tables("no table") == "no table"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_in_the_table_with_its_place(kind: Kind) -> None:
    assert f"| `{kind.name}` | {kind.place.value} | {kind.what} |" in TEXT
