"""Headers are found, and missed, as Werkzeug's own methods find and miss them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import EnvironHeaders, Headers

from emulator.patches.header_look_ups import contains, get

NAMES = st.sampled_from(["Accept", "accept", "ACCEPT", "Content-Type", "x-odd", "\u0130", ""])


@given(present=st.lists(st.tuples(NAMES, st.sampled_from(["", "1", "x"]))), wanted=NAMES)
def test_a_header_is_found_as_ever(present: list[tuple[str, str]], wanted: str) -> None:
    headers: Any = Headers(present)
    assert get(headers, wanted) == headers.get(wanted)
    assert get(headers, wanted, "none") == headers.get(wanted, "none")
    assert get(headers, wanted, 7, type=int) == headers.get(wanted, 7, type=int)
    assert contains(headers, wanted) == (wanted in headers)


@pytest.mark.parametrize("name", ["Content-Type", "X-Odd", "none"])
def test_headers_of_an_environment_keep_their_own_way(name: str) -> None:
    headers: Any = EnvironHeaders({"CONTENT_TYPE": "text/plain", "HTTP_X_ODD": "1"})
    assert get(headers, name) == headers.get(name)
    assert contains(headers, name) == (name in headers)
