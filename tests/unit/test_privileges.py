"""What is said of roles: too little, too much, and just right."""

import pytest

from tests.privileges import Grant, Judgement, Use, grants_of, judge, use_of_authorizer, use_of_integration

QUEUE, TABLE = "arn:aws:sqs:us-east-1:1:users", "arn:aws:dynamodb:us-east-1:1:table/users"


def test_a_role_that_may_do_what_is_done_and_nothing_else_is_right() -> None:
    uses = [Use("sqs:SendMessage", QUEUE), Use("dynamodb:Query", f"{TABLE}/index/i")]
    grants = [Grant("SQS:sendmessage", QUEUE), Grant("dynamodb:Q*", f"{TABLE}/index/*")]
    assert judge(grants, uses) == Judgement((), ())


def test_what_is_done_and_not_allowed_is_found() -> None:
    use = Use("dynamodb:Query", TABLE)
    assert judge([Grant("dynamodb:Query", f"{TABLE}/index/*")], [use]).missing == (use,)
    assert judge([Grant("dynamodb:Query", TABLE.lower().replace("users", "Users"))], [use]).missing == (use,)
    assert judge([], [use]).missing == (use,)


def test_what_is_allowed_and_never_done_is_found() -> None:
    grants = [Grant("sqs:SendMessage", QUEUE), Grant("sqs:PurgeQueue", QUEUE), Grant("sqs:SendMessage", f"{QUEUE}-2")]
    assert judge(grants, [Use("sqs:SendMessage", QUEUE)]).unused == (grants[1], grants[2])


def test_a_policy_is_read_action_by_action_and_resource_by_resource() -> None:
    policy = {"Statement": {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": ["x", "y"]}}
    assert grants_of([policy]) == {Grant(action, resource) for action in ("a:B", "a:C") for resource in ("x", "y")}


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny", "Action": "a:B", "Resource": "*"},
        {"Effect": "Allow", "NotAction": "a:B", "Resource": "*"},
        {"Effect": "Allow", "Action": "a:B", "Resource": "*", "Condition": {}},
    ],
)
def test_a_statement_that_is_not_understood_is_not_passed_over(statement: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a statement that is not simply an Allow"):
        grants_of([{"Statement": [statement]}])


def test_an_integration_is_what_it_sends() -> None:
    role = "arn:aws:iam::1:role/r"
    send = {
        "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/users",
        "credentials": role,
        "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=x"},
    }
    query = {
        "uri": "arn:aws:apigateway:us-east-1:dynamodb:action/Query",
        "credentials": role,
        "requestTemplates": {"application/json": '{"TableName": "$stageVariables.t", "IndexName": "i"}'},
    }
    assert use_of_integration(send, {}) == Use("sqs:SendMessage", QUEUE)
    assert use_of_integration(query, {"t": "users"}) == Use("dynamodb:Query", f"{TABLE}/index/i")
    with pytest.raises(ValueError, match="not understood"):
        use_of_integration({**send, "uri": "arn:aws:apigateway:us-east-1:s3:path/b"}, {})


def test_an_authorizer_is_the_function_that_is_asked() -> None:
    function = "arn:aws:lambda:us-east-1:1:function:f"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    assert use_of_authorizer({"authorizerUri": uri}) == Use("lambda:InvokeFunction", function)
