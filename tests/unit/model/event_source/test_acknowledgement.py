import json
from typing import Any

import pytest

from model.event_source.acknowledgement import done_message_ids

BATCH = ["a", "b", "c"]


def done(answer: Any, *, failed: bool = False, reports: bool = True) -> set[str]:
    encoded = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return done_message_ids(BATCH, encoded, failed=failed, reports_item_failures=reports)


# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html: "success and failure conditions"
@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": []},
        {"batchItemFailures": None},
        {},
        None,
        b"",
        "text",
        [],
        7,
        {"another": "field"},
    ],
    ids=repr,
)
def test_an_answer_without_failures_is_a_complete_success(answer: Any) -> None:
    assert done(answer) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "answer",
    [
        b"not JSON",
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"wrongName": "a"}]},
        {"batchItemFailures": [{"itemIdentifier": "not in the batch"}]},
        {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "z"}]},
        {"batchItemFailures": ["a"]},
        {"batchItemFailures": 1},
    ],
    ids=repr,
)
def test_failures_that_cannot_be_understood_fail_the_whole_batch(answer: Any) -> None:
    assert done(answer) == set()


def test_reported_failures_stay_and_the_others_are_done() -> None:
    assert done({"batchItemFailures": [{"itemIdentifier": "b"}]}) == {"a", "c"}


def test_an_error_of_the_function_fails_the_whole_batch() -> None:
    assert done({"errorMessage": "boom"}, failed=True) == set()


def test_without_the_mapping_asking_for_them_reports_mean_nothing() -> None:
    assert done({"batchItemFailures": [{"itemIdentifier": "b"}]}, reports=False) == {"a", "b", "c"}
