"""What a run's record says of the machine: versions, and the checkout's revision. Reads both, changes neither."""

import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

from harness.store.record import GitRecord

_PACKAGES: Final = ("serverless-async-api", "localstack-core", "moto-ext", "aiohttp", "uvloop", "boto3")
_GIT_TIMEOUT_S: Final = 5


def versions() -> Mapping[str, str]:
    """Return the versions of what decides how a run goes; what is not installed is left out."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_state(folder: Path) -> GitRecord | None:
    """Return the revision that a folder's checkout is at; None: it is in none, or there is no git."""
    revision = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain")
    if revision is None or changes is None:
        return None
    return GitRecord(revision, dirty=bool(changes))


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_GIT_TIMEOUT_S, text=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
