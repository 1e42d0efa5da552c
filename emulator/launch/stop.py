"""Stop the engine of a state folder: in order if it can be, by force if it must."""

import signal
import time

from emulator.errors import UnavailableError
from emulator.launch.process import send, wait_until_ended
from emulator.launch.record import EngineRecord
from emulator.launch.state_dir import StateDir

_START_TIMEOUT_S = 60.0
_END_TIMEOUT_S = 5.0


def stop_engine(state_dir: StateDir) -> EngineRecord | None:
    """Stop the engine of `state_dir`; return the record of what was stopped, or `None` when nothing ran.

    An engine that is about to start is awaited first: when this returns, none runs.

    Raises:
        UnavailableError: it does not end, or it is another user's.
    """
    if not state_dir.path.exists():
        return None
    claimed = state_dir.claim(time.monotonic() + _START_TIMEOUT_S)
    if isinstance(claimed, EngineRecord):
        end_process(claimed.pid)
    else:
        claimed.release()
    state_dir.tidy()
    return claimed if isinstance(claimed, EngineRecord) else None


def end_process(pid: int) -> None:
    """End process `pid`: by SIGTERM, and by SIGKILL if it does not heed that.

    Raises:
        UnavailableError: it does not end, or it is another user's.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        send(pid, number)
        if wait_until_ended(pid, _END_TIMEOUT_S):
            return
    raise UnavailableError(f"the engine (pid {pid}) does not end, not even by SIGKILL: the system holds it")
