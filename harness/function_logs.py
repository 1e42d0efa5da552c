"""What the deployed function logged, read from CloudWatch Logs."""

import time
from collections.abc import Iterator
from typing import Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from harness.deployment import Deployment
from harness.errors import UnavailableError

_LOOK_AGAIN_S: Final = 1.0
_NOT_THERE_YET: Final = "ResourceNotFoundException"


def function_log_lines(deployment: Deployment, *, follow: bool) -> Iterator[str]:
    """Return the function's log lines, oldest first; with `follow` without an end.

    Raises:
        UnavailableError: the engine does not answer, or refuses.
    """
    group = f"/aws/lambda/{deployment.function_name}"
    client = boto3.client(
        "logs",
        endpoint_url=deployment.endpoint_url,
        region_name=deployment.region,
        aws_access_key_id=deployment.account_id,
        aws_secret_access_key="test",  # noqa: S106 - an emulator takes any
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30),
    )
    since_ms = 0
    seen: set[str] = set()
    while True:
        try:
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms)
            events = [event for page in pages for event in page["events"]]
        except ClientError as error:
            # The group comes with the function's first invocation, where the template does not make it.
            if error.response["Error"]["Code"] != _NOT_THERE_YET:
                raise UnavailableError(f"log group {group}: {error}") from error
            events = []
        except BotoCoreError as error:
            what = f"{deployment.endpoint_url} does not answer ({error})"
            raise UnavailableError(f"{what}; see `harness status`") from error
        for event in events:
            if event["eventId"] not in seen:
                yield event["message"].rstrip("\n")
        if not follow:
            return
        if events:
            # Ask again from the last time on; what has that very time comes twice, and is known by its ID.
            since_ms = max(event["timestamp"] for event in events)
            seen = {event["eventId"] for event in events if event["timestamp"] == since_ms}
        time.sleep(_LOOK_AGAIN_S)
