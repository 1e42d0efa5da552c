"""The stack's own times of each message, as its function writes them to its log.

A line is one JSON object (`consumer.batch`) with `messageId`, `sentAtMs` (when the queue accepted the message),
`receivedAtMs` (when the function got the batch) and, if it stored a result, `writtenAtMs`: integers, milliseconds of
the Unix epoch. Other lines are nobody's. A function that writes none of this offers no times, which is no error.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from harness.history import ServerTimes
from harness.observation.clients import AwsClients
from harness.observation.reading import Reading

if TYPE_CHECKING:
    from types_boto3_logs.type_defs import FilterLogEventsRequestTypeDef

_LINES_OF_MESSAGES: Final = '"receivedAtMs"'
"""A filter pattern: lines with this text."""


def read_log_lines(clients: AwsClients, function_name: str, since_s: float, reading: Reading) -> Iterator[str]:
    """Return a function's log lines about messages, from a Unix time on, each when its page has come.

    Raises:
        ObservationError: see `AwsClients.asking` and `Reading.go_on`; also where there is no log.
    """
    what, count = f"log group /aws/lambda/{function_name}", 0
    request: FilterLogEventsRequestTypeDef = {
        "logGroupName": f"/aws/lambda/{function_name}",
        "startTime": int(since_s * 1000),
        "filterPattern": _LINES_OF_MESSAGES,
    }
    while True:
        with clients.asking(what):
            page = clients.logs.filter_log_events(**request)
            messages = [event["message"] for event in page["events"]]
            token = page.get("nextToken")
        yield from messages
        count += len(messages)
        if not token:
            return
        reading.go_on(what, f"{count} lines")
        request = {**request, "nextToken": token}


def times_by_handle(lines: Iterable[str], since_s: float) -> dict[str, ServerTimes]:
    """Return the times of each message that was accepted since a Unix time.

    Of several deliveries of one message the one that stored its result counts, or else the first.
    """
    times: dict[str, ServerTimes] = {}
    for line in lines:
        entry = _entry(line)
        handle, accepted_at_s = entry.get("messageId"), _seconds(entry.get("sentAtMs"))
        if not isinstance(handle, str) or accepted_at_s is None or accepted_at_s < since_s:
            continue
        this = ServerTimes(accepted_at_s, _seconds(entry.get("receivedAtMs")), _seconds(entry.get("writtenAtMs")))
        times[handle] = min(times.get(handle, this), this, key=_order)
    return times


def _order(times: ServerTimes) -> tuple[bool, float]:
    return times.written_at_s is None, times.written_at_s or times.received_at_s or 0


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _seconds(milliseconds: object) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int) else None
