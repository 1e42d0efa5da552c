"""What a person sees while the stack changes: one line for each resource that settles, on standard error."""

import sys
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from infra.stack import Event


class Progress(Protocol):
    """Is told what happens."""

    def event(self, event: "Event") -> None:
        """Tell that a resource's status changed."""

    def note(self, text: str) -> None:
        """Tell what is done now."""


class Lines:
    """Progress as lines of text, each with the seconds since the start. In colours on a terminal."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._console = None
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - 60 ms that only a terminal is worth

            self._console = Console(stderr=True, highlight=False)

    def event(self, event: "Event") -> None:
        """Write a line when the resource has settled."""
        if event.settled:
            reason = f"  {event.reason}" if event.failed else ""
            text = f"{event.status:<20} {event.resource} ({event.resource_type}){reason}"
            self._write(text, "red" if event.failed else "green")

    def note(self, text: str) -> None:
        """Write a line."""
        self._write(text, "default")

    def _write(self, text: str, style: str) -> None:
        line = f"{time.monotonic() - self._started:7.2f} s  {text}"
        if self._console is None:
            sys.stderr.write(line + "\n")
        else:
            self._console.print(line, style=style, markup=False, soft_wrap=True)
