"""One execution environment: its phases as on AWS, whatever its process does.

Init: the process starts and has ten seconds to ask for its first invocation. If it does not, or ends, or
reports an error, that is logged and forgotten. Invoke: the process answers, or fails; a process that ended,
or had to be killed, is replaced within the next invocation, on that invocation's time.
See https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from emulator.errors import EmulatorError
from emulator.services.lambda_ import outcome
from emulator.services.lambda_.ailments import HEALTHY, Ailments
from emulator.services.lambda_.outcome import Failure, Outcome
from emulator.services.lambda_.output import Output
from emulator.services.lambda_.runtime import Exited, Runtime
from emulator.services.lambda_.runtime_api import Answered, InitFailed, Invocation, NextRequested
from emulator.services.lambda_.starts import STARTS, Allowance, Starts, wait_for_start

_INIT_TIMEOUT_S = 10.0
# What surely fits into a socket that nobody reads.
_SOCKET_BYTES = 32 * 1024


class SandboxStoppedError(EmulatorError):
    """The execution environment was stopped before it could do this."""

    def __init__(self) -> None:
        super().__init__("the function's execution environment was stopped: invoke the function again")


@dataclass(frozen=True)
class Configuration:
    """What a function's configuration says about its execution environments."""

    version: str
    timeout_s: float
    memory_size_mb: int


class Sandbox:
    """One execution environment. One invocation at a time; `stop` may come at any moment from another thread.

    Args:
        configuration: of the function.
        launch: starts a runtime process that writes to the given output.
        dispose: called once, after the last process has ended.
        code_version: what changes when the code does; a process that began with other code is replaced before an
            invocation. None: the code does not change.
        starts: gives turns to processes that start.
    """

    def __init__(
        self,
        configuration: Configuration,
        launch: Callable[[Output], Runtime],
        dispose: Callable[[], None],
        code_version: Callable[[], object] = lambda: None,
        starts: Starts = STARTS,
    ) -> None:
        self._configuration = configuration
        self._launch = launch
        self._dispose = dispose
        self._code_version = code_version
        self._starts = starts
        self._began_with: object = None
        self._output = Output()
        self._runtime: Runtime | None = None
        self._init_ms: float | None = None  # not yet reported
        self._memory_mb: int | None = None  # at most, as far as known
        self._lock = threading.Lock()  # of the two below
        self._busy = False
        self._stopped = threading.Event()

    def initialize(self) -> Failure | None:
        """Go through the Init phase; return why it failed, if it did. The first invocation tries again then.

        Raises:
            SandboxStoppedError: it was stopped meanwhile.
            OSError: the process can't be started.
        """
        with self._occupied():
            failure = self._start_runtime("init", Allowance(_INIT_TIMEOUT_S))
        if self._stopped.is_set():
            raise SandboxStoppedError
        return failure

    def invoke(
        self, request_id: str, function_arn: str, trace_id: str, payload: bytes, *, ailments: Ailments = HEALTHY
    ) -> Outcome:
        """Run the function once; return what it came to, however it ended, and whatever ailed it on purpose.

        Raises:
            SandboxStoppedError: it had been stopped before.
            OSError: a new process can't be started.
        """
        with self._occupied():
            if ailments.starts_anew_s is not None:
                self._start_anew(ailments.starts_anew_s)
            allowance = Allowance(self._configuration.timeout_s)
            failure = self._fail_to_start() if ailments.fails_to_start else self._revive(allowance)
            deadline = allowance.deadline
            self._output.line(outcome.start_line(request_id, self._configuration.version))
            event = Invocation(request_id, function_arn, trace_id, payload, _to_epoch_ms(deadline))
            end = failure or self._run(event, deadline, ailments)
            return self._conclude(request_id, allowance.used_s, end)

    def kill(self) -> None:
        """Kill the process, whatever it does; an invocation that is under way ends as one whose process ended."""
        if (runtime := self._runtime) is not None:
            runtime.kill()

    def stop(self) -> None:
        """End it: now if it is idle, else when its invocation is over. Returns without waiting for that."""
        with self._lock:
            if self._stopped.is_set():
                return
            self._stopped.set()
            if self._busy:
                return
        self._end()

    @contextmanager
    def _occupied(self) -> Iterator[None]:
        with self._lock:
            if self._stopped.is_set():
                raise SandboxStoppedError
            self._busy = True
        try:
            yield
        finally:
            with self._lock:
                self._busy = False
                stopped = self._stopped.is_set()
            if stopped:
                self._end()

    def _start_runtime(self, phase: Literal["init", "invoke"], allowance: Allowance) -> Failure | None:
        """Start a process and wait until it asks for an invocation; if it does not, end it and return why."""
        with self._starts.turn(allowance):
            started = time.monotonic()
            self._began_with = self._code_version()  # before the process reads it: a later change is never missed
            runtime = self._runtime = self._launch(self._output)
            event = wait_for_start(runtime, allowance)
            init_ms = (time.monotonic() - started) * 1000
        match event:
            case NextRequested():
                self._init_ms = init_ms if phase == "init" else None
                self._memory_mb = runtime.peak_memory_mb()
                return None
            case InitFailed(error_type, payload):
                failure = outcome.init_failed(error_type, payload)
            case Exited(returncode):
                failure = outcome.exited(returncode)
            case _:
                failure = outcome.timed_out(self._configuration.timeout_s)
        self._end_runtime()
        self._output.line(outcome.init_report_line(init_ms, phase, failure))
        return failure

    def _revive(self, allowance: Allowance) -> Failure | None:
        """Make sure that a process waits for an invocation; return why none does."""
        if self._runtime is not None and self._code_version() != self._began_with:
            self._end_runtime()
        while self._runtime is not None:
            # Even of one that asks, see all that happened since the last invocation: it may have ended.
            event = self._runtime.wait(time.monotonic() if self._runtime.asks else allowance.deadline)
            if isinstance(event, Exited):
                self._end_runtime()
            elif event is None and self._runtime.asks:
                return None
            elif not allowance.left_s:
                return outcome.timed_out(self._configuration.timeout_s)
        return self._start_runtime("invoke", allowance)

    def _start_anew(self, longer_s: float) -> None:
        """Replace the process by one whose start takes longer, as in a new environment. It may fail: see `_revive`."""
        self._end_runtime()
        time.sleep(longer_s)  # nobody else needs this thread
        self._start_runtime("init", Allowance(_INIT_TIMEOUT_S))
        if self._init_ms is not None:
            self._init_ms += longer_s * 1000

    def _fail_to_start(self) -> Failure:
        """End the process, and be as if the next one had ended while it was initialized."""
        self._end_runtime()
        failure = outcome.exited(1)
        self._output.line(outcome.init_report_line(0, "invoke", failure))
        return failure

    def _run(self, invocation: Invocation, deadline: float, ailments: Ailments) -> Answered | Failure:
        assert self._runtime is not None  # noqa: S101 - `_revive` saw to it
        if ailments.stands_still_s:
            time.sleep(max(0, min(ailments.stands_still_s, deadline - time.monotonic())))  # as above
            if time.monotonic() >= deadline:
                return outcome.timed_out(self._configuration.timeout_s)
        if ailments.is_killed and len(invocation.payload) <= _SOCKET_BYTES:
            self._runtime.suspend()  # else a quick function may be done before it is killed
        self._runtime.deliver(invocation, deadline)
        if ailments.is_killed:
            self._runtime.kill()
            self._memory_mb = self._configuration.memory_size_mb
        match self._runtime.wait(deadline):
            case Answered() as answer:
                self._memory_mb = self._runtime.peak_memory_mb()
                return answer
            case Exited(returncode):
                return outcome.exited(returncode)
            case _:
                return outcome.timed_out(self._configuration.timeout_s)

    def _conclude(self, request_id: str, duration_s: float, end: Answered | Failure) -> Outcome:
        failure = end if isinstance(end, Failure) else None
        report = outcome.Report(
            request_id,
            duration_s * 1000,
            self._configuration.memory_size_mb,
            self._memory_mb,
            self._init_ms,
            failure,
        )
        self._init_ms = None
        if failure is not None:
            self._end_runtime()  # and with it comes the rest of its output
            for line in failure.lines(request_id, datetime.now(UTC)):
                self._output.line(line)
        for line in report.lines:
            self._output.line(line)
        if isinstance(end, Failure):
            return Outcome(end.answer(request_id), is_error=True, log=self._output.take())
        if end.payload is None:
            return Outcome(outcome.response_too_large(), is_error=True, log=self._output.take())
        return Outcome(end.payload, end.is_error, self._output.take())

    def _end_runtime(self) -> None:
        if self._runtime is not None:
            self._runtime.end()
        self._runtime = None

    def _end(self) -> None:
        self._end_runtime()
        self._dispose()


def _to_epoch_ms(deadline: float) -> int:
    return int((time.time() + deadline - time.monotonic()) * 1000)
