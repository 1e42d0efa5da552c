"""A clock that goes on when it is told to."""

from dataclasses import dataclass


@dataclass
class FakeClock:
    """Seconds, as `time.monotonic` has them."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s
