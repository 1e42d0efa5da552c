"""Whose a token is: the good ones, and every way in which one is not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from authorizer.refusal import RefusedError
from authorizer.verification import Caller, verified_caller
from tests.unit.authorizer.issuing import (
    AUDIENCE,
    EC_KEY,
    FIND,
    ISSUER,
    LEEWAY_S,
    NOW_S,
    RSA_KEY,
    RULES,
    claims,
    encoded,
    segment,
    signed,
    with_secret,
)

ADA = Caller("ada", frozenset({"users:write", "users:read"}))


def caller_of(token: str) -> Caller:
    return verified_caller(token, FIND, RULES, NOW_S)


@pytest.mark.parametrize("key_id", ["ec", "rsa"])
def test_a_token_of_the_issuer_is_whose_it_says(key_id: str) -> None:
    assert caller_of(signed(key_id)) == ADA


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW_S - LEEWAY_S},
        {"nbf": NOW_S + LEEWAY_S},
        {"iat": NOW_S + LEEWAY_S},
        {"iat": None},
        {"exp": NOW_S + 0.5},
        {"aud": ["another", AUDIENCE]},
        {"jti": "x", "azp": {"any": "thing"}},
    ],
)
def test_what_is_just_good_enough_is_good(changes: dict[str, Any]) -> None:
    assert caller_of(signed(**changes)) == ADA


@pytest.mark.parametrize("token_type", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
def test_a_token_may_say_that_it_is_one(token_type: str) -> None:
    assert caller_of(signed(header={"typ": token_type})) == ADA


def test_what_nobody_knows_in_a_header_is_ignored() -> None:
    assert caller_of(signed(header={"x-of-the-issuer": "y"})) == ADA


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": NOW_S - LEEWAY_S - 1}, "it has expired"),
        ({"exp": 0}, "it has expired"),
        ({"exp": None}, "a claim is missing"),
        ({"exp": str(NOW_S + 60)}, "a time in it is none"),
        ({"exp": True}, "a time in it is none"),
        ({"exp": float("inf")}, "a time in it is none"),
        ({"exp": float("nan")}, "a time in it is none"),
        ({"nbf": NOW_S + LEEWAY_S + 1}, "it is not valid yet"),
        ({"nbf": float("-inf")}, "a time in it is none"),
        ({"iat": NOW_S + LEEWAY_S + 1}, "it was issued in the future"),
        ({"iss": f"{ISSUER}/"}, "another issuer made it"),
        ({"iss": ISSUER.upper()}, "another issuer made it"),
        ({"iss": [ISSUER]}, "it does not say who issued it"),
        ({"iss": None}, "it does not say who issued it"),
        ({"aud": "another"}, "it is for another audience"),
        ({"aud": AUDIENCE[:-1]}, "it is for another audience"),
        ({"aud": []}, "it is for another audience"),
        ({"aud": ["another"]}, "it is for another audience"),
        ({"aud": {AUDIENCE: True}}, "it is for another audience"),
        ({"aud": None}, "a claim is missing"),
        ({"sub": None}, "a claim is missing"),
        ({"sub": ""}, "a claim is wrong"),
        ({"sub": 7}, "its subject is not a text, or too long"),
        ({"sub": "x" * 256}, "its subject is not a text, or too long"),
        ({"sub": "a\nb"}, "its subject has characters that none has"),
        ({"sub": "\u0430da"}, "its subject has characters that none has"),
        ({"scope": ["users:write"]}, "its scope is not a text"),
    ],
)
@pytest.mark.parametrize("key_id", ["ec", "rsa"])
def test_a_token_with_a_wrong_claim_is_refused(key_id: str, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=f"^{reason}$"):
        caller_of(signed(key_id, **changes))


OTHER = ECKey.generate_key("P-256")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        pytest.param("", "it is not a token", id="nothing"),
        pytest.param("x", "it is not a token", id="a word"),
        pytest.param("a.b", "it is not a token", id="two parts"),
        pytest.param("a.b.c", "it is not a token", id="three words"),
        pytest.param("\u00fc.\u00fc.\u00fc", "it is not a token", id="not ASCII"),
        pytest.param(f"{segment([])}.{segment({})}.AAAA", "it is not a token", id="a header that is a list"),
        pytest.param(signed() + ".x", "it is not a token", id="four parts"),
        pytest.param(signed() + "=", "the signature is not the key's", id="padded"),
        pytest.param(signed(header={"typ": "logout+jwt"}), "it says that it is no access token", id="another type"),
        pytest.param(jwt.encode({"alg": "ES256"}, claims(), EC_KEY, ["ES256"]), "it names no key", id="no key ID"),
        pytest.param(signed(header={"kid": ""}), "it names no key", id="an empty key ID"),
        pytest.param(signed(header={"kid": "x" * 257}), "it names no key", id="a long key ID"),
        pytest.param(
            signed(header={"kid": "unknown"}), "it names a key that the issuer does not have", id="an unknown key ID"
        ),
        pytest.param(
            f"{segment({'alg': 'none', 'kid': 'ec'})}.{segment(claims())}.",
            "it names another algorithm than its key is for",
            id="no algorithm, no signature",
        ),
        pytest.param(
            f"{segment({'alg': 'None', 'kid': 'rsa'})}.{segment(claims())}.AAAA",
            "it names another algorithm than its key is for",
            id="no algorithm, in other letters",
        ),
        pytest.param(
            with_secret(RSA_KEY.as_pem(private=False), {"alg": "HS256", "kid": "rsa"}),
            "it names another algorithm than its key is for",
            id="HS256 with the public RSA key",
        ),
        pytest.param(
            with_secret(EC_KEY.as_pem(private=False), {"alg": "HS256", "kid": "ec"}),
            "it names another algorithm than its key is for",
            id="HS256 with the public EC key",
        ),
        pytest.param(
            with_secret(b"", {"alg": "HS256", "kid": "ec"}),
            "it names another algorithm than its key is for",
            id="HS256 with nothing",
        ),
        pytest.param(
            jwt.encode({"alg": "RS512", "kid": "rsa"}, claims(), RSA_KEY, ["RS512"]),
            "it names another algorithm than its key is for",
            id="another hash",
        ),
        pytest.param(
            jwt.encode({"alg": "PS256", "kid": "rsa"}, claims(), RSA_KEY, ["PS256"]),
            "it names another algorithm than its key is for",
            id="another padding",
        ),
        pytest.param(
            jwt.encode({"alg": "ES256", "kid": "rsa"}, claims(), EC_KEY, ["ES256"]),
            "it names another algorithm than its key is for",
            id="the other key's ID",
        ),
        pytest.param(
            jwt.encode({"alg": "ES256", "kid": "ec"}, claims(), OTHER, ["ES256"]),
            "the signature is not the key's",
            id="another key under a known ID",
        ),
        pytest.param(
            jwt.encode({"alg": "ES256", "kid": "ec", "jwk": OTHER.as_dict(private=False)}, claims(), OTHER, ["ES256"]),
            "the signature is not the key's",
            id="a key that the token brings along",
        ),
        pytest.param(
            f"{segment({'alg': 'ES256', 'kid': 'ec'})}.{segment(claims())}.{encoded(bytes(64))}",
            "the signature is not the key's",
            id="a signature of zeros",
        ),
        pytest.param(
            f"{segment({'alg': 'ES256', 'kid': 'ec'})}.{segment(claims())}.",
            "the signature is not the key's",
            id="no signature",
        ),
        pytest.param(
            f"{segment({'alg': 'ES256', 'kid': 'ec', 'crit': ['exp'], 'exp': 1})}.{segment(claims())}.AAAA",
            "it is not a token|the signature is not the key's",
            id="something critical that nobody knows",
        ),
    ],
)
def test_what_is_no_token_of_the_issuer_is_refused(token: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=f"^({reason})$"):
        caller_of(token)


def test_claims_that_are_no_object_are_refused() -> None:
    from joserfc import jws  # noqa: PLC0415 - only to sign what is no set of claims

    token = jws.serialize_compact({"alg": "ES256", "kid": "ec"}, json.dumps(["sub"]), EC_KEY, ["ES256"])
    with pytest.raises(RefusedError, match="its claims are not an object"):
        caller_of(token)


@pytest.mark.parametrize("key_id", ["ec", "rsa"])
def test_claims_that_were_changed_are_refused(key_id: str) -> None:
    header, _, signature = signed(key_id, scope="users:read").split(".")
    with pytest.raises(RefusedError, match="the signature is not the key's"):
        caller_of(f"{header}.{segment(claims())}.{signature}")


TOKENS = {key_id: signed(key_id) for key_id in ("ec", "rsa")}


@given(key_id=st.sampled_from(sorted(TOKENS)), place=st.integers(min_value=0), other=st.characters(codec="ascii"))
def test_a_token_with_one_character_changed_is_never_let_in(key_id: str, place: int, other: str) -> None:
    token = TOKENS[key_id]
    place %= len(token)
    changed = f"{token[:place]}{other}{token[place + 1 :]}"
    if changed == token:
        return
    with pytest.raises(RefusedError):
        caller_of(changed)


@given(token=st.text(max_size=300))
def test_no_text_breaks_it(token: str) -> None:
    with pytest.raises(RefusedError):
        caller_of(token)


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("users:write", {"users:write"}),
        ("  users:write  users:read ", {"users:write", "users:read"}),
        ("users:write\tusers:read", {"users:write\tusers:read"}),
        ("users:writer", {"users:writer"}),
        ("", set()),
        (None, set()),
    ],
)
def test_scopes_are_separated_by_spaces_and_meant_as_a_whole(scope: str | None, scopes: set[str]) -> None:
    assert caller_of(signed(scope=scope)).scopes == scopes


def test_what_keeps_from_knowing_a_key_is_not_the_token_s_fault() -> None:
    def find(_: str) -> None:
        raise ConnectionError("no keys")

    with pytest.raises(ConnectionError):
        verified_caller(signed(), find, RULES, NOW_S)
