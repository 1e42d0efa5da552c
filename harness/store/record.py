"""What `run.json` holds: everything needed to make a run again, and never a secret. No I/O."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from harness.documents import from_json, members_of

FORMAT: Final = 1

_USER_INFO: Final = re.compile(r"(?<=://)[^/?#\s@]*@")


@dataclass(frozen=True, slots=True)
class EngineRecord:
    """What a run was made on."""

    kind: str
    """"embedded", "container" or "external"."""
    endpoint_url: str | None = None
    """None on AWS itself."""
    version: str | None = None
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class GitRecord:
    """The checkout that a run was made with."""

    revision: str
    dirty: bool
    """Whether there were changes that are not in the revision."""


@dataclass(frozen=True, slots=True)
class SourcesRecord:
    """What was deployed. The run's folder has the files themselves."""

    stack_hash: str
    """Of the template, the API's document and its mapping templates."""
    function_hash: str
    """Of the function's code."""
    source_dir: str | None = None
    """Where the template was, if not in the checkout, as it was given."""
    consumer_dir: str | None = None
    """The same of the function's package."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, as it was asked for and where it took place."""

    run_id: str
    started_at: str
    """ISO 8601, UTC."""
    arguments: tuple[str, ...]
    """The command line after the program's name. What stands in for a user and a password in a URL is taken out."""
    workload: Mapping[str, Any]
    """As `harness.workload.document` writes it."""
    api_url: str
    engine: EngineRecord
    account: str | None = None
    region: str | None = None
    stack_name: str | None = None
    """None, as account and region: there is no stack that we know of."""
    contract: Mapping[str, Any] = field(default_factory=dict)
    """As `harness.checking.Contract.responses` has it."""
    thresholds: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """Of the template: `Key=Value`, each; what is not among them has the template's default."""
    sources: SourcesRecord | None = None
    """None: not known, as for a stack that somebody else deployed."""
    deployment: Mapping[str, Any] | None = None
    """The bootstrap's outputs; None: the API was there."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """By name: Python, the platform, this package and those that decide how a run goes."""
    git: GitRecord | None = None
    """None: not a checkout, or no git."""
    phases_ms: Mapping[str, float] = field(default_factory=dict)
    """Where the command's time went."""
    replay_of: str | None = None
    """The run that this one is made after."""


def record_to_json(record: RunRecord) -> dict[str, Any]:
    """Return the JSON object that `record_from_json` reads, without what nobody else may know."""
    document = {"format": FORMAT} | asdict(record)
    cleaned: dict[str, Any] = _without_user_info(document)
    return cleaned


def record_from_json(document: Any, where: str = "run") -> RunRecord:
    """Return the record that a JSON value stands for.

    Raises:
        MisuseError: it stands for none, or is of another format than this code's.
    """
    members = members_of(document, FORMAT, where, "read this run with the version of the harness that made it")
    return from_json(RunRecord, members, {}, where)


def _without_user_info(value: Any) -> Any:
    """Return a JSON value whose URLs name neither a user nor a password."""
    match value:
        case str():
            return _USER_INFO.sub("", value)
        case dict():
            return {name: _without_user_info(member) for name, member in value.items()}
        case list() | tuple():
            return [_without_user_info(member) for member in value]
        case _:
            return value
