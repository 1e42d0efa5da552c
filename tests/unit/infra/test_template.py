"""The CloudFormation template: that it is one, that its defaults fit, and that each role can do just what it must."""

import re
from pathlib import Path
from typing import Any

import pytest

import infra
from infra.parameters import VISIBILITY_TIMEOUTS_PER_FUNCTION_TIMEOUT
from infra.sources import read_template

INFRA = Path(infra.__file__).parent
TEMPLATE = read_template(INFRA)
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
DEFAULTS = {name: declared.get("Default") for name, declared in TEMPLATE["Parameters"].items()}
QUEUE = {"Fn::GetAtt": ["Queue", "Arn"]}
TABLE = {"Fn::GetAtt": ["Table", "Arn"]}
TABLE_INDEX = {"Fn::Sub": "${Table.Arn}/index/by-message-id"}
FUNCTION_LOGS = {"Fn::GetAtt": ["FunctionLogs", "Arn"]}


def properties(resource: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[resource]["Properties"]
    return found


def of_type(resource_type: str) -> list[str]:
    return [name for name, resource in RESOURCES.items() if resource["Type"] == resource_type]


def test_no_rule_of_cfn_lint_is_switched_off() -> None:
    assert "cfn-lint" not in (INFRA / "template.yaml").read_text()


def test_nothing_that_is_deployed_knows_of_an_emulator() -> None:
    deployed = [path for path in INFRA.rglob("*") if path.suffix in {".yaml", ".vtl"}]

    assert len(deployed) > 10
    assert [path.name for path in deployed if re.search("localstack|emulator", path.read_text(), re.IGNORECASE)] == []


def test_nothing_that_deploys_knows_of_one_emulator_more_than_of_another() -> None:
    sources = [path for path in INFRA.rglob("*") if path.suffix in {".py", ""} and path.is_file()]

    assert len(sources) > 10
    assert [path.name for path in sources if "localstack" in path.read_text().lower()] == []


def test_the_default_timeouts_fit() -> None:
    least_s = VISIBILITY_TIMEOUTS_PER_FUNCTION_TIMEOUT * DEFAULTS["FunctionTimeoutSeconds"]

    assert DEFAULTS["VisibilityTimeoutSeconds"] >= least_s + DEFAULTS["MaximumBatchingWindowSeconds"]


def test_tests_can_have_fast_redelivery() -> None:
    least = {name: declared.get("MinValue") for name, declared in TEMPLATE["Parameters"].items()}

    assert least["FunctionTimeoutSeconds"] <= 1
    assert least["VisibilityTimeoutSeconds"] <= 6
    assert least["MaxReceiveCount"] <= 3


def test_every_parameter_has_a_description_and_a_default_unless_the_bootstrap_fills_it_in() -> None:
    assert all(declared["Description"] for declared in TEMPLATE["Parameters"].values())
    assert {name for name, default in DEFAULTS.items() if default is None} == {"ArtifactBucket", "FunctionKey"}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("EnqueueRole", [(["sqs:SendMessage"], QUEUE)]),
        ("StatusRole", [(["dynamodb:Query"], TABLE_INDEX)]),
        ("UserRole", [(["dynamodb:GetItem"], TABLE)]),
        ("AuthorizeRole", [(["lambda:InvokeFunction"], {"Fn::GetAtt": ["Authorizer", "Arn"]})]),
        (
            "AuthorizerRole",
            [
                (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": ["AuthorizerLogs", "Arn"]}),
                (["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
            ],
        ),
        (
            "FunctionRole",
            [
                (["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], QUEUE),
                (["dynamodb:PutItem"], TABLE),
                (["logs:CreateLogStream", "logs:PutLogEvents"], FUNCTION_LOGS),
                (["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
            ],
        ),
    ],
)
def test_each_role_can_do_just_what_it_must(role: str, allowed: list[tuple[list[str], Any]]) -> None:
    declared = properties(role)

    statements = [each for policy in declared["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    assert "ManagedPolicyArns" not in declared
    assert all(set(each) == {"Effect", "Action", "Resource"} and each["Effect"] == "Allow" for each in statements)
    actions = [each["Action"] if isinstance(each["Action"], list) else [each["Action"]] for each in statements]
    assert list(zip(actions, [each["Resource"] for each in statements], strict=True)) == allowed


def test_the_role_for_logs_is_the_only_other_one() -> None:
    judged = {"EnqueueRole", "StatusRole", "UserRole", "FunctionRole", "AuthorizeRole", "AuthorizerRole"}
    assert set(of_type("AWS::IAM::Role")) == judged | {"ApiLogsRole"}
    assert properties("ApiLogsRole")["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"}
    ]


def test_the_account_s_setting_for_logs_outlives_the_stack_with_the_role_that_it_names() -> None:
    for name in ("ApiAccount", "ApiLogsRole"):
        kept = TEMPLATE["Resources"][name]
        assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_each_queue_has_a_policy_of_its_own_that_refuses_plain_http() -> None:
    policies = [properties(name) for name in of_type("AWS::SQS::QueuePolicy")]

    assert {policy["Queues"][0]["Ref"] for policy in policies} == set(of_type("AWS::SQS::Queue"))
    for policy in policies:
        [queue] = policy["Queues"]
        [statement] = policy["PolicyDocument"]["Statement"]
        assert statement["Resource"] == {"Fn::GetAtt": [queue["Ref"], "Arn"]}
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_what_fails_goes_to_the_dead_letter_queue_and_nothing_else_can() -> None:
    queue, dead_letters = properties("Queue"), properties("DeadLetterQueue")

    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]},
        "maxReceiveCount": {"Ref": "MaxReceiveCount"},
    }
    assert queue["QueueName"] == {"Fn::Sub": "${AWS::StackName}-users"}
    assert dead_letters["RedriveAllowPolicy"] == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [
            {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-users"}
        ],
    }
    assert dead_letters["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_what_the_queue_takes_fits_the_table_and_the_dead_letter_queue() -> None:
    largest_item, other_attributes = 409_600, 2_000

    assert properties("Queue")["MaximumMessageSize"] + other_attributes < largest_item
    assert properties("Queue")["MaximumMessageSize"] == properties("DeadLetterQueue")["MaximumMessageSize"]


def test_queues_and_table_are_encrypted_and_queues_are_polled_long() -> None:
    assert all(properties(queue)["SqsManagedSseEnabled"] is True for queue in of_type("AWS::SQS::Queue"))
    assert properties("Table")["SSESpecification"] == {"SSEEnabled": True}
    assert properties("Queue")["ReceiveMessageWaitTimeSeconds"] == 20


def test_the_table_has_an_index_by_message_that_holds_keys_only() -> None:
    (index,) = properties("Table")["GlobalSecondaryIndexes"]

    assert properties("Table")["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert index == {
        "IndexName": "by-message-id",
        "KeySchema": [{"AttributeName": "messageId", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    assert properties("ApiStage")["Variables"]["indexName"] == index["IndexName"]
    assert TEMPLATE["Outputs"]["IndexName"]["Value"] == index["IndexName"]


def test_messages_of_a_batch_fail_one_by_one() -> None:
    assert properties("EventSource")["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_no_log_is_kept_forever() -> None:
    groups = of_type("AWS::Logs::LogGroup")

    assert len(groups) == 4
    assert all(properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups)


def test_no_log_has_what_a_client_sent() -> None:
    stage = properties("ApiStage")

    assert [setting["DataTraceEnabled"] for setting in stage["MethodSettings"]] == [False]
    logged = set(re.findall(r"\$context\.([A-Za-z.]+)", stage["AccessLogSetting"]["Format"]))
    assert logged == {
        "requestId",
        "requestTime",
        "httpMethod",
        "resourcePath",
        "status",
        "responseLatency",
        "integration.status",
        "integration.latency",
        "error.responseType",
    }


def test_what_an_api_cannot_be_changed_in_is_not_taken_from_what_can_change() -> None:
    # An engine may take a Ref to a changed resource for a changed value, and then replace what refers to it.
    assert properties("ApiStage")["RestApiId"] == {"Fn::GetAtt": ["Api", "RestApiId"]}
    assert properties("EventSource")["EventSourceArn"] == QUEUE


def test_what_tokens_need_is_there_only_where_tokens_are_asked_for() -> None:
    conditional = {name for name, resource in RESOURCES.items() if resource.get("Condition") == "AsksForTokens"}

    assert conditional == {"Authorizer", "AuthorizerRole", "AuthorizerLogs", "AuthorizeRole"}
    assert TEMPLATE["Conditions"]["AsksForTokens"] == {"Fn::Equals": [{"Ref": "Authorization"}, "JWT"]}
    assert TEMPLATE["Parameters"]["Authorization"]["Default"] == "NONE"


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("", True),
        ("https://issuer.example/.well-known/jwks.json", True),
        ("http://127.0.0.1:8080/keys", True),
        ("http://localhost/keys", True),
        ("http://issuer.example/keys", False),
        ("http://127x0.0.1/keys", False),
        ("http://localhost.issuer.example/keys", False),
        ("file:///keys", False),
    ],
)
def test_keys_come_over_a_connection_that_nobody_can_change(address: str, is_one: bool) -> None:
    pattern = TEMPLATE["Parameters"]["JwtJwksUrl"]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, address)) is is_one
