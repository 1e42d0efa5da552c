"""Messages that hold no user, for the dead-letter queue's own test. Pure."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Final

_KINDS: Final[tuple[Callable[[str], str], ...]] = (
    lambda mark: f"{mark}, which is not JSON",
    lambda mark: f'{{"name": "{mark}", "email": ',
    json.dumps,
    lambda mark: json.dumps([mark]),
    lambda mark: json.dumps({"note": mark}),
    lambda mark: json.dumps({"email": f"{mark}@example.com"}),
    lambda mark: json.dumps({"name": mark}),
    lambda mark: json.dumps({"name": None, "email": f"{mark}@example.com"}),
    lambda mark: json.dumps({"name": "", "email": f"{mark}@example.com"}),
    lambda mark: json.dumps({"name": mark, "email": 1}),
)


def poison_bodies(count: int, seed: int) -> Iterator[str]:
    """Return bodies that a consumer of users must reject, each different; number n derives from the seed and n."""
    for number in range(count):
        kind = random.Random(f"poison {seed} {number}").choice(_KINDS)  # noqa: S311 - it has to be the same again
        yield kind(f"poison-{seed}-{number}")
