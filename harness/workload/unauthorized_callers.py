"""In which ways a caller may be one that must be refused, by how the API knows its callers. Pure."""

import random
from collections.abc import Mapping
from typing import Final

from harness.callers import Auth

WAYS: Final[Mapping[Auth, tuple[str, ...]]] = {
    Auth.NONE: (),
    Auth.JWT: (
        "no-token",
        "malformed",
        "no-algorithm",
        "public-key-as-secret",
        "unknown-key",
        "another-key",
        "wrong-issuer",
        "wrong-audience",
        "expired",
        "not-yet-valid",
        "no-scope",
        "reads-only",
        "prefix-of-scope",
        "tampered",
    ),
    Auth.IAM: (
        "unsigned",
        "wrong-secret",
        "unknown-access-key",
        "stale-date",
        "altered-body",
        "altered-header",
        "another-service",
        "reads-only",
    ),
}


def way_of(auth: Auth, share: float, seed: int, number: int) -> str | None:
    """Return what is wrong with the caller of one flow; None: nothing, it is authorized.

    Args:
        auth: how the API knows its callers.
        share: of flows whose caller is not authorized.
        seed: the workload's.
        number: the flow's.
    """
    if not share or not WAYS[auth]:
        return None
    drawn = random.Random(f"{seed}/{number}/caller")  # noqa: S311  - repeatable is the point
    return drawn.choice(WAYS[auth]) if drawn.random() < share else None
