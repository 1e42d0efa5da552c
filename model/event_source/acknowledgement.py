"""What a function's answer says about each message of its batch: done, or to be delivered again."""

import json
from collections.abc import Collection
from typing import Any


def done_message_ids(
    message_ids: Collection[str], answer: bytes, *, failed: bool, reports_item_failures: bool
) -> set[str]:
    """Return the IDs of the messages that are done and leave the queue; the others become visible again.

    Args:
        message_ids: the batch.
        answer: the function's payload.
        failed: the invocation ended in an error of the function's.
        reports_item_failures: the mapping has `ReportBatchItemFailures`; without it the answer means nothing.

    An answer that reports failures in a form that cannot be understood fails the whole batch, as Lambda has it:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting-conditions
    """
    everything = set(message_ids)
    if failed:
        return set()
    if not reports_item_failures:
        return everything
    try:
        reported = _reported_failures(answer)
    except (TypeError, KeyError, ValueError):
        return set()
    return everything - reported if reported <= everything else set()


def _reported_failures(answer: bytes) -> set[str]:
    decoded: Any = json.loads(answer or b"null")
    failures = (decoded or {}).get("batchItemFailures") if isinstance(decoded or {}, dict) else None
    identifiers = [failure["itemIdentifier"] for failure in failures or []]
    if not all(isinstance(identifier, str) and identifier for identifier in identifiers):
        raise ValueError("an identifier is no text, or empty")
    return set(identifiers)
