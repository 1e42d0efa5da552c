"""Has an engine break things on purpose, for the trials that need it: over the HTTP API of its faults."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

from harness.errors import UnavailableError
from harness.faults import Fault

_TTL_S: Final = 300
"""Longer than any trial, and not for ever where this process is killed."""
_TIMEOUT_S: Final = 10


@contextmanager
def broken_on_purpose(endpoint_url: str, account: str, faults: Sequence[Fault], seed: int) -> Iterator[None]:
    """Have these faults set in an account while the block runs, and healed after it.

    Raises:
        UnavailableError: the engine cannot be told; it is none of ours, or gone.
    """
    url = f"{endpoint_url}/_emulator/faults/{account}"
    try:
        for fault in faults:
            _send("PUT", f"{url}/{fault.name}", definition_of(fault, seed))
        yield
    finally:
        for fault in faults:
            _send("DELETE", f"{url}/{fault.name}", None)


def definition_of(fault: Fault, seed: int) -> dict[str, Any]:
    """Return a fault as the engine is told it. Pure."""
    scope: dict[str, Any] = {}
    if fault.operations:
        scope["operations"] = sorted(fault.operations)
    if fault.resources:
        scope["resources"] = sorted(fault.resources)
    if fault.flows:
        scope["flows"] = [fault.flows.first, fault.flows.last]
    definition = {
        "kind": fault.kind,
        "seed": seed,
        "rate": fault.rate,
        "times": fault.times,
        "limit": fault.limit,
        "ttl_s": _TTL_S,
        "scope": scope,
    }
    return definition | ({"delay": asdict(fault.delay)} if fault.delay else {})


def _send(method: str, url: str, document: dict[str, Any] | None) -> None:
    body = None if document is None else json.dumps(document).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(url, body, headers, method=method)  # noqa: S310 - the engine's own URL
    try:
        with urlopen(request, timeout=_TIMEOUT_S):  # noqa: S310 - as above
            pass
    except (URLError, OSError) as error:
        raise UnavailableError(f"{method} {url}: {error}; is this an engine of ours?") from error
