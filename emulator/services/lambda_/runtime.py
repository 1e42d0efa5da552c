"""One runtime process and the wires to it: its Runtime API, its output, the pipe that its life hangs on."""

import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from emulator.services.lambda_ import supervisor
from emulator.services.lambda_.output import Output
from emulator.services.lambda_.runtime_api import Event, Invocation
from emulator.services.lambda_.runtime_server import RuntimeServer

# What a pipe holds. One read of this size takes all that was written before it.
_PIPE_BYTES = 64 * 1024
_END_WITHIN_S = 3.0
_SHORTEST_S = 0.001  # of a timeout: none at all has another meaning


@dataclass(frozen=True)
class Exited:
    """The process has ended; `returncode` is as `subprocess` has it."""

    returncode: int


class Runtime:
    """A process that runs `command` below a supervisor, and what it says.

    One thread at a time: the one that waits is the one that serves.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        variables: Callable[[str], Mapping[str, str]],
        output: Output,
    ) -> None:
        """Start the process.

        Args:
            command: the program, by its whole path, and its arguments.
            folder: its working directory.
            variables: its whole environment, given the address of its Runtime API.
            output: takes what it writes.

        Raises:
            OSError: no process, port or pipe is to be had.
        """
        self._output = output
        self._events: deque[Event | Exited] = deque()
        self._selector = selectors.DefaultSelector()
        self._server = RuntimeServer(self._selector, self._events.append)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", supervisor.__file__, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                cwd=folder,
                env=variables(self._server.address),
                start_new_session=True,
            )
        except OSError:
            self._close()
            raise
        assert self._process.stdin is not None  # noqa: S101 - we asked for pipes
        assert self._process.stdout is not None  # noqa: S101 - as above
        self._lifeline = self._process.stdin
        self._written = self._process.stdout
        os.set_blocking(self._written.fileno(), False)
        self._selector.register(self._written, selectors.EVENT_READ, self._read_output)

    def wait(self, deadline: float) -> Event | Exited | None:
        """Return the next thing that the process says or does, or None at `deadline` (of `time.monotonic`).

        A deadline that has passed still finds what is there already. What the process wrote before it said
        something has gone to the output by then.
        """
        while not self._events:
            ready = self._selector.select(max(0.0, deadline - time.monotonic()))
            # The output last: its end is the process's end, and what the process said before that counts.
            for key, _ in sorted(ready, key=lambda entry: entry[0].fileobj is self._written):
                key.data()
            if not self._events and time.monotonic() >= deadline:
                return None
        return self._events.popleft()

    @property
    def asks(self) -> bool:
        """Whether the process waits for an invocation."""
        return self._server.asked

    def deliver(self, invocation: Invocation, deadline: float) -> None:
        """Hand over `invocation` until `deadline`; the process must have asked for it."""
        self._server.deliver(invocation, max(_SHORTEST_S, deadline - time.monotonic()))

    def end(self) -> None:
        """Kill the process and all that it started, and take the rest of its output. Call nothing after."""
        self._lifeline.close()
        deadline = time.monotonic() + _END_WITHIN_S
        while self._process.returncode is None and self.wait(deadline) is not None:
            pass
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        self._written.close()
        self._close()

    def kill(self) -> None:
        """Kill the process and all that it started, as the system would; any thread may, at any time."""
        for process in self._processes():
            with suppress(psutil.Error):
                process.kill()

    def suspend(self) -> None:
        """Stop them where they are until they are killed: what is delivered meanwhile waits in the socket."""
        for process in self._processes():
            with suppress(psutil.Error):
                process.suspend()

    def _processes(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            return psutil.Process(self._process.pid).children(recursive=True)
        return []

    def peak_memory_mb(self) -> int | None:
        """Return the largest resident size that the process has had; None where the system does not say."""
        try:
            return int(Path(f"/proc/{self._pid}/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
        except (OSError, IndexError, ValueError):
            return None

    def waited_for_processor_s(self) -> float:
        """Return how long the process could have gone on, and had no processor; 0 where the system does not say."""
        try:
            pids = (self._process.pid, self._pid)  # the supervisor's start is a part of its own
            # Linux, Documentation/scheduler/sched-stats: the second number is nanoseconds on a run queue.
            return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) for pid in pids) / 1e9
        except (OSError, IndexError, ValueError):
            return 0.0

    @cached_property
    def _pid(self) -> int:
        supervisor_pid = self._process.pid
        # proc(5): the supervisor has one child, the runtime, and perhaps adopted orphans after it.
        return int(Path(f"/proc/{supervisor_pid}/task/{supervisor_pid}/children").read_text().split()[0])

    def _read_output(self) -> None:
        # Twice, so that an end behind the last words is seen at once.
        for _ in range(2):
            try:
                data = os.read(self._written.fileno(), _PIPE_BYTES)
            except BlockingIOError:
                return
            if not data:
                self._see_end()
                return
            self._output.write(data)

    def _see_end(self) -> None:
        self._selector.unregister(self._written)
        self._events.append(Exited(self._process.wait()))

    def _close(self) -> None:
        self._server.close()
        self._selector.close()
