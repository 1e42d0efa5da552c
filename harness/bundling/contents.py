"""What is in a bundle: a folder that is named like the run, with some of the run's files, and a list of them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from harness.documents import from_json, members_of

FORMAT: Final = 1
LISTING: Final = "bundle.json"

FILES: Final[Mapping[str, str]] = {
    "run.json": "what decides the run",
    "history.jsonl": "every call, and what the engine held in the end",
    "results.json": "the verdict and all figures",
    "report.html": "the page",
    "engine.log": "the engine's log",
    "stack.zip": "what was deployed: template, API document, mapping templates, the function's code",
}
"""What may be in it, with what it is. JUnit is left out: it says nothing more, and where the folder was."""

_RUN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class BundledFile:
    """One file of a bundle."""

    size_bytes: int
    sha256: str
    cleaned: int = 0
    """In how many places something was taken out."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a bundle says of itself."""

    run_id: str
    files: Mapping[str, BundledFile] = field(default_factory=dict)


def listing_to_json(listing: Listing) -> dict[str, Any]:
    """Return the JSON object that `listing_from_json` reads."""
    return {"format": FORMAT} | asdict(listing)


def listing_from_json(document: Any, where: str) -> Listing:
    """Return the listing that a JSON value stands for.

    Raises:
        MisuseError: it stands for none, or is of another format than this code's.
    """
    members = members_of(document, FORMAT, where, "unpack it with the version of the harness that made it")
    return from_json(Listing, members, {}, where)


def may_be_in_bundle(path: str) -> bool:
    """Return whether a bundle may have a file of this path."""
    run_id, _, name = path.partition("/")
    return is_run_id(run_id) and (name in FILES or name == LISTING)


def is_run_id(name: str) -> bool:
    """Return whether a folder of a run may be named so."""
    return bool(_RUN_ID.fullmatch(name))
