"""How an invocation can end, and what AWS tells the caller and the log about it.

The wording is AWS's. The lines of the log are those of
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, the payloads are what
LocalStack's own tests recorded from AWS (`test_lambda.snapshot.json`). AWS is on its way from log lines that
name the failure to a status in the REPORT line; here are both.
"""

import json
import math
import re
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, on the invocation payload
MAX_REQUEST_BYTES = 6_291_456
MAX_EVENT_BYTES = 1_048_576  # of an asynchronous invocation
MAX_RESPONSE_BYTES = 6_291_556

# Other types that a runtime makes up are "Runtime.Unknown" in AWS's own lines.
_KNOWN_ERROR_TYPE = re.compile(r"(Runtime|Function|Extension|Sandbox)\.[A-Z][A-Za-z]*")


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: the payload for the caller, and its lines for the log."""

    payload: bytes
    is_error: bool
    log: str


@dataclass(frozen=True)
class Failure:
    """Why an initialization or an invocation has no answer of the function's own."""

    status: Literal["timeout", "error"]
    """As in the REPORT line."""
    error_type: str
    """As in the caller's payload."""
    message: str
    """As in the caller's payload, after the request ID."""
    payload: bytes | None = None
    """What the runtime itself reported, if it did; then the caller gets that."""

    def answer(self, request_id: str) -> bytes:
        """Return the caller's payload."""
        if self.payload is not None:
            return self.payload
        return _json(errorType=self.error_type, errorMessage=f"RequestId: {request_id} Error: {self.message}")

    def lines(self, request_id: str, now: datetime) -> list[str]:
        """Return the log's lines before END. What the runtime reported, it has written itself."""
        if self.payload is not None:
            return []
        if self.status == "timeout":
            instant = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            return [f"{instant} {request_id} {self.message}"]
        return [f"RequestId: {request_id} Error: {self.message}", self.error_type]

    @property
    def report_fields(self) -> list[str]:
        """What the REPORT line says about it."""
        if self.status == "timeout":
            return ["Status: timeout"]
        known = _KNOWN_ERROR_TYPE.fullmatch(self.error_type)
        return ["Status: error", f"Error Type: {self.error_type if known else 'Runtime.Unknown'}"]


def timed_out(timeout_s: float) -> Failure:
    """Return the failure of a function that took longer than its timeout."""
    return Failure("timeout", "Sandbox.Timedout", f"Task timed out after {timeout_s:.2f} seconds")


def exited(returncode: int) -> Failure:
    """Return the failure of a runtime whose process ended, with a return code as `subprocess` has it."""
    if returncode == 0:
        message = "Runtime exited without providing a reason"
    elif returncode > 0:
        message = f"Runtime exited with error: exit status {returncode}"
    else:
        name = signal.strsignal(-returncode) or f"signal {-returncode}"
        message = f"Runtime exited with error: signal: {name.lower()}"
    return Failure("error", "Runtime.ExitError", message)


def init_failed(error_type: str, payload: bytes) -> Failure:
    """Return the failure that the runtime itself reported: it can't import the function, say."""
    return Failure("error", error_type, "", payload)


def response_too_large() -> bytes:
    """Return the caller's payload for an answer of more than `MAX_RESPONSE_BYTES`."""
    message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
    return _json(errorMessage=message, errorType="Function.ResponseSizeTooLarge")


def start_line(request_id: str, version: str) -> str:
    """Return the line before a function's own."""
    return f"START RequestId: {request_id} Version: {version}"


def init_report_line(init_ms: float, phase: Literal["init", "invoke"], failure: Failure) -> str:
    """Return the line about a failed initialization, before an invocation or repeated within one."""
    return "\t".join([f"INIT_REPORT Init Duration: {init_ms:.2f} ms", f"Phase: {phase}", *failure.report_fields])


@dataclass(frozen=True)
class Report:
    """The last two lines of an invocation: what it took."""

    request_id: str
    duration_ms: float
    """From the handover of the event to the answer."""
    memory_size_mb: int
    max_memory_used_mb: int | None
    """None where the system does not say."""
    init_ms: float | None
    """What the initialization before this first invocation took; None later."""
    failure: Failure | None

    @property
    def lines(self) -> list[str]:
        """Return the END and the REPORT line."""
        fields = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            # The initialization is billed since August 2025.
            f"Billed Duration: {math.ceil(self.duration_ms + (self.init_ms or 0))} ms",
            f"Memory Size: {self.memory_size_mb} MB",
            f"Max Memory Used: {self.max_memory_used_mb or self.memory_size_mb} MB",
        ]
        if self.init_ms is not None:
            fields.append(f"Init Duration: {self.init_ms:.2f} ms")
        fields += self.failure.report_fields if self.failure else [""]  # AWS leaves a tab at the end
        return [f"END RequestId: {self.request_id}", "\t".join(fields)]


def _json(**members: str) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()
