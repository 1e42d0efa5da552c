"""What the deployed function logged, read from CloudWatch Logs."""

import time
from collections.abc import Iterator
from typing import Final

from harness.observation.clients import AwsClients
from harness.stack.deployment import Deployment

_LOOK_AGAIN_S: Final = 1.0


def function_log_lines(deployment: Deployment, *, follow: bool) -> Iterator[str]:
    """Return the function's log lines, oldest first; with `follow` without an end.

    Raises:
        ObservationError: the engine does not answer, or refuses.
    """
    group = f"/aws/lambda/{deployment.function_name}"
    clients = AwsClients(deployment)
    since_ms = 0
    seen: set[str] = set()
    while True:
        with clients.asking(f"log group {group}"):
            try:
                pages = clients.logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms)
                events = [event for page in pages for event in page["events"]]
            except clients.logs.exceptions.ResourceNotFoundException:
                # The group comes with the function's first invocation, where the template does not make it.
                events = []
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
