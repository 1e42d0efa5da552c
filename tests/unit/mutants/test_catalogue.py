"""Every planted bug fits the present sources, changes them, and leaves files that an engine can take."""

from pathlib import Path

import pytest

from harness.callers import Auth
from harness.checking.catalogue import CHECKERS
from harness.errors import MisuseError
from infra.packaging import package
from infra.sources import read_document, read_function, read_template, read_text
from mutants.catalogue import MUTANTS, mutants_named
from mutants.circumstances import CIRCUMSTANCES
from mutants.mutant import Mutant
from mutants.planting import CHECKOUT, Planted, plant


def packaged(sources: Planted, auth: Auth) -> str:
    """What the bootstrap would hand to an engine, as one text."""
    choice = {Auth.NONE: "NONE", Auth.IAM: "AWS_IAM", Auth.JWT: "JWT"}[auth]
    made = package(
        read_template(sources.source_dir),
        lambda name: read_document(sources.source_dir / name),
        lambda name: read_text(sources.source_dir / name),
        read_function(sources.consumer_dir),
        authorizer=lambda: read_function(sources.authorizer_dir),
        parameters={"Authorization": choice},
    )
    return made.template_body + made.function.name + (made.authorizer.name if made.authorizer else "")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_bug_is_of_the_stack_or_of_its_client(mutant: Mutant) -> None:
    assert bool(mutant.edits) != bool(mutant.client)


@pytest.mark.parametrize(
    "mutant", [mutant for mutant in MUTANTS if not mutant.client], ids=lambda mutant: str(mutant.name)
)
def test_a_bug_of_the_stack_changes_what_is_deployed(mutant: Mutant, tmp_path: Path) -> None:
    sound = plant(mutant.circumstance.edits, tmp_path / "sound")
    faulty = plant([*mutant.circumstance.edits, *mutant.edits], tmp_path / "faulty")

    auth = mutant.circumstance.auth
    assert packaged(faulty, auth) != packaged(sound, auth)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_function_with_a_bug_is_still_python(mutant: Mutant, tmp_path: Path) -> None:
    faulty = plant([*mutant.circumstance.edits, *mutant.edits], tmp_path / "faulty")

    for path in (*faulty.consumer_dir.glob("*.py"), *faulty.authorizer_dir.glob("*.py")):
        compile(path.read_text(), path.name, "exec")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_bug_is_to_be_found_by_a_checker_that_there_is(mutant: Mutant) -> None:
    assert mutant.found_by in {checker.name for checker in CHECKERS}


def test_names_are_unique_and_fit_a_stack() -> None:
    names = [mutant.name for mutant in MUTANTS]

    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 30


def test_every_layer_has_bugs() -> None:
    touched = {Path(edit.path).parts[0] + Path(edit.path).suffix for mutant in MUTANTS for edit in mutant.edits}

    assert touched == {"infra.vtl", "infra.yaml", "consumer.py", "authorizer.py"}


def test_every_circumstance_brings_a_bug_out() -> None:
    used = {mutant.circumstance.name for mutant in MUTANTS}

    assert used >= {circumstance.name for circumstance in CIRCUMSTANCES}


def test_there_are_at_least_twelve() -> None:
    assert len(MUTANTS) >= 12


def test_mutants_are_found_by_name_in_the_catalogues_order() -> None:
    first, second = MUTANTS[:2]

    assert mutants_named([second.name, first.name]) == (first, second)
    assert mutants_named([]) == MUTANTS


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(MisuseError, match=r"no mutant is called 'nobody'; there are .*unescaped-name"):
        mutants_named(["nobody"])


def test_the_documentation_has_a_row_for_every_bug_and_circumstance() -> None:
    text = (CHECKOUT / "docs" / "mutants.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ")]

    for mutant in MUTANTS:
        cells = [f"`{mutant.name}`", mutant.broken, mutant.shows, mutant.circumstance.name, f"`{mutant.found_by}`"]
        assert f"| {' | '.join(cells)} |" in rows
    for circumstance in CIRCUMSTANCES:
        assert f"| {circumstance.name} | {circumstance.sentence} |" in rows
    assert len([row for row in rows if row.startswith("| `")]) == len(MUTANTS)
