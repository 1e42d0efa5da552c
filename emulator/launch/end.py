"""How an engine ends: on a signal at any moment, with its owner, and within a bound."""

import os
import signal
import threading
from types import FrameType
from typing import NoReturn, Protocol

from emulator.errors import EXIT_INTERRUPTED, EXIT_OK
from emulator.launch.process import wait_until_ended
from emulator.launch.state_dir import StateDir

# An engine that was told to stop is gone after this time, whatever it waits for.
_GRACE_S = 2.5
_EXIT_CODES = {signal.SIGTERM: EXIT_OK, signal.SIGINT: EXIT_INTERRUPTED}


class Stoppable(Protocol):
    """What serves, and can be told to stop."""

    @property
    def is_serving(self) -> bool:
        """Whether there is anything to stop."""

    def exit(self, code: int) -> None:
        """Stop in order. Returns at once."""


class Ending:
    """The end of this process.

    Until the engine serves there is nothing to stop in order: a signal ends the process on the spot. While it
    serves, a signal tells it to stop, and a second signal, or the end of a grace period, is final.
    """

    def __init__(self, state_dir: StateDir) -> None:
        self._state_dir = state_dir
        self._engine: Stoppable | None = None
        self._exit_code: int | None = None

    def on_signals(self) -> None:
        """From now on, SIGTERM and SIGINT (Ctrl-C) end this process."""
        for number in _EXIT_CODES:
            signal.signal(number, self._on_signal)

    def through(self, engine: Stoppable) -> None:
        """From now on, end by stopping `engine` if it serves."""
        self._engine = engine

    def now(self, exit_code: int | None = None) -> NoReturn:
        """End this process with `exit_code`, or with the one of the signal that began its end.

        Not by way of the interpreter's own end, which waits for every thread that waits for something.
        """
        self._state_dir.leave()
        os._exit(exit_code if exit_code is not None else self._exit_code or EXIT_OK)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        is_first = self._exit_code is None
        self._exit_code = _EXIT_CODES[signal.Signals(number)]
        if not is_first or self._engine is None or not self._engine.is_serving:
            self.now()
        last_call = threading.Timer(_GRACE_S, self.now)
        last_call.daemon = True
        last_call.start()
        self._engine.exit(self._exit_code)


def stop_with(pid: int) -> None:
    """Let this process end, as if by SIGTERM, when process `pid` has ended, or if it has already."""

    def watch() -> None:
        wait_until_ended(pid)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name=f"stop-with-{pid}", daemon=True).start()
