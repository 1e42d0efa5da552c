"""An engine's faults as the tests set and heal them, over HTTP; and the header that makes a request one of a flow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

_TIMEOUT_S = 30


@dataclass(frozen=True)
class EngineFaults:
    """The faults of one account of an engine."""

    endpoint_url: str
    account_id: str

    @property
    def url(self) -> str:
        return f"{self.endpoint_url}/_emulator/faults/{self.account_id}"

    def set(self, name: str, kind: str, **definition: Any) -> dict[str, Any]:
        answer = requests.put(f"{self.url}/{name}", json={"kind": kind, **definition}, timeout=_TIMEOUT_S)
        assert answer.ok, answer.text
        return dict(answer.json())

    def get(self, name: str) -> dict[str, Any]:
        return dict(requests.get(f"{self.url}/{name}", timeout=_TIMEOUT_S).json())

    def heal(self, name: str) -> dict[str, Any]:
        return dict(requests.delete(f"{self.url}/{name}", timeout=_TIMEOUT_S).json())

    def heal_all(self) -> None:
        assert requests.delete(self.url, timeout=_TIMEOUT_S).ok

    def firings(self, name: str) -> list[dict[str, Any]]:
        """Every hit, page by page."""
        found: list[dict[str, Any]] = []
        while page := requests.get(
            f"{self.url}/{name}/firings", params={"after": len(found), "most": 1000}, timeout=_TIMEOUT_S
        ).json()["firings"]:
            found += page
        return found

    @contextmanager
    def during(self, name: str, kind: str, **definition: Any) -> Iterator[None]:
        """Set a fault, and heal it at the end of the block."""
        self.set(name, kind, **definition)
        try:
            yield
        finally:
            self.heal(name)


def flow_header(flow: int) -> dict[str, str]:
    """Return the header of a request that belongs to a flow."""
    return {"X-Amzn-Trace-Id": f"Root=1-5759e988-0f10f10f{flow:016x}"}
