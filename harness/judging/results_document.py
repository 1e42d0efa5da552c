"""`Results` as JSON, which is what `results.json` holds, and back: strict, versioned. No I/O."""

import json
from dataclasses import asdict
from typing import Any, Final

from harness.documents import from_json, members_of
from harness.judging.results import Results

FORMAT: Final = 1


def results_to_json(results: Results) -> dict[str, Any]:
    """Return the JSON object that `results_from_json` reads.

    What is not known is null; nothing is left out but the figures of faults, where there were none.
    """
    # Through JSON, so that what is returned equals what a reader gets: lists and texts, no tuples and enumerations.
    document: dict[str, Any] = json.loads(json.dumps(asdict(results)))
    if results.figures.faults is None:
        del document["figures"]["faults"]
    return {"format": FORMAT} | document


def results_from_json(document: Any, where: str = "results") -> Results:
    """Return the results that a JSON value stands for.

    Raises:
        MisuseError: it stands for none, or is of another format than this code's.
    """
    what_next = "make it again from the history: `harness check RUN --write`"
    members = members_of(document, FORMAT, where, what_next)
    return from_json(Results, members, {}, where)
