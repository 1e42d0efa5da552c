"""How sure one can be of a share that was counted. Pure."""

import math
from typing import Final

_Z_95: Final = 1.959963984540054
"""The standard normal distribution is within this many deviations of its mean in 95 of 100 cases."""


def wilson_interval(hits: int, tries: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share: Wilson's score interval.

    It is right also for few tries, and where none or all of them hit: the interval of 0 of 20 is not empty, as the
    usual one (the share, give or take its standard error) would be. See E. B. Wilson, "Probable Inference, the Law of
    Succession, and Statistical Inference", Journal of the American Statistical Association 22 (1927), 209-212.

    Args:
        hits: how many of the tries.
        tries: how many in all, independent of each other.
    """
    if not tries:
        return 0.0, 1.0
    share, weight = hits / tries, _Z_95**2 / tries
    middle = (share + weight / 2) / (1 + weight)
    half = _Z_95 * math.sqrt(share * (1 - share) / tries + weight / (4 * tries)) / (1 + weight)
    # Exact where rounding would say a little more or less than nothing, or all.
    return 0.0 if hits == 0 else max(0.0, middle - half), 1.0 if hits == tries else min(1.0, middle + half)
