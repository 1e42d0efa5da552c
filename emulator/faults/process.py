"""Faults of the engine itself. Each fires once, when it is set."""

import ctypes
import logging
import os
import subprocess
import sys
import threading
import time
from typing import Final

from emulator.faults import pauser
from emulator.faults.full_disk import FullDisk
from emulator.faults.registry import Faults
from model.faults.fault import Fault, Thing
from model.faults.identity import Identity
from model.faults.kinds import Place
from model.faults.registry import ACTIVE, Hit

LOG = logging.getLogger(__name__)

ENGINE: Final = Identity("engine")
# So that whoever set the fault has the answer before.
PAUSE_AFTER_S: Final = 0.05
# A namespace's first process gets no signal from within that it does not handle, and SIGSTOP cannot be handled.
_FIRST_PID: Final = 1


class ProcessFaults:
    """What faults do to this process."""

    def __init__(self, faults: Faults, disk: FullDisk) -> None:
        self._faults = faults
        self._disk = disk
        faults.on_healing(self._heal)

    def has_been_set(self, fault: Fault) -> None:
        """Let a fault that has been set do what it does, if it is one of this place."""
        if fault.kind.place is not Place.PROCESS:
            return
        for hit in self._faults.hits(Place.PROCESS, Thing(ENGINE, fault.account_id), fault.name):
            if hit.kind == "pauses":
                pause(min(hit.delay_ms / 1000, fault.ttl_s))
            else:
                self._fill_disk(hit)

    def _fill_disk(self, hit: Hit) -> None:
        fault = hit.fault
        self._disk.fill(_key(fault))
        if not self._is_active(fault):  # it healed before there was anything to give back
            self._heal(fault)

    def _is_active(self, fault: Fault) -> bool:
        records = self._faults.records(fault.account_id, fault.name)
        return any(record.fault == fault and record.state == ACTIVE for record in records)

    def _heal(self, fault: Fault) -> None:
        self._disk.give_back(_key(fault))


def pause(for_s: float) -> None:
    """Let this process stand still for some seconds, a moment from now, and then go on by itself."""
    if os.getpid() == _FIRST_PID:
        stand_still: threading.Timer | threading.Thread = threading.Timer(PAUSE_AFTER_S, _hold_all_threads, [for_s])
    else:
        arguments = [str(os.getpid()), str(PAUSE_AFTER_S), str(for_s)]
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", pauser.__file__, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is not for it
        )
        stand_still = threading.Thread(target=child.wait, name="faults-pause")
    stand_still.daemon = True
    stand_still.start()


def _hold_all_threads(for_s: float) -> None:
    """Let no thread of Python go on: a foreign function that is called through PyDLL keeps the interpreter's lock."""
    end = time.monotonic() + for_s
    usleep = ctypes.PyDLL(None).usleep
    while (left_s := end - time.monotonic()) > 0:
        usleep(min(1_000_000, int(left_s * 1_000_000) + 1))


def _key(fault: Fault) -> tuple[str, str]:
    return fault.account_id, fault.name
