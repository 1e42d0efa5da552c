"""Signatures, held against those that AWS's own SDK makes of the same requests."""

from datetime import UTC, datetime
from unittest.mock import patch
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from harness.callers.signing import AccessKey, Signer
from harness.transport import Request

NOW_S = 1_795_461_015.5
KEY = AccessKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SESSION = AccessKey("ASIAIOSFODNN7EXAMPLE", KEY.secret, "FwoGZXIvYXdzE//==")


def by_the_sdk(request: Request, key: AccessKey, region: str) -> dict[str, str]:
    """Return the headers that botocore makes."""
    credentials = Credentials(key.id, key.secret, key.token)
    sdk_request = AWSRequest(request.method, request.url, dict(request.headers), request.body)
    with patch("botocore.auth.get_current_datetime", return_value=datetime.fromtimestamp(NOW_S, UTC)):
        SigV4Auth(credentials, "execute-api", region).add_auth(sdk_request)
    return dict(sdk_request.headers.items())


def by_us(request: Request, key: AccessKey, region: str) -> dict[str, str]:
    return dict(Signer(lambda: key, region, clock=lambda: NOW_S).signed(request).headers)


segments = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: quote(text, safe=""))
paths = st.lists(segments | st.sampled_from(["", ".", "..", "a~b", "x%2Fy"]), max_size=5).map(
    lambda parts: "/".join(["", *parts])
)
header_names = st.sampled_from(["Accept", "Content-Type", "X-Other", "X-Amzn-Trace-Id", "User-Agent"])
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
origins = st.sampled_from(
    ["http://127.0.0.1:4566", "https://x.execute-api.eu-west-1.amazonaws.com", "http://h:80", "https://h:443"]
)


@given(
    method=st.sampled_from(["GET", "POST"]),
    origin=origins,
    path=paths,
    headers=st.dictionaries(header_names, header_values),
    body=st.none() | st.binary(max_size=200),
    key=st.sampled_from([KEY, SESSION]),
    region=st.sampled_from(["us-east-1", "eu-west-1"]),
)
def test_a_signature_is_the_one_that_the_sdk_makes(
    *, method: str, origin: str, path: str, headers: dict[str, str], body: bytes | None, key: AccessKey, region: str
) -> None:
    request = Request(method, f"{origin}{path}", headers, body)
    assert by_us(request, key, region) == by_the_sdk(request, key, region)


def test_a_query_is_signed() -> None:
    request = Request("GET", "https://h/p?b=2&a=%20x&a=1&flag")
    assert by_us(request, KEY, "us-east-1") == by_the_sdk(request, KEY, "us-east-1")


def test_a_key_that_changes_is_the_one_that_signs() -> None:
    keys = iter([KEY, SESSION, SESSION])
    signer = Signer(lambda: next(keys), "us-east-1", clock=lambda: NOW_S)
    request = Request("GET", "http://h/p")
    wanted = [by_the_sdk(request, key, "us-east-1") for key in (KEY, SESSION, SESSION)]
    assert [dict(signer.signed(request).headers) for _ in range(3)] == wanted


def test_a_day_later_the_signature_is_of_that_day() -> None:
    now_s = [NOW_S]
    signer = Signer(lambda: KEY, "us-east-1", clock=lambda: now_s[0])
    request = Request("GET", "http://h/p")
    first = signer.signed(request).headers["Authorization"]
    now_s[0] += 86_400
    second = signer.signed(request).headers["Authorization"]
    assert "/20261123/" in first
    assert "/20261124/" in second
    assert Signer(lambda: KEY, "us-east-1", clock=lambda: now_s[0]).signed(request).headers["Authorization"] == second
