"""The faults' control API over HTTP: held against its own document, and as a person uses it with curl."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from tests.integration.engine_fixture import RunningEngine, start_engine, stop_engine
from tests.integration.faults_fixture import EngineFaults
from tests.waiting import wait_until

load_all_checks()

pytestmark = pytest.mark.xdist_group("faults-control")


@pytest.fixture(scope="module")
def own_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """An engine for faults that nobody can foresee."""
    state_dir = tmp_path_factory.mktemp("faults") / "engine"
    try:
        yield start_engine(state_dir)
    finally:
        stop_engine(state_dir)


@pytest.fixture(scope="module")
def faults(own_engine: RunningEngine) -> EngineFaults:
    return EngineFaults(own_engine.endpoint_url, "300000000001")


@pytest.fixture(scope="module")
def document(own_engine: RunningEngine) -> schemathesis.BaseSchema:
    """The document as it is served, less the kinds that stop the engine itself."""
    served: Any = requests.get(f"{own_engine.endpoint_url}/_emulator/faults/openapi.json", timeout=30).json()
    kind = served["components"]["schemas"]["FaultDefinition"]["properties"]["kind"]
    kind["enum"] = [name for name in kind["enum"] if name not in {"pauses", "full-disk"}]
    return schemathesis.openapi.from_dict(served)


api = schemathesis.pytest.from_fixture("document")


@api.parametrize()  # type: ignore[untyped-decorator]  # schemathesis leaves it untyped
@settings(max_examples=50)
def test_every_made_up_request_gets_an_answer_that_the_document_allows(
    case: schemathesis.Case, own_engine: RunningEngine
) -> None:
    case.call_and_validate(
        base_url=own_engine.endpoint_url,
        timeout=30,
        # A schema cannot say that one bound is at most the other, nor which kind has which operations and a delay.
        excluded_checks=[checks.positive_data_acceptance],
    )


def test_curl_needs_no_content_type(faults: EngineFaults) -> None:
    answer = requests.put(
        f"{faults.url}/slow",
        data=b'{"kind": "api-latency"}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert requests.put(f"{faults.url}/slow", json={"kind": "api-latency"}, timeout=30).status_code == 200
    assert faults.heal("slow")["state"] == "healed"


def test_a_fault_heals_by_itself_when_nothing_comes_by(faults: EngineFaults) -> None:
    faults.set("short", "api-500", ttl_s=0.1)
    ended = wait_until(lambda: faults.get("short"), lambda seen: seen["state"] != "active", every_s=0.05)
    assert ended["state"] == "expired"
    assert ended["ended_at_s"] - ended["set_at_s"] < 2


def test_a_page_of_another_origin_cannot_set_a_fault(faults: EngineFaults) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    answer = requests.put(f"{faults.url}/foreign", json={"kind": "api-500"}, headers=headers, timeout=30)
    assert answer.status_code == 403
    assert requests.get(f"{faults.url}/foreign", timeout=30).status_code == 404
