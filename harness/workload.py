"""What to send: from one seed, the same users whatever the concurrency. No I/O, no clock.

The user of flow n depends on the seed and n alone, so that any flow can be made again by itself.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.api_client import NewUser

HOSTILE_FRAGMENTS: Final[tuple[str, ...]] = (
    '"',
    "'",
    "\\",
    "\\\"'",
    "\\u0041",
    "\n\r\t",
    "\x00\x01\x1f\x7f",
    "\u2028\u2029",
    "\U0001f9d1\u200d\U0001f680",
    "e\u0301 \u00e9",
    "\u202e\u0645\u0631\u062d\u0628\u0627",
    "$input.body",
    "$input.path('$.name')",
    "$util.escapeJavaScript('x')",
    "${context.requestId} $!{missing}",
    "#set($x=1) #if(true) #end",
    "## #* *# #[[ ]]#",
    "&Action=PurgeQueue",
    "a+b=c;d%20%00%zz",
    "<script>&amp;</script>",
    '"}, {"name": "',
)
"""Texts that break a mapping template, a form body, or JSON which was put together by hand."""

_FIRST_NAMES: Final = ("Ada", "Barbara", "Edsger", "Grace", "Ken", "Leslie", "Margaret", "Nancy", "Tony")
_LAST_NAMES: Final = ("Dijkstra", "Hamilton", "Hoare", "Hopper", "Lamport", "Liskov", "Lovelace", "Lynch")
_MOST_FRAGMENTS: Final = 4


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """One flow to make: its number from 0, and the user to create."""

    number: int
    user: NewUser


@dataclass(frozen=True, slots=True)
class Workload:
    """Flows to make, as a value: equal workloads send the same bytes."""

    seed: int
    flows: int
    hostile_share: float = 0.2
    """The share of flows, 0 to 1, whose name is hostile."""

    def plans(self) -> Iterator[FlowPlan]:
        """Return every flow in order, each made when it is asked for."""
        return (self.plan(number) for number in range(self.flows))

    def plan(self, number: int) -> FlowPlan:
        """Return one flow. Its email is its own within the workload, so that a mix-up shows."""
        # A text seeds by its SHA-512: the same on every machine, and near numbers are far apart.
        drawn = random.Random(f"{self.seed}/{number}")  # noqa: S311 - repeatable is the point
        name = f"{drawn.choice(_FIRST_NAMES)} {drawn.choice(_LAST_NAMES)}"
        if drawn.random() < self.hostile_share:
            fragments = drawn.choices(HOSTILE_FRAGMENTS, k=drawn.randint(1, _MOST_FRAGMENTS))
            name = f"{name} {''.join(fragments)}"
        return FlowPlan(number, NewUser(name, f"user-{self.seed}-{number}@example.com"))
