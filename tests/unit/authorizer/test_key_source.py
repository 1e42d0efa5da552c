"""Keys from an address: fetched from a server on this machine, as they come or not at all."""

import pytest

from authorizer.key_source import key_source
from authorizer.keys import KeysUnknownError
from authorizer.settings import Settings
from tests.answering import answering
from tests.unit.authorizer.issuing import KEY_SET


def fetch(url: str) -> str:
    return key_source(Settings("i", "a", 30, "", url))()


def test_keys_come_from_their_address() -> None:
    with answering(KEY_SET.encode) as url:
        assert fetch(url) == KEY_SET


def test_keys_of_the_template_need_no_address() -> None:
    assert key_source(Settings("i", "a", 30, KEY_SET, ""))() == KEY_SET


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"", "HTTPError"),
        (500, b"", "HTTPError"),
        (200, b"x" * 70_000, "too long"),
        (200, b"\xff", "not text"),
    ],
)
def test_an_answer_that_is_none_is_no_key_set(status: int, body: bytes, reason: str) -> None:
    with answering(lambda: body, status=status) as url, pytest.raises(KeysUnknownError, match=reason):
        fetch(url)


def test_an_address_that_points_elsewhere_is_not_followed() -> None:
    with (
        answering(KEY_SET.encode) as elsewhere,
        answering(bytes, status=302, headers={"Location": elsewhere}) as url,
        pytest.raises(KeysUnknownError, match="HTTPError"),
    ):
        fetch(url)


def test_nobody_at_an_address_is_no_key_set() -> None:
    with answering(bytes) as url:
        pass
    with pytest.raises(KeysUnknownError, match="no answer"):
        fetch(url)
