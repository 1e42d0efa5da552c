"""An API that is not ours, on a server of its own, by nothing but the shape that the how-to shows."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.command_line import main
from tests.unit.harness.documents_api import DocumentsApi, serving_documents

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def run_on(api: DocumentsApi, tmp_path: Path) -> tuple[int, dict[str, Any]]:
    with serving_documents(api) as api_url:
        arguments = ["run", "--shape", str(EXAMPLES / "documents-shape.json"), "--api-url", api_url]
        arguments += ["--openapi", str(EXAMPLES / "documents-openapi.yaml"), "--flows", "40", "--clients", "4"]
        arguments += ["--polling", "fixed:20ms", "--seed", "7", "--json", "--state-dir", str(tmp_path)]
        result = CliRunner().invoke(main, arguments)
    return result.exit_code, json.loads(result.stdout)["results"]


def found_by(results: dict[str, Any]) -> set[str]:
    return {check["name"] for check in results["checks"] if check["verdict"] == "invalid"}


def test_a_sound_api_of_another_shape_is_found_sound(tmp_path: Path) -> None:
    api = DocumentsApi()
    exit_code, results = run_on(api, tmp_path)
    assert exit_code == 0, results["verdict"]
    assert results["figures"]["flows"]["completed"] == 40
    assert 30 < len(api.documents) <= 40  # some payloads are invalid on purpose
    assert {check["verdict"] for check in results["checks"]} == {"valid"}


@pytest.mark.parametrize(
    ("bug", "checker"),
    [
        ("fails", "every-flow-completed"),
        ("forgets", "visible-stays-visible"),
        ("mixes up", "retrieved-as-sent"),
        ("off contract", "answers-as-agreed"),
    ],
)
def test_a_bug_is_found_by_the_checker_that_should_find_it(tmp_path: Path, bug: str, checker: str) -> None:
    exit_code, results = run_on(DocumentsApi(bug), tmp_path)
    assert exit_code == 1
    assert checker in found_by(results)
