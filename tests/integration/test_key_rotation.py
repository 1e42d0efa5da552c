"""An issuer renews its keys, and a deployed stack follows: a new key is good soon after the issuer shows it.

https://openid.net/specs/openid-connect-core-1_0.html#RotateSigningKeys
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.callers.local_issuer import ISSUER, LocalIssuer, local_issuer
from harness.stack.deployment import Deployment
from mutants.deploying import deploy_in_process, retire
from mutants.mutant import Edit
from mutants.planting import plant
from tests.answering import answering
from tests.integration.engine_fixture import RunningEngine
from tests.integration.stack_fixture import CALL_TIMEOUT_S, QUICK_REDELIVERY
from tests.waiting import wait_until

# In a container no function reaches a server of this machine.
pytestmark = pytest.mark.same_machine

ACCOUNT_ID = "310000000022"
STACK_NAME = "rotation"
SOONER = Edit("authorizer/keys.py", "REFETCH_AT_MOST_EVERY_S: Final = 30\n", "REFETCH_AT_MOST_EVERY_S: Final = 4\n")
"""Nobody waits half a minute here; tests/unit/authorizer/test_keys.py holds the real value."""


class Issuers:
    """Whose keys an address shows, and how often it was asked for them."""

    def __init__(self) -> None:
        self.shown: list[LocalIssuer] = []
        self.asked = 0
        self.url = ""

    def key_set(self) -> bytes:
        self.asked += 1
        return json.dumps({"keys": [key for each in self.shown for key in json.loads(each.key_set())["keys"]]}).encode()


@pytest.fixture
def issuers() -> Iterator[Issuers]:
    made = Issuers()
    with answering(made.key_set) as made.url:
        yield made


@pytest.fixture
def stack(engine: RunningEngine, issuers: Issuers, tmp_path: Path) -> Iterator[Deployment]:
    trusted = {
        "Authorization": "JWT",
        "JwtIssuer": ISSUER,
        "JwtAudience": STACK_NAME,
        "JwtJwksUrl": issuers.url,
        **QUICK_REDELIVERY,
    }
    planted = plant([SOONER], tmp_path / "planted")
    deployment = deploy_in_process(
        engine.endpoint_url,
        ACCOUNT_ID,
        STACK_NAME,
        tmp_path / "outputs.json",
        parameters=trusted,
        source_dir=planted.source_dir,
        consumer_dir=planted.consumer_dir,
    )
    yield deployment
    retire(deployment)


def test_a_key_that_the_issuer_adds_is_good_soon_and_the_old_one_still(
    stack: Deployment, issuers: Issuers, tmp_path: Path
) -> None:
    old, new = local_issuer(tmp_path / "old"), local_issuer(tmp_path / "new")

    def status(issuer: LocalIssuer) -> int:
        """Ask with a token that nobody has seen, so that it is judged and not remembered."""
        headers = {"Authorization": f"Bearer {issuer.token(STACK_NAME)}"}
        return requests.get(f"{stack.api_url}/users/nobody", headers=headers, timeout=CALL_TIMEOUT_S).status_code

    issuers.shown = [old]
    assert (status(old), status(new)) == (404, 401)
    asked = issuers.asked
    issuers.shown = [old, new]
    wait_until(lambda: status(new), lambda seen: seen == 404, deadline_s=90)
    assert status(old) == 404
    assert issuers.asked == asked + 1, "who names a key that is not there makes nobody ask each time"
    issuers.shown = []
    assert (status(old), status(new)) == (404, 404), "keys that are known are good while the issuer has none to show"
