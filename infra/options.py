"""What a person asked the bootstrap for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """One run of the bootstrap. `endpoint_url` is None for AWS; `timeout_s` bounds the wait for the stack.

    `packages_for` is the system that a function's packages are for: see `infra.dependencies`; None: as the engine is.
    """

    endpoint_url: str | None
    region: str
    account_id: str
    stack_name: str
    parameters: Mapping[str, str]
    source_dir: Path
    consumer_dir: Path
    authorizer_dir: Path
    outputs_path: Path
    timeout_s: float
    delete: bool
    assume_yes: bool
    as_json: bool
    packages_for: str | None = None
