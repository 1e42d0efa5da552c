"""What earlier versions wrote stays readable: names in stored files are a contract.

The files in `tests/unit/harness/stored` were written by the versions that they name, with their own writers. A name in
one of them changes only with a new format version; the file of the old version then stays beside the new one.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from harness.bundling.unpacking import unpack_bundle
from harness.checking import Agreement
from harness.history.reader import read_history
from harness.judging.judge import judge_run
from harness.shape.users import USERS_API
from harness.stack.deployment import DeploymentRequest
from harness.store.record import record_from_json
from harness.verdicts import VerdictWord
from harness.workload.document import workload_from_json, workload_to_json

STORED = Path(__file__).parents[1] / "stored"
FLOWS = {1: 3, 2: 3, 3: 6}
WRONG_CALLERS = [None, "not-yet-valid", "no-algorithm", "reads-only", "wrong-audience", "malformed"]


def read(name: str) -> Any:
    return json.loads((STORED / name).read_text())


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_history_of_each_version_is_read_whole(version: int) -> None:
    history = read_history(STORED / f"history-{version}.jsonl")

    flows = list(history.flows)
    assert (history.complete, history.asked, len(flows)) == (True, FLOWS[version], FLOWS[version])
    assert all(len(flow.operations) == 4 for flow in flows)


@pytest.mark.parametrize("version", [1, 2])
def test_a_history_of_an_earlier_version_is_judged(version: int) -> None:
    history = read_history(STORED / f"history-{version}.jsonl")

    results = judge_run(history, Agreement(USERS_API, visible_within_s=30))

    assert results.verdict.word is VerdictWord.VALID


def test_a_history_says_what_was_wrong_with_each_caller() -> None:
    flows = read_history(STORED / "history-3.jsonl").flows
    assert [flow.stranger for flow in flows] == WRONG_CALLERS


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_run_record_of_each_time_is_read(version: int) -> None:
    document = read(f"run-of-history-{version}.json")
    record = record_from_json(document)

    workload = workload_from_json(record.workload)
    assert (workload.seed, workload.flows) == (7, FLOWS[version])


def test_a_workload_keeps_its_names_and_what_its_seed_draws() -> None:
    document = read("workload-1.json")
    workload = workload_from_json(document)

    assert workload_to_json(workload) == document
    assert [workload.plan(number).stranger for number in range(6)] == WRONG_CALLERS


def test_a_bundle_of_the_first_format_is_unpacked(tmp_path: Path) -> None:
    folder = unpack_bundle(STORED / "bundle-1.zip", tmp_path)

    assert folder.read_record() == record_from_json(read("run-of-history-3.json"))
    assert list(read_history(folder.history_path).flows) == list(read_history(STORED / "history-3.jsonl").flows)


def test_a_test_file_that_shrink_wrote_finds_its_imports_where_they_were() -> None:
    assert import_module("harness.deployment").DeploymentRequest is DeploymentRequest
