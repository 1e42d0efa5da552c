"""What the processes of a test session agree on."""

import json
from pathlib import Path

from harness.pytest_plugin.session import PytestSession

SESSION = PytestSession(
    seed=7,
    flows=20,
    engine="embedded",
    endpoint_url=None,
    owner_pid=1,
    root=Path("/project"),
    started_in=Path("/project/tests"),
)


def test_a_worker_gets_what_the_controller_decided_and_an_account_of_its_own() -> None:
    first, second = (PytestSession.from_controller(SESSION.for_worker(number)) for number in (1, 2))
    assert (first.seed, first.flows, first.endpoint_url, first.owner_pid) == (7, 20, None, 1)
    assert (first.root, first.started_in) == (SESSION.root, SESSION.started_in)
    assert [each.account_id for each in (SESSION, first, second)] == ["100000000000", "100000000001", "100000000002"]


def test_what_a_worker_is_sent_is_of_plain_types() -> None:
    assert json.loads(json.dumps(SESSION.for_worker(1))) == SESSION.for_worker(1)
