"""The table of definiteness, line by line, and that it has a line for whatever can happen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.driving.definiteness import TABLE, Cause, Oddity, outcome_of
from harness.operations import Meaning, OperationKind, Outcome
from harness.transport import TransportFailure

OK, FAIL, INFO = Outcome.OK, Outcome.FAIL, Outcome.INFO


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (Meaning.ACCEPTED, OK),
        (Meaning.REJECTED, FAIL),
        (400, FAIL),
        (403, FAIL),
        (404, FAIL),
        (413, FAIL),
        (429, FAIL),
        (499, FAIL),
        (500, INFO),
        (502, INFO),
        (503, INFO),
        (504, INFO),
        (599, INFO),
        (200, INFO),
        (202, INFO),
        (301, INFO),
        (600, INFO),
        (Oddity.INTERRUPTED, INFO),
        (TransportFailure.REFUSED, FAIL),
        (TransportFailure.CONNECT_TIMED_OUT, FAIL),
        (TransportFailure.RESET_BEFORE_SENDING, FAIL),
        (TransportFailure.RESET_AFTER_SENDING, INFO),
        (TransportFailure.READ_TIMED_OUT, INFO),
        (TransportFailure.MALFORMED, INFO),
        (TransportFailure.TOO_LARGE, INFO),
    ],
)
def test_a_create_is_fail_only_where_it_cannot_have_reached_the_queue(cause: Cause, expected: Outcome) -> None:
    assert outcome_of(OperationKind.CREATE, cause) is expected


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [
        (OperationKind.STATUS, Meaning.VISIBLE),
        (OperationKind.STATUS, Meaning.PENDING),
        (OperationKind.STATUS, Meaning.FAILED),
        (OperationKind.RETRIEVE, Meaning.FOUND),
        (OperationKind.RETRIEVE, Meaning.MISSING),
    ],
)
def test_a_read_that_means_something_is_ok(kind: OperationKind, meaning: Meaning) -> None:
    assert outcome_of(kind, meaning) is OK


@pytest.mark.parametrize("kind", [OperationKind.STATUS, OperationKind.RETRIEVE])
@pytest.mark.parametrize("cause", [*TransportFailure, *Oddity, 200, 202, 302, 400, 404, 403, 429, 500, 503, 504])
def test_any_other_read_is_fail_for_it_changed_nothing(
    kind: OperationKind, cause: int | TransportFailure | Oddity
) -> None:
    assert outcome_of(kind, cause) is FAIL


@given(
    kind=st.sampled_from(OperationKind),
    cause=st.integers(100, 999) | st.sampled_from(TransportFailure) | st.sampled_from(Oddity),
)
def test_whatever_happens_has_a_line(kind: OperationKind, cause: int | TransportFailure | Oddity) -> None:
    assert outcome_of(kind, cause) in Outcome


def test_no_line_is_there_twice_and_each_says_why() -> None:
    assert len({(row.kind, row.cause) for row in TABLE}) == len(TABLE)
    assert all(row.reason for row in TABLE)
