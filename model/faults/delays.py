"""How long a fault makes things wait: a distribution, drawn from by identity. Pure."""

import math
from dataclasses import dataclass

LONGEST_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class FixedDelay:
    """Always the same."""

    fixed_ms: float

    def drawn_ms(self, _draw: float) -> float:
        """Return it."""
        return self.fixed_ms


@dataclass(frozen=True, slots=True)
class UniformDelay:
    """Anything between two bounds, each as likely."""

    least_ms: float
    most_ms: float

    def drawn_ms(self, draw: float) -> float:
        """Return the delay for a draw from [0, 1)."""
        return self.least_ms + draw * (self.most_ms - self.least_ms)


@dataclass(frozen=True, slots=True)
class ExponentialDelay:
    """Mostly short and at times long, by its mean, and never longer than its bound."""

    mean_ms: float
    most_ms: float

    def drawn_ms(self, draw: float) -> float:
        """Return the delay for a draw from [0, 1)."""
        return min(self.most_ms, -self.mean_ms * math.log1p(-draw))


type Delay = FixedDelay | UniformDelay | ExponentialDelay
