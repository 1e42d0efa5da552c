"""The engine's API for faults in memory, behind the transport interface, on the loop's clock."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from harness.transport import Request, Response, TransportError, TransportFailure
from model.faults.catalogue import ENGINE_KINDS

ENDPOINT_URL = "http://engine.test:4566"
ACCOUNT_ID = "123456789012"
EPOCH_S = 1_000_000.0
"""The engine's clock at the loop's zero."""


@dataclass
class FakeControl:
    """Faults that expire by themselves, and whose hits a test adds."""

    latency_s: float = 0.0
    known: list[str] | None = field(default_factory=lambda: [kind.name for kind in ENGINE_KINDS])
    """None: an engine that has no faults."""
    gone_at_s: float = float("inf")
    """From then on nobody answers."""
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    firings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[float, str, str]] = field(default_factory=list)
    """When, the method, and the fault's name or what else is asked for."""

    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def hit(self, name: str, flow: int) -> None:
        fault, hits = self.faults[name], self.firings.setdefault(name, [])
        at_s = EPOCH_S + self.now_s()
        hits.append(
            {"number": len(hits), "at_s": at_s, "identity": f"flow {flow}", "flow": flow, "operation": "PutItem",
             "resource": "users", "attempt": 1, "delay_ms": 20.0}
        )  # fmt: skip
        fault["eligible"] += 2
        fault["fired"] += 1

    def states(self) -> set[str]:
        return {fault["state"] for fault in self.faults.values()}

    def times_s(self, method: str, name: str) -> list[float]:
        return [at_s for at_s, *what in self.calls if what == [method, name]]

    async def send(self, request: Request, timeout_s: float) -> Response:
        """Implement `harness.transport.Transport`."""
        del timeout_s
        path, _, query = request.url.removeprefix(f"{ENDPOINT_URL}/_emulator/faults").partition("?")
        name = path.rsplit("/", 1)[1] if not path.endswith("/firings") else path.split("/")[2]
        await asyncio.sleep(self.latency_s)
        if self.now_s() >= self.gone_at_s:
            raise TransportError(TransportFailure.REFUSED, "nobody is there")
        if path.endswith("/firings"):
            after = int(query.partition("after=")[2].partition("&")[0])
            page = self.firings.get(name, [])[after : after + 2]
            return answer(200, {"firings": page, "next": after + len(page)})
        self.calls.append((self.now_s(), request.method, name))
        if path == "/kinds":
            found = {"kinds": [{"name": kind} for kind in self.known or ()]}
            return answer(404, {}) if self.known is None else answer(200, found)
        if path == f"/{ACCOUNT_ID}":
            return answer(200, {"faults": [{"name": name, **fault} for name, fault in self.faults.items()]})
        assert path == f"/{ACCOUNT_ID}/{name}"
        return self._fault(request, name)

    def _fault(self, request: Request, name: str) -> Response:
        fault, now_s = self.faults.get(name), EPOCH_S + self.now_s()
        if fault and fault["state"] == "active" and fault["expires_at_s"] <= now_s:
            fault |= {"state": "expired", "ended_at_s": fault["expires_at_s"]}
        if request.method == "PUT":
            definition = json.loads(request.body or b"")
            expires_at_s = now_s + definition["ttl_s"]
            if fault and fault["state"] == "active" and definition.items() <= fault.items():
                fault["expires_at_s"] = expires_at_s
                return answer(200, fault)
            self.firings[name] = []
            self.faults[name] = definition | {
                "state": "active", "eligible": 0, "fired": 0, "set_at_s": now_s, "ended_at_s": None,
                "expires_at_s": expires_at_s,
            }  # fmt: skip
            return answer(201, self.faults[name])
        if fault is None:
            return answer(404, {"message": "there is none"})
        if request.method == "DELETE" and fault["state"] == "active":
            fault |= {"state": "healed", "ended_at_s": now_s}
        return answer(200, fault)


def answer(status: int, document: Any) -> Response:
    return Response(status, {}, json.dumps(document).encode())
