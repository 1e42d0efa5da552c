"""What a person asked the bootstrap for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """One run of the bootstrap. `endpoint_url` is None for AWS; `timeout_s` bounds the wait for the stack."""

    endpoint_url: str | None
    region: str
    account_id: str
    stack_name: str
    parameters: Mapping[str, str]
    source_dir: Path
    consumer_dir: Path
    outputs_path: Path
    timeout_s: float
    delete: bool
    assume_yes: bool
    as_json: bool
