"""What botocore signs is let in, and nothing else: not a byte of what is signed may be another.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.iam.refusals import Refusal
from model.iam.signatures.sent import SentRequest
from model.iam.signatures.verification import AccessKey
from tests.examples import examples
from tests.unit.model.iam.signatures.signing import (
    KEY,
    SECRET,
    URL,
    check,
    signed,
    with_header,
)

SEGMENTS = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FF), min_size=1, max_size=8).filter(
    lambda text: text not in (".", "..")
)
NAMES = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FF), min_size=1, max_size=6)
URLS = st.builds(
    lambda segments, query: (
        f"{URL}/{'/'.join(quote(each, safe='') for each in segments)}"
        + ("?" if query else "")
        + "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query)
    ),
    st.lists(SEGMENTS, max_size=3),
    st.lists(st.tuples(NAMES, NAMES), max_size=3),
)
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "X-Amz-Meta", "X-Other", "Accept"]),
    st.text("abc ;=,/", min_size=1, max_size=12).map(str.strip).filter(bool),
)


@settings(max_examples=examples(50))
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    URLS,
    st.tuples(st.binary(max_size=64), HEADERS),
    st.one_of(st.none(), st.just("session/token+=")),
    st.booleans(),
)
def test_what_botocore_signs_is_let_in(
    method: str, url: str, content: tuple[bytes, dict[str, str]], token: str | None, in_query: bool
) -> None:
    body, headers = content
    request = signed(method, url, body, headers, token=token, in_query=in_query)
    check(request, AccessKey(SECRET, token=token, expires_at=datetime.now(UTC) + timedelta(hours=1) if token else None))


def signed_parts(request: SentRequest) -> dict[str, bytes]:
    """Everything of a request that a signature is to protect, by name."""
    headers = {f"header {name}": value.encode() for name, value in request.headers}
    return {
        "method": request.method.encode(),
        "path": request.path.encode(),
        "query": request.query.encode(),
        "body": request.body,
        **headers,
    }


def with_part(request: SentRequest, part: str, value: bytes) -> SentRequest:
    if part == "body":
        return replace(request, body=value)
    text = value.decode("latin-1")
    if part.startswith("header "):
        return with_header(request, part.removeprefix("header "), text)
    if part == "method":
        return replace(request, method=text)
    return replace(request, path=text) if part == "path" else replace(request, query=text)


@settings(max_examples=examples(300))
@given(st.data(), st.booleans(), st.booleans())
def test_one_altered_byte_anywhere_is_never_let_in(data: st.DataObject, in_query: bool, in_session: bool) -> None:
    token = "session/token" if in_session else None
    key = AccessKey(SECRET, token=token)
    request = signed(
        "POST",
        f"{URL}/a%20b%2Fc?x=1&filter=%26x%3D2&empty=",
        b'{"name": "Ada", "email": "ada@example.com"}',
        {"Content-Type": "application/json", "X-Amz-Meta": "one  two", "X-Other": "more"},
        token=token,
        in_query=in_query,
    )
    check(request, key)
    parts = {name: value for name, value in signed_parts(request).items() if value}
    part = data.draw(st.sampled_from(sorted(parts)))
    place = data.draw(st.integers(0, len(parts[part]) - 1))
    byte = data.draw(st.integers(0, 255))
    altered = bytearray(parts[part])
    altered[place] = byte
    assume(altered != parts[part])
    if part == "query":
        # The same query in another spelling is the same query: names and values are signed as they are decoded.
        assume(decoded_query(bytes(altered)) != decoded_query(parts[part]))
    with pytest.raises(Refusal):
        check(with_part(request, part, bytes(altered)), key)


def decoded_query(query: bytes) -> list[tuple[bytes, bytes]]:
    pairs = [part.partition(b"=")[::2] for part in query.split(b"&") if part]
    return sorted((unquote_to_bytes(name), unquote_to_bytes(value)) for name, value in pairs)


@settings(max_examples=examples(100))
@given(st.data())
def test_bytes_added_or_taken_away_are_not_let_in(data: st.DataObject) -> None:
    request = signed("POST", f"{URL}?x=1", b'{"name": "Ada"}')
    part = data.draw(st.sampled_from(["path", "query", "body"]))
    value = signed_parts(request)[part]
    place = data.draw(st.integers(0, len(value) - 1))
    if data.draw(st.booleans()):
        altered = value[:place] + value[place + 1 :]
    else:
        altered = value[:place] + bytes([data.draw(st.integers(33, 126))]) + value[place:]
    if part == "query":
        assume(decoded_query(altered) != decoded_query(value))
    with pytest.raises(Refusal):
        check(with_part(request, part, altered), KEY)


def refusal(request: SentRequest, key: AccessKey | None = KEY, now: datetime | None = None) -> tuple[str, str, str]:
    with pytest.raises(Refusal) as refused:
        check(request, key, now)
    return refused.value.response_type, refused.value.error_type, refused.value.message or ""


def test_a_request_that_is_not_signed_has_no_token() -> None:
    unsigned = with_header(signed(), "Authorization", None)
    assert refusal(unsigned) == (
        "MISSING_AUTHENTICATION_TOKEN",
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    )


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer abc",
        "Basic YWRhOng=",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=x",
        "AWS4-HMAC-SHA256 Credential",
        "AWS4-HMAC-SHA512 Credential=a/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/execute-api/other, SignedHeaders=host, Signature=0",
    ],
)
def test_half_a_signature_is_incomplete(authorization: str) -> None:
    kind, error_type, _ = refusal(with_header(signed(), "Authorization", authorization))
    assert (kind, error_type) == ("INVALID_SIGNATURE", "IncompleteSignatureException")


def test_a_header_that_cannot_be_read_is_not_shown_as_it_was() -> None:
    _, _, message = refusal(with_header(signed(), "Authorization", "Bearer very-secret"))
    assert "very-secret" not in message


def test_two_signatures_are_one_too_many() -> None:
    request = signed()
    twice = replace(request, headers=[*request.headers, ("authorization", "AWS4-HMAC-SHA256 x")])
    assert refusal(twice)[1] == "IncompleteSignatureException"
    both = replace(signed(in_query=True), headers=request.headers)
    assert refusal(both)[1] == "IncompleteSignatureException"


def test_without_a_date_nobody_knows_when() -> None:
    assert "'X-Amz-Date' or a 'Date'" in refusal(with_header(signed(), "X-Amz-Date", None))[2]
    assert "ISO-8601" in refusal(with_header(signed(), "X-Amz-Date", "20261332T000000Z"))[2]


def test_a_key_of_nobody_an_inactive_one_and_another_secret() -> None:
    token_is_invalid = "The security token included in the request is invalid."
    unrecognized = ("INVALID_SIGNATURE", "UnrecognizedClientException", token_is_invalid)
    assert refusal(signed(), None) == unrecognized
    assert refusal(signed(), replace(KEY, is_active=False)) == unrecognized
    kind, error_type, message = refusal(signed(), AccessKey("another"))
    assert (kind, error_type) == ("INVALID_SIGNATURE", "InvalidSignatureException")
    assert message.startswith("The request signature we calculated does not match the signature you provided.")
    assert "The Canonical String for this request should have been" in message
    assert "another" not in message


def test_a_sessions_token_is_its_own_and_is_there() -> None:
    in_session = AccessKey(SECRET, token="right", expires_at=datetime.now(UTC) + timedelta(hours=1))
    check(signed(token="right"), in_session)
    for wrong in (signed(token="wrong"), signed(), signed(token="wrong", in_query=True)):
        assert refusal(wrong, in_session)[1] == "UnrecognizedClientException"
    assert refusal(signed(token="right"), KEY)[1] == "UnrecognizedClientException", "a user's key has no session"


def test_a_session_ends() -> None:
    ended = AccessKey(SECRET, token="t", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    expired = "The security token included in the request is expired"
    assert refusal(signed(token="t"), ended) == ("EXPIRED_TOKEN", "ExpiredTokenException", expired)
    assert refusal(signed(token="t"), replace(ended, secret="another"))[1] == "InvalidSignatureException"


@pytest.mark.parametrize("in_query", [False, True])
def test_a_signature_is_good_for_this_service_and_region_alone(in_query: bool) -> None:
    assert "correct service: 'execute-api'" in refusal(signed(service="sqs", in_query=in_query))[2]
    assert "valid region, not 'eu-west-1'" in refusal(signed(region="eu-west-1", in_query=in_query))[2]


def test_clocks_may_differ_by_five_minutes_and_a_replay_after_them_is_too_late() -> None:
    request = signed()
    now = datetime.now(UTC)
    check(request, KEY, now + timedelta(minutes=4, seconds=58))
    check(request, KEY, now - timedelta(minutes=4, seconds=58))
    assert refusal(request, KEY, now + timedelta(minutes=5, seconds=2))[2].startswith("Signature expired: ")
    assert refusal(request, KEY, now - timedelta(minutes=5, seconds=2))[2].startswith("Signature not yet current: ")


def test_a_stale_date_is_told_as_aws_tells_it() -> None:
    request = signed(headers={"X-Other": "x"})
    sent = next(request.values_of("x-amz-date"))
    now = datetime.strptime(sent, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) + timedelta(minutes=6)
    limit, current = (now - timedelta(minutes=5)).strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%dT%H%M%SZ")
    told = f"Signature expired: {sent} is now earlier than {limit} ({current} - 5 min.)"
    assert refusal(request, KEY, now)[2] == told


def test_a_signed_url_is_good_for_as_long_as_it_says() -> None:
    request = signed(in_query=True, expires=60)
    now = datetime.now(UTC)
    check(request, KEY, now + timedelta(seconds=58))
    assert refusal(request, KEY, now + timedelta(seconds=62))[2].startswith("Signature expired: ")
    longer = replace(request, query=request.query.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))
    assert refusal(longer)[1] == "InvalidSignatureException"
    for expires in ("0", "604801", "-1", "x"):
        beyond = replace(request, query=request.query.replace("X-Amz-Expires=60", f"X-Amz-Expires={expires}"))
        assert refusal(beyond)[1] == "IncompleteSignatureException"


def test_a_date_of_another_day_than_its_scope_is_refused() -> None:
    request = signed()
    authorization = next(request.values_of("authorization"))
    day = datetime.now(UTC).strftime("/%Y%m%d/")
    other = with_header(request, "Authorization", authorization.replace(day, "/20200101/"))
    assert refusal(other)[2].startswith("Date in Credential scope does not match")


def test_host_and_every_amz_header_have_to_be_signed() -> None:
    assert "'x-amz-target' must be a 'SignedHeader'" in refusal(with_header(signed(), "X-Amz-Target", "x"))[2]
    request = signed()
    authorization = next(request.values_of("authorization"))
    without_host = with_header(request, "Authorization", authorization.replace("SignedHeaders=host;", "SignedHeaders="))
    assert "'Host'" in refusal(without_host)[2]


def test_headers_that_nobody_signed_may_be_anything() -> None:
    check(with_header(signed(), "User-Agent", "anything"))
    check(with_header(signed(), "X-Amzn-Trace-Id", "Root=1-x"))


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0" * 64])
def test_a_body_has_to_be_signed(payload: str) -> None:
    request = signed(headers={"X-Amz-Content-SHA256": payload})
    assert refusal(request)[2].startswith("The value of 'x-amz-content-sha256' is not")


def test_a_path_is_signed_as_it_is_routed() -> None:
    request = signed("GET", f"{URL}/x", b"")
    for path in ("users//x", "users/./x", "users/y/../x", "users/%78", "users/x/"):
        assert refusal(replace(request, path=request.path.replace("users/x", path)))[1] == "InvalidSignatureException"
