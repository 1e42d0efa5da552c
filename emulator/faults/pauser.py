"""A program that stops its parent, and lets it go on after a while whatever becomes of anyone else.

Usage: `python -I -S pauser.py PID AFTER_S FOR_S`, as a child of process PID.

It imports nothing of ours. It ends without a signal to a process that is no longer its parent: that PID may be
another's by then.
"""

import os
import signal
import sys
import time


def main(pid: int, after_s: float, for_s: float) -> None:
    """Stop process `pid` after some seconds and for some seconds."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # whoever is told to end with it, the parent has to go on
    time.sleep(after_s)
    if os.getppid() == pid:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(for_s)
    if os.getppid() == pid:
        os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
