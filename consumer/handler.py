"""The function's entry point: wires the batch to the table and the log."""

import os
import time
from typing import Any

import boto3
from botocore.config import Config

from consumer.batch import failed_messages
from consumer.log import write_line
from consumer.table import UserTable

# Made once for each execution environment. A lost packet costs one retry, and both tries end within the
# function's five seconds: a message that fails alone is better than a batch that is cut off.
_users = UserTable(
    boto3.client(
        "dynamodb",
        config=Config(connect_timeout=0.5, read_timeout=1.5, retries={"mode": "standard", "total_max_attempts": 2}),
    ),
    os.environ["TABLE_NAME"],
)


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:  # Lambda's, untyped
    """Store the users of a batch of messages.

    Args:
        event: SQS messages, as in https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
        context: Lambda's; only its request ID is read.

    Returns:
        The messages to deliver again, as `ReportBatchItemFailures` has them.
    """
    failed = failed_messages(event["Records"], _users, write_line, _clock, context.aws_request_id)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _clock() -> int:
    return time.time_ns() // 1_000_000
