"""What a function writes, kept in order and within a bound until its invocation is over."""

_HALF_BYTES = 512 * 1024


class Output:
    """The lines of one invocation, or of an initialization before it.

    A function may write without end: the first and the last half mebibyte are kept, and a line between them
    says how much is missing.
    """

    def __init__(self, half_bytes: int = _HALF_BYTES) -> None:
        self._half_bytes = half_bytes
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped_bytes = 0

    def write(self, data: bytes) -> None:
        """Take what the function wrote."""
        room = self._half_bytes - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        # Twice the bound before it is cut, so that not every small write moves the whole.
        if len(self._tail) > 2 * self._half_bytes:
            self._cut_tail()

    def line(self, text: str) -> None:
        """Add a line of the platform's own; a line that the function left open is closed first."""
        written = self._tail or self._head
        if written and not written.endswith(b"\n"):
            self.write(b"\n")
        self.write(text.encode() + b"\n")

    def take(self) -> str:
        """Return all that was kept, and begin anew. Bytes that are no UTF-8 are replaced."""
        if len(self._tail) > self._half_bytes:
            self._cut_tail()
        gap = f"\n[{self._dropped_bytes} bytes of output were not kept]\n" if self._dropped_bytes else ""
        text = (self._head + gap.encode() + self._tail).decode(errors="replace")
        self._head.clear()
        self._tail.clear()
        self._dropped_bytes = 0
        return text

    def _cut_tail(self) -> None:
        surplus = len(self._tail) - self._half_bytes
        self._dropped_bytes += surplus
        del self._tail[:surplus]
