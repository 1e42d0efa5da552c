"""Only a response that is there as a whole is held back until its end."""

import pytest

from emulator.speedups.one_hand_off import is_whole


def test_a_body_of_the_announced_length_is_whole() -> None:
    assert is_whole([("Server", "x"), ("content-length", "3")], b"abc")


@pytest.mark.parametrize("headers", [[], [("Content-Length", "4")], [("Transfer-Encoding", "chunked")]])
def test_a_part_of_a_body_is_not(headers: list[tuple[str, str]]) -> None:
    assert not is_whole(headers, b"abc")
