"""The packages that a function brings along: exactly those of the lock in its folder, for the system it runs on.

AWS runs functions on Linux, on one of two processors; there the packages come from the package index, checked against
the lock's hashes. An emulator on this machine may run them as processes of this system, with what is installed here:
the same versions, so the same files wherever the system is the same.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

from infra.errors import MisuseError, UnavailableError, one_line

HERE: Final = "here"
# Lambda's python3.13 is Amazon Linux 2023, whose C library is 2.34:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
PLATFORMS: Final[Mapping[str, str]] = {"arm64": "aarch64-manylinux_2_34", "x86_64": "x86_64-manylinux_2_34"}
_PYTHON: Final = "3.13"
_LOCK: Final = "requirements.lock"
_FETCHED_WITHIN_S: Final = 300
_SAID_CHARACTERS: Final = 300
_ONLY_TO_BUILD: Final = frozenset({".pyi", ".pyx", ".pxd", ".c", ".h", ".cpp", ".hpp"})
_ONLY_TO_TEST: Final = frozenset({"test", "tests"})


def read_dependencies(function_dir: Path, system: str) -> dict[str, bytes]:
    """Read all files of the packages that a function's lock names, by their paths in the archive.

    Args:
        function_dir: the function's package; without a lock in it, it needs nothing
        system: `HERE`, or one of AWS's processors (`PLATFORMS`)

    Raises:
        MisuseError: when what is installed here is not what the lock says
        UnavailableError: when packages could not be fetched
    """
    lock = function_dir / _LOCK
    if not lock.exists():
        return {}
    if system == HERE:
        return _installed(locked_versions(lock.read_text()))
    return _fetched(lock, PLATFORMS[system])


def locked_versions(lock: str) -> dict[str, str]:
    """Return the version of each package that a lock names."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE))


def _installed(versions: Mapping[str, str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, version in versions.items():
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise MisuseError(f"{name} {version} is not installed here: run `make install`") from None
        if distribution.version != version:
            what = f"{name} is {distribution.version} here, and {version} in the function's lock"
            raise MisuseError(f"{what}: run `make install`")
        paths = [Path(path) for path in distribution.files or ()]
        files |= {path.as_posix(): Path(str(distribution.locate_file(path))).read_bytes() for path in _deployed(paths)}
    return files


def _fetched(lock: Path, platform: str) -> dict[str, bytes]:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise UnavailableError("the authorizer's packages are fetched with uv, and there is none: run `make install`")
    with tempfile.TemporaryDirectory(prefix="packages-") as made:
        folder = Path(made)
        command = [uv, "pip", "install", "--quiet", "--target", made, "--require-hashes", "--no-deps"]
        command += ["--only-binary", ":all:", "--python-version", _PYTHON, "--python-platform", platform]
        try:
            done = subprocess.run(
                [*command, "--requirement", str(lock)],
                check=False,
                capture_output=True,
                text=True,
                timeout=_FETCHED_WITHIN_S,
            )
        except subprocess.TimeoutExpired:
            raise UnavailableError("the authorizer's packages did not come in time: is the index reachable?") from None
        if done.returncode != 0:
            said = one_line(done.stderr)[-_SAID_CHARACTERS:]
            raise UnavailableError(f"the authorizer's packages could not be fetched for {platform}: {said}")
        paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
        return {path.as_posix(): (folder / path).read_bytes() for path in _deployed(paths)}


def _deployed(paths: Iterable[Path]) -> list[Path]:
    """Return what of a package's files runs: not its programs, what it is built of, nor how it was installed.

    What is left out may not be there at all: a container's packages are trimmed.
    """
    return [
        path
        for path in paths
        if len(path.parts) > 1 or path.suffix == ".so"
        if ".." not in path.parts and "__pycache__" not in path.parts
        if path.parts[0] != "bin" and not path.parts[0].endswith(".dist-info")
        if path.suffix not in _ONLY_TO_BUILD and not _ONLY_TO_TEST & set(path.parts)
    ]
