"""A bug that no longer fits the sources is refused; the sources themselves are never touched."""

from pathlib import Path

import pytest

from mutants.mutant import Edit
from mutants.planting import PlantingError, plant


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small one: a template, a module of the function, and what is no source."""
    files = {
        "infra/template.yaml": "Delay: 0\n",
        "infra/deploy.py": "",
        "infra/templates/a.vtl": "one two two\n",
        "consumer/user.py": "id = 1\n",
        "consumer/__pycache__/user.pyc": "",
        "authorizer/policy.py": "allow = {}\n",
        "authorizer/__pycache__/policy.pyc": "",
    }
    for name, text in files.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "checkout"


def test_only_the_copy_is_changed(checkout: Path, tmp_path: Path) -> None:
    planted = plant([Edit("consumer/user.py", "1", "2")], tmp_path / "copy", checkout)

    assert (planted.consumer_dir / "user.py").read_text() == "id = 2\n"
    assert (checkout / "consumer/user.py").read_text() == "id = 1\n"


def test_only_what_is_deployed_is_copied(checkout: Path, tmp_path: Path) -> None:
    planted = plant([], tmp_path / "copy", checkout)

    copied = {str(path.relative_to(planted.folder)) for path in planted.folder.rglob("*") if path.is_file()}
    assert copied == {"infra/template.yaml", "infra/templates/a.vtl", "consumer/user.py", "authorizer/policy.py"}


def test_edits_are_made_one_after_the_other(checkout: Path, tmp_path: Path) -> None:
    edits = [Edit("infra/template.yaml", "Delay: 0", "Delay: 10"), Edit("infra/template.yaml", "10", "20")]

    assert (plant(edits, tmp_path / "copy", checkout).source_dir / "template.yaml").read_text() == "Delay: 20\n"


@pytest.mark.parametrize(("old", "times"), [("three", 0), ("two", 2)])
def test_a_text_that_is_not_there_exactly_once_is_refused(old: str, times: int, checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(PlantingError, match=rf"infra/templates/a.vtl has '{old}' {times} times, not once"):
        plant([Edit("infra/templates/a.vtl", old, "x")], tmp_path / "copy", checkout)
