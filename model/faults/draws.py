"""The decision: a number from [0, 1) that depends on a fault's seed and name and on what a thing is. Pure.

It is the same on any machine and in any order. Numbers for different purposes do not depend on each other.
"""

from hashlib import blake2b
from typing import Final

_BITS: Final = 53


def draw(seed: int, name: str, key: str, purpose: str) -> float:
    """Return the number.

    Args:
        seed: the fault's.
        name: the fault's.
        key: the thing's: `Thing.key`.
        purpose: what the number decides, as "hit".
    """
    text = "\0".join((str(seed), name, key, purpose))
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest) >> (64 - _BITS)) / (1 << _BITS)
