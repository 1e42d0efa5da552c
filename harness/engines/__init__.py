"""Engines: whatever serves the AWS APIs that a stack is deployed to, behind one small protocol."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """An engine that answers."""

    endpoint_url: str
    version: str | None = None
    """LocalStack's version; None where the engine does not say it."""
    pid: int | None = None
    """Its process; None where it is not on this machine, or not ours to know."""
    log_path: Path | None = None
    started_at: str | None = None
    """ISO 8601, UTC."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self) | {"log_path": str(self.log_path) if self.log_path else None}

    def __str__(self) -> str:
        """Return one line for a person."""
        facts = [f"pid {self.pid}"] if self.pid else []
        facts += [f"LocalStack {self.version}"] if self.version else []
        return f"{self.endpoint_url} ({', '.join(facts)})" if facts else self.endpoint_url


class Engine(Protocol):
    """Something to deploy to and to drive."""

    def start(self) -> RunningEngine:
        """See to it that the engine answers.

        Raises:
            UnavailableError: it does not; the text says what to look at.
        """
        ...

    def stop(self) -> None:
        """Leave nothing running that `start` started, even if that failed or was interrupted half-way.

        It does nothing when nothing was started.
        """
        ...


@runtime_checkable
class MortalEngine(Engine, Protocol):
    """An engine of our own that can be killed, and started again where it was."""

    def kill(self) -> None:
        """End it as a power cut would: all that was deployed and stored is gone. It has ended when this returns.

        Nothing happens to an engine that has ended already.

        Raises:
            UnavailableError: it does not end.
        """
        ...

    def restart(self) -> RunningEngine:
        """Start it again at the same place, as it was started before, with nothing deployed.

        Raises:
            UnavailableError: it does not answer in time, or was never started.
        """
        ...
