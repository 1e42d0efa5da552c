"""The control API's operations, without a server, and its document."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from emulator.faults.control import MAX_BODY_BYTES, Answered, Asked, Control
from emulator.faults.document import ROOT, document
from emulator.faults.expiry import Expiry
from emulator.faults.registry import Faults
from model.faults import schemas
from model.faults.catalogue import ENGINE_KINDS
from model.faults.fault import Fault, Thing
from model.faults.identity import Identity
from model.faults.kinds import Place
from tests.unit.emulator.faults.clocks import FakeClock

ACCOUNT_ID = "000000000000"
SLOW = f"{ROOT}/{ACCOUNT_ID}/slow"


class Engine:
    """A control API, and what it controls."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.faults = Faults(self.clock, self.clock)
        self.begun: list[Fault] = []
        self.control = Control(self.faults, Expiry(self.faults), self.begun.append)

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Answered:
        answered = self.control(Asked(method, path, query, b"" if body is None else json.dumps(body).encode()))
        assert json.loads(answered.body) == answered.content
        if answered.status >= 400:
            Draft202012Validator(schemas.ERROR).validate(answered.content)
        return answered

    def come_by(self, *flows: int) -> None:
        for flow in flows:
            self.faults.hits(Place.REQUEST, Thing(Identity.of_flow(flow), ACCOUNT_ID, "POST /users", "api"))


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_a_fault_is_set_renewed_replaced_and_healed(engine: Engine) -> None:
    definition = {"kind": "api-latency", "rate": 1, "ttl_s": 60, "delay": {"fixed_ms": 5}}
    made = engine.ask("PUT", SLOW, definition)
    assert (made.status, made.content["state"], made.content["expires_in_s"]) == (201, "active", 60)
    engine.clock.now_s += 10
    engine.come_by(1)
    assert engine.ask("GET", SLOW).content["expires_in_s"] == 50
    renewed = engine.ask("PUT", SLOW, definition)
    assert (renewed.status, renewed.content["fired"], renewed.content["expires_in_s"]) == (200, 1, 60)
    replaced = engine.ask("PUT", SLOW, definition | {"seed": 8})
    assert (replaced.status, replaced.content["fired"]) == (201, 0)
    healed = engine.ask("DELETE", SLOW)
    assert (healed.status, healed.content["state"], healed.content["expires_in_s"]) == (200, "healed", None)
    assert healed.content["ended_at_s"] == engine.clock.now_s
    assert engine.ask("GET", SLOW) == engine.ask("DELETE", SLOW) == healed
    for answered in (made, renewed, replaced, healed):
        Draft202012Validator(schemas.FAULT).validate(answered.content)


def test_what_is_new_is_said_and_what_lives_on_is_not(engine: Engine) -> None:
    for seed in (1, 1, 2):
        engine.ask("PUT", SLOW, {"kind": "pauses", "seed": seed})
    assert [fault.seed for fault in engine.begun] == [1, 2]


def test_faults_are_listed_and_healed_by_account(engine: Engine) -> None:
    for account in ("000000000000", "111111111111"):
        for name in "ab":
            engine.ask("PUT", f"{ROOT}/{account}/{name}", {"kind": "api-500"})
    assert len(engine.ask("GET", ROOT).content["faults"]) == 4
    assert engine.ask("GET", f"{ROOT}/222222222222").content == {"faults": []}
    healed = engine.ask("DELETE", f"{ROOT}/111111111111").content["faults"]
    assert [(fault["account_id"], fault["state"]) for fault in healed] == [("111111111111", "healed")] * 2
    states = [fault["state"] for fault in engine.ask("GET", ROOT).content["faults"]]
    assert states == ["active", "active", "healed", "healed"]
    assert {fault["state"] for fault in engine.ask("DELETE", ROOT).content["faults"]} == {"healed"}


def test_firings_are_paged(engine: Engine) -> None:
    engine.ask("PUT", SLOW, {"kind": "api-500", "rate": 1})
    engine.come_by(5, 6, 7)
    page = engine.ask("GET", f"{SLOW}/firings", most="2").content
    assert ([firing["flow"] for firing in page["firings"]], page["next"]) == ([5, 6], 2)
    page = engine.ask("GET", f"{SLOW}/firings", after="2").content
    assert ([firing["flow"] for firing in page["firings"]], page["next"]) == ([7], 3)
    assert engine.ask("GET", f"{SLOW}/firings", after="3").content == {"firings": [], "next": 3}


def test_all_kinds_are_listed(engine: Engine) -> None:
    listed = engine.ask("GET", f"{ROOT}/kinds").content["kinds"]
    assert [kind["name"] for kind in listed] == [kind.name for kind in ENGINE_KINDS]


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", SLOW, 404, f"{SLOW}: no fault of this name has been set in this account"),
        ("DELETE", SLOW, 404, f"{SLOW}: no fault of this name has been set in this account"),
        ("GET", f"{SLOW}/firings", 404, f"{SLOW}: no fault of this name has been set in this account"),
        ("GET", f"{SLOW}/firings/1", 404, f"{SLOW}/firings/1: there is nothing here; {ROOT}/openapi.json says"),
        ("POST", SLOW, 405, f"{SLOW}: POST is there, GET or PUT or DELETE is expected"),
        ("PUT", ROOT, 405, f"{ROOT}: PUT is there, GET or DELETE is expected"),
        ("GET", f"{ROOT}/", 400, 'account ID: "" is there, an account of twelve digits is expected'),
        ("GET", f"{ROOT}/x/slow", 400, 'account ID: "x" is there, an account of twelve digits is expected'),
        ("GET", f"{ROOT}/{ACCOUNT_ID}/a b", 400, 'name: "a b" is there, a name of 1 to 63 of a-z, 0-9 and - that'),
        ("PUT", SLOW, 400, "body: nothing is there, a JSON object is expected"),
    ],
)
def test_what_cannot_be_done_says_why(method: str, path: str, status: int, words: str, engine: Engine) -> None:
    answered = engine.ask(method, path)
    assert answered.status == status
    assert answered.content["message"].startswith(words)
    assert (status == 405) == ("Allow" in answered.headers)
    assert not engine.faults.any


def test_a_body_without_end_is_refused(engine: Engine) -> None:
    answered = engine.control(Asked("PUT", SLOW, {}, b" " * (MAX_BODY_BYTES + 1)))
    assert (answered.status, answered.content["message"].partition(",")[0]) == (
        400,
        "body: 16777217 bytes are there",
    )


def test_the_document_is_one_of_openapi(engine: Engine) -> None:
    served: Any = json.loads(engine.ask("GET", f"{ROOT}/openapi.json").body)
    assert served == json.loads(json.dumps(document()))
    assert served["openapi"].startswith("3.1.")
    validate(served)


def test_every_path_of_the_document_is_served_and_no_method_besides(engine: Engine) -> None:
    engine.ask("PUT", SLOW, {"kind": "api-500"})
    for path, item in document()["paths"].items():
        filled = path.format(account_id=ACCOUNT_ID, name="slow")
        expected = {method.upper() for method in item} - {"PARAMETERS"}
        served = {
            method
            for method in ("GET", "PUT", "POST", "PATCH", "DELETE")
            if engine.ask(method, filled, {"kind": "api-500"}).status != 405
        }
        assert served == expected, path
