"""What is taken out of a text, and what is left as it was."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.bundling.cleaning import LEFT_OUT, Cleaner
from harness.callers.local_issuer import local_issuer
from harness.callers.signing import AccessKey, Signer
from harness.store.sources import read_sources
from harness.transport import Request
from harness.workload import Workload

ENVIRONMENT = {
    "MY_TOKEN": "hunter2-hunter2",
    "AWS_SECRET_ACCESS_KEY": "test",
    "LANG": "C.UTF-8",
    "EDITOR": "vi-the-best",
}
KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def cleaner() -> Cleaner:
    return Cleaner(ENVIRONMENT, {"/srv/people/ada": "~", "/srv/people/ada/project": "(here)"})


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (
            f"Authorization: AWS4-HMAC-SHA256 Credential={KEY_ID}/20261127/eu/sqs/aws4_request, Signature=0a1b2c",
            "0a1b2c",
        ),
        ("authorization: Bearer abc.def.ghi-jkl", "abc.def.ghi-jkl"),
        ('{"Authorization": "Basic dXNlcjpwYXNzd29yZA=="}', "dXNlcjpwYXNzd29yZA"),
        ("sent with Bearer 0123456789abcdef", "0123456789abcdef"),
        (f"found credentials {KEY_ID}", KEY_ID),
        (f"aws_secret_access_key = {SECRET}", SECRET),
        (f"AWS_SECRET_ACCESS_KEY={SECRET} make run", SECRET),
        (
            f"https://b.s3.amazonaws.com/k?X-Amz-Credential={KEY_ID}%2F2026&X-Amz-Signature=fe5f80f77d5fa3beca",
            "fe5f80f77",
        ),
        ("https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKID123&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D", "vjbyPxyb"),
        ("https://x.blob.core.windows.net/c?sv=1&sig=abcdefgh12345", "abcdefgh12345"),
        ("GET https://ada:lovelace@example.com/path", "lovelace"),
        ("redis://:lovelace@example.com", "lovelace"),
        ("--parameter DatabasePassword=swordfish --flows 3", "swordfish"),
        ("X-Api-Key: 7f3f2b1c", "7f3f2b1c"),
        ("Set-Cookie: session=abc123; Path=/", "abc123"),
        ("x-amz-security-token: FwoGZXIvYXdzE", "FwoGZXIvYXdzE"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "dozjgNryP4J3"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ", "ghp_0123456789"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----", "MIIEow"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEow and cut off", "MIIEow"),
        ("it said hunter2-hunter2 to me", "hunter2-hunter2"),
        ("/home/ada/.aws/config", "ada"),
        ("/Users/ada/Library", "ada"),
        ("/srv/people/ada/.netrc", "/srv/people"),
    ],
)
def test_a_secret_is_taken_out_in_any_of_its_forms_and_counted(text: str, secret: str) -> None:
    one = cleaner()
    cleaned = one.text(text)
    assert secret not in cleaned
    assert one.count > 0
    assert cleaner().text(cleaned) == cleaned, "clean is clean"
    in_json = cleaner().value({"body": json.dumps({"text": text}), "list": [text]})
    assert secret not in json.dumps(in_json)


@pytest.mark.parametrize(
    "text",
    [
        "GET /status/27dbd4d3-172a-4beb-b0c9-fd1773b5f018?x=1 404",
        "http://127.0.0.1:4566/_aws/execute-api/abc/v1?next=a@b",
        "message 27dbd4d3 of flow 0 is neither stored nor queued nor dead-lettered",
        "NextToken=abcdef, password=None",
        "a&Action=PurgeQueue #set($x=1) $input.path('$.name')",
        "valued vi-the-best in C.UTF-8, with test among the flows",
        "arn:aws:sqs:us-east-1:000000000000:users-api-users",
        "/srv/people/adam/file",
    ],
)
def test_what_is_no_secret_stays_as_it_was(text: str) -> None:
    one = cleaner()
    assert one.text(text) == text
    assert one.count == 0


def test_a_member_that_is_named_like_a_secret_holds_one() -> None:
    one = cleaner()
    document = {"password": "x", "nested": [{"apiKey": "y", "tokens": ["z"]}], "name": "Ada", "count": 3, "secret": ""}
    assert one.value(document) == {
        "password": LEFT_OUT,
        "nested": [{"apiKey": LEFT_OUT, "tokens": [LEFT_OUT]}],
        "name": "Ada",
        "count": 3,
        "secret": "",
    }
    assert one.count == 3


def test_the_longest_folder_wins() -> None:
    assert cleaner().text("in /srv/people/ada/project/x and /srv/people/ada/y") == "in (here)/x and ~/y"


def test_headers_are_left_out_unless_they_are_known_to_be_harmless() -> None:
    headers = {"User-Agent": "harness", "X-Whatever": "who knows"}
    assert cleaner().headers(headers) == {"User-Agent": "harness", "X-Whatever": LEFT_OUT}


def test_code_stays_a_program_and_loses_only_literals() -> None:
    source = f'''
import os
token = os.environ["TOKEN"]
def find(password: str = "swordfish", key_id="{KEY_ID}"):
    secret = make_secret(password)
    return {{"api_key": "0123456789", "next_token": "page-2"}}, token == secret
'''
    cleaned = cleaner().code(source)
    ast.parse(cleaned)
    assert not any(secret in cleaned for secret in ("swordfish", KEY_ID, "0123456789"))
    assert "make_secret(password)" in cleaned
    assert 'os.environ["TOKEN"]' in cleaned
    assert "page-2" in cleaned
    assert "Password: (left out)" in cleaner().code("Environment:\n  Password: swordfish\n  SecretArn: !Ref Secret\n")
    assert "SecretArn: !Ref Secret" in cleaner().code("Environment:\n  SecretArn: !Ref Secret\n")


def test_nothing_of_our_own_stack_is_taken_for_a_secret() -> None:
    for path, content in read_sources(None, None).files.items():
        if Path(path).suffix in {".py", ".yaml", ".vtl"}:
            assert cleaner().code(content.decode()) == content.decode(), path


@pytest.mark.parametrize("members", ["description: of it\n", "description: |\n      of it\n", "a.b/c-d:\n      e: 1\n"])
def test_what_is_named_like_a_secret_and_has_members_is_none(members: str) -> None:
    text = f"Authorization:\n    {members}"
    assert cleaner().code(text) == text


@pytest.mark.parametrize("text", ["password: swordfish\n", "password:\n  swordfish\n", "- api_key:  sword fish\n"])
def test_a_secret_in_a_configuration_is_taken_out(text: str) -> None:
    assert "fish" not in cleaner().code(text)


def test_nothing_of_who_called_is_left(tmp_path: Path) -> None:
    issuer = local_issuer(tmp_path)
    signer = Signer(lambda: AccessKey(KEY_ID, SECRET, "FwoGZXIvYXdzE"), "us-east-1")
    signed = signer.signed(Request("GET", "http://h/p")).headers
    token = issuer.token("users-api")
    private = json.loads(next(tmp_path.iterdir()).read_text())["d"]
    headers = {"Authorization": f"Bearer {token}", "X-Amz-Security-Token": signed["X-Amz-Security-Token"]}
    logged = "\n".join(f"{name}: {value}" for name, value in [*headers.items(), *signed.items()])

    for left in (cleaner().text(logged), json.dumps(cleaner().value(headers)), json.dumps(cleaner().headers(headers))):
        assert token.rpartition(".")[2] not in left
        assert signed["Authorization"].rpartition("=")[2] not in left
        assert "FwoGZXIvYXdzE" not in left
        assert KEY_ID not in left
    assert private not in issuer.key_set()


@given(st.integers(0, 2**32), st.integers(0, 99))
def test_what_flows_send_is_no_secret(seed: int, number: int) -> None:
    payload = Workload(seed, 100).plan(number).payload
    assert cleaner().value(payload) == payload
