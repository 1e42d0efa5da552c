"""Calls of Lambda: functions, invocations, event source mappings."""

import io
import json
import zipfile
from typing import Any

from tests.integration.differential.call import Answer, AwsCall, Call, HttpCall
from tests.integration.differential.sqs_calls import signed

NAME = "differential"
ROLE = "arn:aws:iam::<<account_id>>:role/any"
HANDLER = """
import json, os, sys
def handler(event, context):
    do = event.get("do") if isinstance(event, dict) else None
    if do == "raise": raise ValueError("no " + chr(228))
    if do == "exit": os._exit(3)
    if do == "print": print("seen", event)
    if do == "environment": return {k: os.environ.get(k) for k in ("A", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME")}
    if do == "context": return [context.function_name, context.function_version, context.memory_limit_in_mb]
    if do == "set": return {1, 2}
    return event
"""


def zipped(source: str) -> bytes:
    """The same source is the same archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py", (2026, 1, 1, 0, 0, 0)), source)
    return file.getvalue()


def call(name: str, operation: str, save: dict[str, str] | None = None, **parameters: Any) -> AwsCall:
    return AwsCall(f"lambda: {name}", "lambda", operation, parameters, save or {})


def create(name: str, **changes: Any) -> AwsCall:
    usual = {
        "FunctionName": NAME,
        "Runtime": "python3.13",
        "Role": ROLE,
        "Handler": "handler.handler",
        "Code": {"ZipFile": zipped(HANDLER)},
        "Environment": {"Variables": {"A": "b"}},
    }
    return call(name, "create_function", **(usual | changes))


def is_active(answer: Answer) -> bool:
    return bool(answer["body"]["Configuration"]["State"] == "Active")


def is_updated(answer: Answer) -> bool:
    return bool(answer["body"]["Configuration"]["LastUpdateStatus"] == "Successful")


def mapping_is(state: str) -> Any:
    return lambda answer: answer["body"]["State"] == state


EVENTS = {
    "object": {"a": [1, 2.5, None, True, "\u00e4\U0001f9d1"]},
    "raise": {"do": "raise"},
    "print": {"do": "print"},
    "environment": {"do": "environment"},
    "context": {"do": "context"},
    "not serializable": {"do": "set"},
    "list": [1],
    "text": "x",
    "null": None,
}
WRONG_PAYLOADS = {"not JSON": b"{", "not UTF-8": b'"\xff"', "empty": b""}
WRONG_FUNCTIONS: dict[str, dict[str, Any]] = {
    "no such runtime": {"Runtime": "python9.9"},
    "bad role": {"Role": "arn:nothing"},
    "bad name": {"FunctionName": "a b"},
    "too much memory": {"MemorySize": 99999},
    "too little memory": {"MemorySize": 1},
    "too long": {"Timeout": 901},
    "no zip": {"Code": {"ZipFile": b"not a zip"}},
    "no bucket": {"Code": {"S3Bucket": "no-such-bucket-here", "S3Key": "x"}},
    "no code": {"Code": {}},
    "reserved variable": {"Environment": {"Variables": {"AWS_REGION": "x"}}},
    "two architectures": {"Architectures": ["arm64", "x86_64"]},
}
WRONG_MAPPINGS: dict[str, dict[str, Any]] = {
    "no queue": {"EventSourceArn": "arn:aws:sqs:us-east-1:<<account_id>>:no-such-queue"},
    "no source": {},
    "no function": {"FunctionName": "no-such-function"},
    "batch too large": {"BatchSize": 10001},
    "large batch without window": {"BatchSize": 11},
}

CALLS: tuple[Call, ...] = (
    *(create(f"create, {name}", FunctionName="other", **changes) if "FunctionName" not in changes
      else create(f"create, {name}", **changes) for name, changes in WRONG_FUNCTIONS.items()),
    create("create"),
    create("create again"),
    AwsCall("lambda: active", "lambda", "get_function", {"FunctionName": NAME}, until=is_active),
    call("get none", "get_function", FunctionName="no-such-function"),
    call("get by ARN", "get_function", FunctionName="arn:aws:lambda:us-east-1:<<account_id>>:function:differential"),
    call("get a bad ARN", "get_function", FunctionName="arn:aws:lambda:us-east-1:x:function"),
    call("get a version that is not", "get_function", FunctionName=NAME, Qualifier="7"),
    call("configuration", "get_function_configuration", FunctionName=NAME),
    call("list", "list_functions"),
    *(call(f"invoke, {name}", "invoke", FunctionName=NAME, Payload=json.dumps(event).encode(), LogType="Tail")
      for name, event in EVENTS.items()),
    *(call(f"invoke, {name}", "invoke", FunctionName=NAME, Payload=payload)
      for name, payload in WRONG_PAYLOADS.items()),
    call("invoke dry", "invoke", FunctionName=NAME, InvocationType="DryRun"),
    call("invoke, event", "invoke", FunctionName=NAME, InvocationType="Event", Payload=b"{}"),
    call("invoke none", "invoke", FunctionName="no-such-function", Payload=b"{}"),
    call("invoke $LATEST", "invoke", FunctionName=NAME, Qualifier="$LATEST", Payload=b'{"do": "context"}'),
    HttpCall("lambda: invoke raw", "POST", f"<<endpoint_url>>/2015-03-31/functions/{NAME}/invocations",
             b'{"a": 1}', signed("lambda")),
    HttpCall("lambda: get raw", "GET", "<<endpoint_url>>/2015-03-31/functions/none", b"", signed("lambda")),
    call("publish", "publish_version", FunctionName=NAME),
    call("publish the same", "publish_version", FunctionName=NAME),
    call("versions", "list_versions_by_function", FunctionName=NAME),
    call("alias", "create_alias", FunctionName=NAME, Name="live", FunctionVersion="1"),
    call("alias again", "create_alias", FunctionName=NAME, Name="live", FunctionVersion="1"),
    call("alias of no version", "create_alias", FunctionName=NAME, Name="other", FunctionVersion="9"),
    call("get alias", "get_alias", FunctionName=NAME, Name="live"),
    call("get no alias", "get_alias", FunctionName=NAME, Name="dead"),
    call("change timeout", "update_function_configuration", FunctionName=NAME, Timeout=7),
    AwsCall("lambda: changed", "lambda", "get_function", {"FunctionName": NAME}, until=is_updated),
    call("change to a bad timeout", "update_function_configuration", FunctionName=NAME, Timeout=901),
    # LocalStack takes it, and a second change before the first is through is refused.
    AwsCall("lambda: settled", "lambda", "get_function", {"FunctionName": NAME}, until=is_updated),
    call("change code", "update_function_code", FunctionName=NAME, ZipFile=zipped(HANDLER + "#\n")),
    AwsCall("lambda: code changed", "lambda", "get_function", {"FunctionName": NAME}, until=is_updated),
    call("invoke the new code", "invoke", FunctionName=NAME, Payload=b"7"),
    call("reserve", "put_function_concurrency", FunctionName=NAME, ReservedConcurrentExecutions=2),
    call("reserved", "get_function_concurrency", FunctionName=NAME),
    call("reserve none", "put_function_concurrency", FunctionName=NAME, ReservedConcurrentExecutions=0),
    call("invoke throttled", "invoke", FunctionName=NAME, Payload=b"{}"),
    call("unreserve", "delete_function_concurrency", FunctionName=NAME),
    call("permit", "add_permission", FunctionName=NAME, StatementId="s", Action="lambda:InvokeFunction",
         Principal="sqs.amazonaws.com"),
    call("permit again", "add_permission", FunctionName=NAME, StatementId="s", Action="lambda:InvokeFunction",
         Principal="sqs.amazonaws.com"),
    call("policy", "get_policy", FunctionName=NAME),
    AwsCall("lambda: queue", "sqs", "create_queue", {"QueueName": "differential-source"},
            {"source_url": "QueueUrl"}),
    *(call(f"map, {name}", "create_event_source_mapping", **(
        {"FunctionName": NAME, "EventSourceArn": "arn:aws:sqs:us-east-1:<<account_id>>:differential-source"}
        | changes if changes else {"FunctionName": NAME})) for name, changes in WRONG_MAPPINGS.items()),
    call("map", "create_event_source_mapping", {"mapping": "UUID"}, FunctionName=NAME, BatchSize=5,
         EventSourceArn="arn:aws:sqs:us-east-1:<<account_id>>:differential-source",
         ScalingConfig={"MaximumConcurrency": 2}, FunctionResponseTypes=["ReportBatchItemFailures"]),
    AwsCall("lambda: mapped", "lambda", "get_event_source_mapping", {"UUID": "<<mapping>>"},
            until=mapping_is("Enabled")),
    call("map again", "create_event_source_mapping", FunctionName=NAME,
         EventSourceArn="arn:aws:sqs:us-east-1:<<account_id>>:differential-source"),
    call("mappings", "list_event_source_mappings", FunctionName=NAME),
    call("no mapping", "get_event_source_mapping", UUID="00000000-0000-0000-0000-000000000000"),
    call("disable", "update_event_source_mapping", UUID="<<mapping>>", Enabled=False),
    AwsCall("lambda: disabled", "lambda", "get_event_source_mapping", {"UUID": "<<mapping>>"},
            until=mapping_is("Disabled")),
    call("change the batch", "update_event_source_mapping", UUID="<<mapping>>", BatchSize=7),
    call("change the batch to a wrong one", "update_event_source_mapping", UUID="<<mapping>>", BatchSize=0),
    call("delete", "delete_function", FunctionName=NAME),
    call("delete none", "delete_function", FunctionName="no-such-function"),
)  # fmt: skip
