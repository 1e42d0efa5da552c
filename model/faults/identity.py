"""What a thing is, whenever and wherever it comes by: the identity that a fault's decision is made by. Pure.

A flow of the harness says its number in the header that AWS carries through its services, `X-Amzn-Trace-Id`: its root
is `1-`, eight hexadecimal digits, `-`, `FLOW_MARK` and the number in sixteen hexadecimal digits. API Gateway hands it
on to the services that it integrates with, and SQS keeps it with the message (`AWSTraceHeader`).
What is of no flow is identified by what is in it: equal requests and equal messages are the same thing, come again.

Source of the header's form:
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

FLOW_MARK: Final = "0f10f10f"
TRACE_HEADER: Final = "X-Amzn-Trace-Id"

_FLOW = re.compile(rf"(?:^|;)\s*Root=1-[0-9a-f]{{8}}-{FLOW_MARK}(?P<number>[0-9a-f]{{16}})(?:;|$)")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a thing is."""

    key: str
    """The same for the same thing, in this run and in any other."""
    flow: int | None = None
    """The number of the flow that it belongs to; None where it belongs to none that is known."""

    @classmethod
    def of_flow(cls, number: int) -> "Identity":
        """Return the identity of what belongs to a flow."""
        return cls(f"flow {number}", number)

    @classmethod
    def of_content(cls, *parts: str | bytes) -> "Identity":
        """Return the identity of what is known by what is in it alone."""
        digest = blake2b(digest_size=8)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8))
            digest.update(data)
        return cls(f"content {digest.hexdigest()}")


def trace_of_flow(seed: int, number: int) -> str:
    """Return the header's value that names a flow all the way through the stack.

    Args:
        seed: the workload's; it makes the trace another in each run, and says nothing about the flow.
        number: the flow's.
    """
    return f"Root=1-{seed & 0xFFFFFFFF:08x}-{FLOW_MARK}{number:016x}"


def flow_in(trace_header: str | None) -> int | None:
    """Return the flow's number that a trace header has; None where it has none."""
    found = _FLOW.search(trace_header) if trace_header else None
    return int(found["number"], 16) if found else None


def identity_of_message(message: Mapping[str, Any]) -> Identity:
    """Return the identity of a message of SQS, as its API has it (`Attributes`, `Body`)."""
    flow = flow_in((message.get("Attributes") or {}).get("AWSTraceHeader"))
    return Identity.of_content(message["Body"]) if flow is None else Identity.of_flow(flow)
