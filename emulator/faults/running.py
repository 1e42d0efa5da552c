"""Which functions run now, so that one can be killed in the middle of what it does.

AWS's SDKs send the invocation's trace with each call that a function makes (`X-Amzn-Trace-Id`); by it a call of a table
is known to be a function's.
Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html, on the header.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_ROOT = re.compile(r"Root=([^;]+)")


class Running:
    """Functions at work, by the roots of their invocations' traces. Any thread may use it."""

    def __init__(self) -> None:
        # More than one where a function invokes another: the trace goes on with the call.
        self._kills: dict[str, list[Callable[[], None]]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def function(self, trace_header: str, kill: Callable[[], None]) -> Iterator[None]:
        """Know a function while the block runs.

        Args:
            trace_header: the invocation's.
            kill: ends the function's process at once; it may be called from any thread, and must not wait.
        """
        root = _root(trace_header)
        with self._lock:
            self._kills.setdefault(root, []).append(kill)
        try:
            yield
        finally:
            with self._lock:
                self._kills[root].remove(kill)
                if not self._kills[root]:
                    del self._kills[root]

    def runs(self, trace_header: str | None) -> bool:
        """Whether a call with this header is one of a function that is known."""
        return trace_header is not None and _root(trace_header) in self._kills

    def kill(self, trace_header: str | None) -> None:
        """Kill the function, if it is known: the one that began last, where one has invoked another."""
        with self._lock:
            kills = self._kills.get(_root(trace_header), []) if trace_header else []
            kill = kills[-1] if kills else None
        if kill is not None:
            kill()


def _root(trace_header: str) -> str:
    found = _ROOT.search(trace_header)
    return found[1] if found else trace_header


RUNNING: Final = Running()
