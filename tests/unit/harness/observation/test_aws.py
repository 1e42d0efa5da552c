"""The observer through boto3: the table, the log, and engines that do not answer as they should."""

import asyncio
import dataclasses
import json
import threading
from typing import Any

import pytest

from harness.history import ServerTimes, StoredItem
from harness.observation import NoAnswerError, ObservationError, clients
from harness.observation.aws import AwsObserver
from harness.observation.clients import AwsClients
from harness.observation.table import plain
from harness.shape.users import USERS_API
from harness.stack.deployment import Deployment
from tests.unit.harness.observation.aws_server import RefusalError, aws_at
from tests.unit.harness.stack.test_deployment import OUTPUTS

PAGES = {
    None: ([{"id": {"S": "u1"}, "messageId": {"S": "m1"}, "name": {"S": "Ada"}}], {"id": {"S": "u1"}}),
    "u1": ([{"id": {"S": "u2"}, "count": {"N": "7"}}], {"id": {"S": "u2"}}),
    "u2": ([{"id": {"S": "u3"}, "messageId": {"S": "m3"}}], None),
}


def table(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    assert (operation, request["TableName"], request["ConsistentRead"]) == ("Scan", "users", True)
    items, last = PAGES[request.get("ExclusiveStartKey", {}).get("id", {}).get("S")]
    if "ProjectionExpression" in request:
        wanted = request["ExpressionAttributeNames"][request["ProjectionExpression"]]
        items = [{wanted: item[wanted]} for item in items]
    return {"Items": items, **({"LastEvaluatedKey": last} if last else {})}


def test_the_whole_table_is_read() -> None:
    with aws_at(table) as deployment:
        observer = AwsObserver(deployment, USERS_API)

        assert asyncio.run(observer.stored()) == [
            StoredItem("u1", "m1", {"id": "u1", "messageId": "m1", "name": "Ada"}),
            StoredItem("u2", "", {"id": "u2", "count": 7}),
            StoredItem("u3", "m3", {"id": "u3", "messageId": "m3"}),
        ]
        assert asyncio.run(observer.identities()) == {"u1", "u2", "u3"}


def test_a_table_that_takes_too_long_is_unknown() -> None:
    with (
        aws_at(table) as deployment,
        pytest.raises(ObservationError, match=r"^table users: not read to its end in time, only 1 items$"),
    ):
        asyncio.run(AwsObserver(deployment, USERS_API, reading_timeout_s=0).stored())


def test_a_shape_without_a_table_has_nothing_stored_to_look_at() -> None:
    shape = dataclasses.replace(USERS_API, stored=None)

    with pytest.raises(ObservationError, match=r"^the shape users says nothing of a table$"):
        asyncio.run(AwsObserver(Deployment.from_json(OUTPUTS), shape).stored())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"S": "a\n\U0001f600"}, "a\n\U0001f600"),
        ({"N": "12"}, 12),
        ({"N": "-1.5"}, -1.5),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"B": b"\x00\xff"}, "AP8="),
        ({"L": [{"S": "a"}, {"M": {"b": {"N": "1"}}}]}, ["a", {"b": 1}]),
        ({"SS": ["b", "a"]}, ["a", "b"]),
        ({"NS": ["10", "9"]}, [9, 10]),
        ({"BS": [b"b", b"a"]}, ["YQ==", "Yg=="]),
    ],
)
def test_a_typed_value_becomes_what_json_has_for_it(typed: dict[str, Any], expected: object) -> None:
    assert plain(typed) == expected
    assert json.loads(json.dumps(plain(typed))) == expected


def log_line(handle: str, sent_ms: int) -> dict[str, Any]:
    times = {"messageId": handle, "sentAtMs": sent_ms, "receivedAtMs": sent_ms + 10, "writtenAtMs": sent_ms + 20}
    return {"message": json.dumps(times) + "\n", "timestamp": sent_ms + 30, "eventId": handle}


def test_the_functions_log_tells_the_servers_times() -> None:
    def logs(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        assert (operation, request["logGroupName"]) == ("FilterLogEvents", "/aws/lambda/consumer")
        assert request["startTime"] == 5000
        if "nextToken" not in request:
            return {"events": [log_line("a", 5000), log_line("before", 4000)], "nextToken": "t"}
        return {"events": [log_line("b", 6000)]}

    with aws_at(logs) as deployment:
        times = asyncio.run(AwsObserver(deployment, USERS_API).server_times(since_s=5))

    assert times == {"a": ServerTimes(5, 5.01, 5.02), "b": ServerTimes(6, 6.01, 6.02)}


def test_a_function_without_a_log_offers_no_times() -> None:
    def refuse(_operation: str, _request: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("ResourceNotFoundException")

    with (
        aws_at(refuse) as deployment,
        pytest.raises(
            ObservationError, match=r"^log group /aws/lambda/consumer: \S+ answered ResourceNotFoundException"
        ),
    ):
        asyncio.run(AwsObserver(deployment, USERS_API).server_times(0))


def every_question(observer: AwsObserver) -> list[BaseException | None]:
    async def ask() -> list[BaseException | None]:
        answers = await asyncio.gather(
            observer.depths(),
            observer.redrive(),
            observer.visibility_timeout_s(),
            observer.stored(),
            observer.identities(),
            observer.queued(),
            observer.dead_lettered(),
            observer.send_poison("poison"),
            observer.server_times(0),
            return_exceptions=True,
        )
        return [answer if isinstance(answer, BaseException) else None for answer in answers]

    return asyncio.run(ask())


def test_an_engine_that_is_gone_gives_no_answer_to_anything() -> None:
    deployment = Deployment.from_json(OUTPUTS | {"endpoint_url": "http://127.0.0.1:1"})

    for error in every_question(AwsObserver(deployment, USERS_API)):
        assert isinstance(error, NoAnswerError)
        assert "http://127.0.0.1:1 does not answer" in str(error)
        assert "\n" not in str(error)


def test_an_engine_that_hangs_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_READ_TIMEOUT_S", 0.1)
    over = threading.Event()

    def hang(_operation: str, _request: dict[str, Any]) -> dict[str, Any]:
        assert over.wait(30)
        raise RefusalError("TooLate")

    with aws_at(hang) as deployment:
        errors = every_question(AwsObserver(deployment, USERS_API))
        over.set()

    assert [type(error) for error in errors] == [NoAnswerError] * 9


def test_an_engine_that_refuses_says_so_in_one_line() -> None:
    def refuse(_operation: str, _request: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDeniedException")

    with aws_at(refuse) as deployment:
        errors = every_question(AwsObserver(deployment, USERS_API))

    assert [type(error) for error in errors] == [ObservationError] * 9
    assert all("AccessDeniedException: no" in str(error) for error in errors)


def test_an_answer_that_aws_would_not_give_is_an_error_too() -> None:
    with aws_at(lambda _operation, _request: {}) as deployment:
        errors = every_question(AwsObserver(deployment, USERS_API))

    redrive = errors.pop(1)
    assert redrive is None, "without a policy there is no attribute"
    assert [type(error) for error in errors] == [ObservationError] * 8


def test_aws_itself_is_asked_with_the_persons_own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    deployment = Deployment.from_json(OUTPUTS | {"endpoint_url": None})

    aws = AwsClients(deployment)
    credentials = aws._session.get_credentials()

    assert credentials is not None
    assert credentials.access_key == "theirs"
    assert aws.sqs.meta.endpoint_url == "https://sqs.us-east-1.amazonaws.com"
    assert aws.where == "AWS in us-east-1"


@pytest.mark.parametrize(("endpoint_url", "settle_s"), [(None, 60), ("http://127.0.0.1:4566", 0.5)])
def test_what_aws_counts_is_behind_for_longer(endpoint_url: str | None, settle_s: float) -> None:
    deployment = Deployment.from_json(OUTPUTS | {"endpoint_url": endpoint_url})

    assert AwsObserver(deployment, USERS_API).counts_settle_s == settle_s
