"""What all processes of a test session agree on, as a value. Under xdist the controller decides it and hands it on."""

import os
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import pytest

_SEED_BITS: Final = 32
_FIRST_ACCOUNT: Final = 100_000_000_000


@dataclass(frozen=True, slots=True)
class PytestSession:
    """One `pytest` that a person started, as one of its processes sees it."""

    seed: int
    """Drawn if it was not given."""
    flows: int
    engine: str
    """What kind: embedded, container or external."""
    endpoint_url: str | None
    """Of the external engine; None: the session has one of its own."""
    owner_pid: int
    """The process that the person started: the engine does not outlive it."""
    root: Path
    """pytest's rootdir: the folder `.harness` is in it."""
    started_in: Path
    """Where the person was."""
    auth: str = "none"
    """How the stack knows who calls: a `harness.callers.Auth`."""
    worker: int = 0
    """Which of the processes that run tests this is: 0 without xdist, from 1 with it; none is given twice."""

    @classmethod
    def from_options(cls, config: pytest.Config) -> Self:
        """Decide it, as the process that the person started.

        Raises:
            pytest.UsageError: the options contradict each other.
        """
        seed, endpoint_url = config.option.harness_seed, config.option.harness_endpoint_url
        if (config.option.harness_engine == "external") != (endpoint_url is not None):
            raise pytest.UsageError(
                "--engine external and --endpoint-url go together: give both, as in "
                "--engine external --endpoint-url http://127.0.0.1:4566, or neither"
            )
        return cls(
            seed=random.SystemRandom().getrandbits(_SEED_BITS) if seed is None else seed,
            flows=config.option.harness_flows,
            engine=config.option.harness_engine,
            endpoint_url=endpoint_url,
            owner_pid=os.getpid(),
            root=config.rootpath,
            started_in=config.invocation_params.dir,
            auth=config.option.harness_auth,
        )

    def for_worker(self, number: int) -> dict[str, Any]:
        """Return this for a worker, in types that xdist can send."""
        return asdict(self) | {"root": str(self.root), "started_in": str(self.started_in), "worker": number}

    @classmethod
    def from_controller(cls, sent: dict[str, Any]) -> Self:
        """Return what `for_worker` made."""
        return cls(**sent | {"root": Path(sent["root"]), "started_in": Path(sent["started_in"])})

    @property
    def account_id(self) -> str:
        """Twelve digits that no other worker has: accounts share nothing."""
        return f"{_FIRST_ACCOUNT + self.worker}"

    @property
    def state_dir(self) -> Path:
        """Where runs are kept, and the session's engine while it lives. It need not exist."""
        return self.root / ".harness"
