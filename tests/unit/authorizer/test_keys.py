"""The issuer's keys: which are of use, when they are fetched, and how long they serve."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from authorizer.keys import (
    FRESH_FOR_S,
    REFETCH_AT_MOST_EVERY_S,
    USABLE_FOR_S,
    Keys,
    KeysUnknownError,
    keys_of,
)
from tests.unit.authorizer.issuing import EC_KEY, KEY_SET, RSA_KEY, key_set

if TYPE_CHECKING:
    from collections.abc import Callable


def of_members(*members: dict[str, Any]) -> dict[str, str]:
    return {key_id: key.algorithm for key_id, key in keys_of(json.dumps({"keys": members})).items()}


EC = EC_KEY.as_dict(private=False) | {"kid": "a"}
RSA = RSA_KEY.as_dict(private=False) | {"kid": "b"}


def test_each_kind_of_key_has_its_one_algorithm() -> None:
    assert of_members(EC, RSA | {"use": "sig", "alg": "RS256", "key_ops": ["verify"]}) == {"a": "ES256", "b": "RS256"}


@pytest.mark.parametrize(
    "member",
    [
        EC | {"use": "enc"},
        EC | {"alg": "ECDH-ES"},
        EC | {"key_ops": ["sign"]},
        EC | {"key_ops": "verify"},
        EC | {"crv": "P-384"},
        EC | {"y": EC["x"]},
        EC | {"kid": 7},
        {name: value for name, value in EC.items() if name != "kid"},
        {name: value for name, value in EC.items() if name != "x"},
        RSA | {"alg": "RS512"},
        RSA | {"alg": "HS256"},
        RSA | {"n": 5},
        RSAKey.generate_key(1024).as_dict(private=False) | {"kid": "a"},
        ECKey.generate_key("P-521").as_dict(private=False) | {"kid": "a"},
        OKPKey.generate_key("Ed25519").as_dict(private=False) | {"kid": "a"},
        OctKey.generate_key(256).as_dict(private=True) | {"kid": "a"},
        {"kty": ["EC"], "kid": "a"},
        {},
    ],
)
def test_a_key_that_is_for_something_else_or_weak_or_none_is_passed_over(member: dict[str, Any]) -> None:
    assert of_members(member, RSA | {"kid": "other"}) == {"other": "RS256"}


def test_an_id_that_two_keys_have_is_nobody_s() -> None:
    assert of_members(EC, RSA | {"kid": "a"}) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"keys": {}}', '"keys"', "null", "[" * 100_000])
def test_what_is_no_key_set_is_refused(text: str) -> None:
    with pytest.raises(KeysUnknownError):
        keys_of(text)


def test_a_private_key_in_a_set_serves_as_the_public_one() -> None:
    key = keys_of(json.dumps({"keys": [EC_KEY.as_dict(private=True) | {"kid": "a"}]}))["a"].key
    assert not key.is_private


class Issuer:
    """Answers what it is told to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.asked = 0
        self.logged: list[str] = []
        self.answer: Callable[[], str] = lambda: KEY_SET
        self.keys = Keys(self._fetch, lambda: self.now_s, self._log)

    def _fetch(self) -> str:
        self.asked += 1
        return self.answer()

    def _log(self, level: str, message: str, **fields: str | int) -> None:
        del level, fields
        self.logged.append(message)

    def fail(self) -> None:
        def answer() -> str:
            raise KeysUnknownError("down")

        self.answer = answer

    def find(self, key_id: str) -> bool:
        return self.keys.find(key_id) is not None


def test_keys_are_fetched_once_and_kept() -> None:
    issuer = Issuer()
    assert issuer.asked == 0
    assert all(issuer.find("ec") and issuer.find("rsa") for _ in range(10))
    assert issuer.asked == 1


def test_a_new_key_is_found_as_soon_as_a_token_names_it() -> None:
    issuer = Issuer()
    assert issuer.find("ec")
    issuer.answer = lambda: key_set(new=EC_KEY)
    issuer.now_s += REFETCH_AT_MOST_EVERY_S + 1

    assert issuer.find("new")
    assert not issuer.find("ec")


def test_nobody_makes_it_ask_more_often_than_now_and_then() -> None:
    issuer = Issuer()
    for _ in range(1000):
        assert not issuer.find("made-up")
        issuer.now_s += 0.1
    assert issuer.asked == 1 + 100 // REFETCH_AT_MOST_EVERY_S


def test_a_key_that_was_taken_back_is_not_good_for_long() -> None:
    issuer = Issuer()
    assert issuer.find("ec")
    issuer.answer = lambda: key_set(rsa=RSA_KEY)
    issuer.now_s += FRESH_FOR_S
    assert issuer.find("ec")
    issuer.now_s += 1
    assert not issuer.find("ec")


def test_old_keys_serve_for_a_while_when_the_issuer_does_not_answer() -> None:
    issuer = Issuer()
    assert issuer.find("ec")
    issuer.fail()
    issuer.now_s += USABLE_FOR_S
    assert issuer.find("ec")
    assert issuer.logged == ["The issuer's keys could not be fetched"]
    issuer.now_s += 1
    with pytest.raises(KeysUnknownError):
        issuer.find("ec")


def test_without_keys_nobody_can_be_judged_until_the_issuer_answers() -> None:
    issuer = Issuer()
    issuer.fail()
    for _ in range(3):
        with pytest.raises(KeysUnknownError):
            issuer.find("ec")
    assert issuer.asked == 1
    issuer.answer = lambda: KEY_SET
    issuer.now_s += REFETCH_AT_MOST_EVERY_S + 1
    assert issuer.find("ec")


def test_a_set_that_is_none_does_not_take_the_place_of_one() -> None:
    issuer = Issuer()
    assert issuer.find("ec")
    issuer.answer = lambda: "<html>"
    issuer.now_s += FRESH_FOR_S + 1
    assert issuer.find("ec")
