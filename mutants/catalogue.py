"""All planted bugs, in the order in which a create meets them.

First who may call, then API, resources and function; then what needs a fault, and at last those of the client.
"""

from collections.abc import Sequence
from typing import Final

from harness.errors import MisuseError
from mutants import authorization, client, faulted, function, gateway, resources
from mutants.mutant import Mutant

MUTANTS: Final[tuple[Mutant, ...]] = (
    *authorization.MUTANTS,
    *gateway.MUTANTS,
    *resources.MUTANTS,
    *function.MUTANTS,
    *faulted.MUTANTS,
    *client.MUTANTS,
)


def mutants_named(names: Sequence[str]) -> tuple[Mutant, ...]:
    """Return these mutants, in the catalogue's order; all of them for no names.

    Raises:
        MisuseError: there is none of a name.
    """
    known = {mutant.name for mutant in MUTANTS}
    if unknown := [name for name in names if name not in known]:
        raise MisuseError(f"no mutant is called {unknown[0]!r}; there are {', '.join(sorted(known))}")
    return tuple(mutant for mutant in MUTANTS if not names or mutant.name in names)
