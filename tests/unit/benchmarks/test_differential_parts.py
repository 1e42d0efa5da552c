"""What the differential test leaves aside, and that it finds the rest."""

from datetime import UTC, datetime

from tests.integration.differential.compare import Difference, Wanted, differences
from tests.integration.differential.normalise import normalise

FIRST_ID, SECOND_ID = "5f6c1f0a-1111-4222-8333-444455556666", "00000000-1111-4222-8333-444455556666"


def answer(identity: str, host: str) -> dict[str, object]:
    return {
        "status": 202,
        "headers": {"date": identity, "content-type": "application/json", "content-length": "9"},
        "body": {"messageId": identity, "url": f"http://{host}/queue", "at": datetime.now(UTC), "text": "kept"},
    }


def test_identities_times_and_places_are_left_aside_and_the_rest_is_kept() -> None:
    normalised = normalise(answer(FIRST_ID, "127.0.0.1:1"), {"host": "127.0.0.1:1"})
    assert normalised == normalise(answer(SECOND_ID, "127.0.0.1:2"), {"host": "127.0.0.1:2"})
    assert normalised == {
        "status": 202,
        "headers": {"date": "<date>", "content-type": "application/json"},
        "body": {"messageId": "<uuid>", "url": "http://<host>/queue", "at": "<time>", "text": "kept"},
    }


def test_a_difference_names_the_call_the_place_and_both_values() -> None:
    ours = {"get": {"status": 200, "body": {"a": [1, {"b": "x"}], "only": 1}}}
    reference = {"get": {"status": 200, "body": {"a": [1, {"b": "y"}]}}}
    found = differences(ours, reference)
    assert found == [
        Difference("get", "body.a.1.b", "x", "y"),
        Difference("get", "body.only", 1, "<missing>"),
    ]
    assert "get: body.a.1.b" in str(found[0])


def test_lists_of_different_lengths_differ_as_a_whole() -> None:
    assert differences({"c": {"l": [1]}}, {"c": {"l": [1, 2]}}) == [Difference("c", "l", [1], [1, 2])]


def test_one_and_true_are_not_the_same() -> None:
    assert differences({"c": {"v": 1}}, {"c": {"v": True}}) == [Difference("c", "v", 1, True)]


def test_a_wanted_difference_covers_its_call_and_its_place_only() -> None:
    wanted = Wanted("api: get", "headers", "why")
    assert wanted.covers(Difference("api: get 1", "headers.date", 1, 2))
    assert not wanted.covers(Difference("api: get 1", "status", 1, 2))
    assert not wanted.covers(Difference("sqs: get", "headers.date", 1, 2))
