"""Each mapping template, over whatever text there is, as the emulator renders it and as AWS would."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.infra.rendering import ENGINES, TEMPLATES, render

characters = st.characters(exclude_categories=["Cs"])
hostile = st.sampled_from(
    [
        "'",
        '"',
        "\\",
        "\\'",
        "\n",
        "\u0000",
        "\u2028",
        "\x7f",
        "😀",
        "$input.body",
        "#set($x=1)",
        "$x",
        "##",
        "#*",
        "&",
        "+",
        "%",
        "%22",
        "}",
        "{}",
        " ",
        "<",
        "\ufffe",
    ]
)
texts = st.lists(st.text(characters, min_size=1) | hostile, min_size=1).map("".join)
engines = pytest.mark.parametrize("engine", ENGINES)
few = settings(max_examples=examples(40))  # each example parses a template and some paths


@engines
@few
@given(name=texts, email=texts, ascii_only=st.booleans())
@example(name="x" * 102_400, email="a@b", ascii_only=True)
@example(name="\U0001f600'\"\\" * 25_600, email="a@b", ascii_only=False)
def test_what_is_posted_is_what_is_enqueued(engine: str, name: str, email: str, ascii_only: bool) -> None:
    body = json.dumps({"name": name, "email": email}, ensure_ascii=ascii_only)

    form = parse_qs(render(engine, "enqueue-request", body).body, strict_parsing=True)

    assert form == {"Action": ["SendMessage"], "MessageBody": [body]}


@engines
@few
@given(name=texts, caller=texts)
@pytest.mark.parametrize(
    ("template", "where"),
    [("enqueue-request-of-subject", ("authorizer", "subject")), ("enqueue-request-of-user", ("identity", "userArn"))],
)
def test_a_message_says_who_called(engine: str, template: str, where: tuple[str, str], name: str, caller: str) -> None:
    body = json.dumps({"name": name, "email": "a@b"}, ensure_ascii=False)
    context = {where[0]: {where[1]: caller}}

    form = parse_qs(render(engine, template, body, context=context).body, strict_parsing=True)

    assert form == {
        "Action": ["SendMessage"],
        "MessageBody": [body],
        "MessageAttribute.1.Name": ["createdBy"],
        "MessageAttribute.1.Value.DataType": ["String"],
        "MessageAttribute.1.Value.StringValue": [caller],
    }


@engines
@few
@given(sent=texts)
@pytest.mark.parametrize(
    ("template", "parameter", "expected"),
    [
        (
            "status-request",
            "messageId",
            {
                "TableName": "the-table",
                "IndexName": "the-index",
                "KeyConditionExpression": "messageId = :messageId",
                "ExpressionAttributeValues": {":messageId": {"S": "?"}},
                "Limit": 1,
            },
        ),
        ("user-request", "userId", {"TableName": "the-table", "Key": {"id": {"S": "?"}}, "ConsistentRead": True}),
    ],
)
def test_no_id_breaks_out_of_its_string(
    engine: str, template: str, parameter: str, expected: dict[str, Any], sent: str
) -> None:
    request = json.loads(render(engine, template, path={parameter: sent}).body)

    key = next(iter((request.get("Key") or request["ExpressionAttributeValues"]).values()))
    asked_for, key["S"] = key["S"], "?"
    assert request == expected
    is_id = all(character.isascii() and (character.isalnum() or character == "-") for character in sent)
    assert asked_for == sent if is_id else "_" in asked_for
    assert len(asked_for) == len(sent)


@engines
def test_an_id_is_asked_for_as_it_is(engine: str) -> None:
    rendered = render(engine, "status-request", path={"messageId": "148a2065-85f0-4889-9bfd-fce4d6488827"})

    assert '"S": "148a2065-85f0-4889-9bfd-fce4d6488827"' in rendered.body


@engines
@few
@given(name=texts, email=texts, created_at=texts, user_id=texts)
@example(name="{}", email=" ", created_at="\t", user_id="x")
@example(name="'" * 102_400, email="a@b", created_at="now", user_id="x")
def test_what_is_stored_is_what_is_answered(engine: str, name: str, email: str, created_at: str, user_id: str) -> None:
    user = {"id": user_id, "name": name, "email": email, "createdAt": created_at}
    item = {"messageId": {"S": "a-message"}} | {key: {"S": value} for key, value in user.items()}

    rendered = render(engine, "user-response", json.dumps({"Item": item}))

    assert json.loads(rendered.body) == user
    assert (rendered.status, rendered.headers) == (0, {})


@engines
def test_a_user_that_is_not_there_is_not_found(engine: str) -> None:
    rendered = render(engine, "user-response", "{}")

    assert json.loads(rendered.body) == {"message": "No such user"}
    assert (rendered.status, rendered.headers) == (404, {})


@engines
@few
@given(message_id=texts, user_id=texts)
def test_a_message_whose_user_is_there_names_it(engine: str, message_id: str, user_id: str) -> None:
    found = {"Items": [{"messageId": {"S": message_id}, "id": {"S": user_id}}], "Count": 1, "ScannedCount": 1}

    rendered = render(engine, "status-response", json.dumps(found))

    assert json.loads(rendered.body) == {"messageId": message_id, "userId": user_id}
    assert (rendered.status, rendered.headers) == (0, {})


@engines
def test_a_message_whose_user_is_not_there_is_to_be_asked_for_again(engine: str) -> None:
    rendered = render(engine, "status-response", '{"Items": [], "Count": 0, "ScannedCount": 0}')

    assert json.loads(rendered.body) == {"message": "No user for this message yet"}
    assert (rendered.status, rendered.headers) == (404, {"Retry-After": "1"})


@engines
def test_what_is_accepted_says_where_its_status_is(engine: str) -> None:
    sent = {"SendMessageResult": {"MD5OfMessageBody": "...", "MessageId": "148a2065-85f0-4889-9bfd-fce4d6488827"}}

    rendered = render(engine, "enqueue-accepted", json.dumps({"SendMessageResponse": sent}))

    assert json.loads(rendered.body) == {"messageId": "148a2065-85f0-4889-9bfd-fce4d6488827"}
    assert rendered.status == 0
    assert rendered.headers == {
        "Location": "/status/148a2065-85f0-4889-9bfd-fce4d6488827",
        "X-SQS-Message-ID": "148a2065-85f0-4889-9bfd-fce4d6488827",
    }


@engines
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InvalidParameterValue", 0),
        ("InvalidMessageContents", 0),
        ("AWS.SimpleQueueService.NonExistentQueue", 503),
        ("RequestThrottled", 503),
    ],
)
def test_a_message_that_is_refused_is_the_clients_only_if_it_is(
    engine: str, code: str, status: int, wrapped: bool
) -> None:
    error = {"Error": {"Code": code, "Message": "...", "Type": "Sender"}, "RequestId": "..."}

    rendered = render(engine, "enqueue-refused", json.dumps({"ErrorResponse": error} if wrapped else error))

    assert set(json.loads(rendered.body)) == {"message"}
    assert rendered.status == status
    assert rendered.headers == ({"Retry-After": "1"} if status else {})


@engines
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"__type": "com.amazon.coral.validate#ValidationException", "message": "too long"}, 0),
        ({"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}, 503),
        ({"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}, 503),
        ({}, 503),
    ],
)
def test_a_lookup_that_is_refused_is_the_clients_only_if_it_is(
    engine: str, answer: dict[str, str], status: int
) -> None:
    rendered = render(engine, "lookup-refused", json.dumps(answer))

    assert set(json.loads(rendered.body)) == {"message"}
    assert rendered.status == status
    assert rendered.headers == ({"Retry-After": "1"} if status else {})


@engines
@pytest.mark.parametrize("answer", ["", "<xml/>", "[]", '"text"', "{}"])
@pytest.mark.parametrize("template", ["enqueue-refused", "lookup-refused", "unavailable", "failed"])
def test_an_error_is_an_object_with_a_message_whatever_the_service_said(
    engine: str, template: str, answer: str
) -> None:
    assert set(json.loads(render(engine, template, answer).body)) == {"message"}


def test_the_gateways_own_answers_quote_what_is_quoted_already() -> None:
    # Not rendered as the others are: API Gateway only puts its own, quoted text in.
    assert (TEMPLATES / "gateway-response.vtl").read_text() == '{"message": $context.error.messageString}\n'


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.vtl")), ids=lambda path: path.stem)
def test_no_template_needs_what_the_engines_disagree_on(path: Any) -> None:
    template = path.read_text()

    assert "escapeJavaScript" not in template  # ' becomes \' on AWS, blanks become {} on LocalStack
    assert "$input.body" not in template.replace("$util.urlEncode($input.body)", "")
