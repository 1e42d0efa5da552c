"""What a fault holds back: it is done after a delay, or at once when the fault heals."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from emulator.faults.registry import FAULTS, Faults
from model.faults.fault import Fault
from model.faults.held import Held
from model.faults.registry import LIMITED

LOG = logging.getLogger(__name__)

type Action = Callable[[], object]


class Later:
    """Actions with the times at which they are due, and one thread that does them, which lives while there are any.

    A fault that ends because it has hit as much as it may lets go of nothing early: each delay is what was asked for.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self._faults = faults
        self._clock = clock
        self._changed = threading.Condition()  # and the lock of all below
        self._held: Held[Action] = Held()
        self._runs = False
        faults.on_healing(self._let_go)

    def do(self, delay_s: float, faults: tuple[Fault, ...], action: Action) -> None:
        """Do something once, after a delay or when one of these faults heals."""
        with self._changed:
            self._held.hold(action, self._clock() + delay_s, faults)
            self._changed.notify()
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="faults-later", daemon=True).start()

    def do_what_is_due(self) -> None:
        """Do it, each once."""
        with self._changed:
            actions = self._held.take_due(self._clock())
        _do_all(actions)

    def _let_go(self, fault: Fault) -> None:
        # Of a fault that was set anew, the record is no longer its own.
        records = self._faults.records(fault.account_id, fault.name)
        if any(record.fault == fault and record.state == LIMITED for record in records):
            return
        with self._changed:
            actions = self._held.let_go(fault)
            self._changed.notify()
        _do_all(actions)

    def _run(self) -> None:
        while True:
            self.do_what_is_due()
            with self._changed:
                due_at_s = self._held.due_at_s
                if due_at_s is None:
                    self._runs = False
                    return
                self._changed.wait(max(0, due_at_s - self._clock()))


def _do_all(actions: list[Action]) -> None:
    for action in actions:
        try:
            action()
        except Exception:  # one that fails must not keep the others back
            LOG.exception("what a fault had held back could not be done")


LATER: Final = Later(FAULTS)
