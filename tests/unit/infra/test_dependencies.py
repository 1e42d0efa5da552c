"""What a function brings along: what its lock says, and nothing that only installs it."""

import re
from pathlib import Path

import pytest

from container.trim import UNREACHED_FILES, UNREACHED_FOLDERS
from infra.dependencies import HERE, locked_versions, read_dependencies
from infra.errors import MisuseError

CHECKOUT = Path(__file__).parents[3]
LOCK = (CHECKOUT / "authorizer" / "requirements.lock").read_text()


def test_the_authorizer_brings_the_versions_that_it_is_tested_with() -> None:
    versions = locked_versions(LOCK)
    runtime = locked_versions((CHECKOUT / "runtime.lock").read_text())

    assert versions.keys() == {"joserfc", "cryptography", "cffi", "pycparser"}
    assert versions == {name: runtime[name] for name in versions}


def test_every_package_has_hashes_and_none_an_address() -> None:
    pins = re.split(r"\n(?=\S)", LOCK.strip())
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in LOCK


def test_a_lock_is_read_whatever_follows_a_version() -> None:
    lock = "a==1.0\nb-c==2.0.post1 ; sys_platform == 'linux' \\\n    --hash=sha256:00\n# d==3\nE.f==4;x\n"
    assert locked_versions(lock) == {"a": "1.0", "b-c": "2.0.post1", "E.f": "4"}


def test_a_function_without_a_lock_brings_nothing(tmp_path: Path) -> None:
    assert read_dependencies(tmp_path, HERE) == {}
    assert read_dependencies(tmp_path, "arm64") == {}


def test_what_runs_is_brought_along_and_what_installs_it_is_not() -> None:
    names = read_dependencies(CHECKOUT / "authorizer", HERE).keys()

    assert {"joserfc/jwt.py", "cryptography/__init__.py", "cffi/__init__.py"} <= names
    assert [name for name in names if name.startswith("_cffi_backend.") and name.endswith(".so")]
    assert not [name for name in names if ".." in name or "__pycache__" in name or ".dist-info" in name]


def test_packages_that_were_trimmed_for_a_container_are_whole_enough() -> None:
    names = read_dependencies(CHECKOUT / "authorizer", HERE).keys()
    trimmed = {f".{pattern.partition('.')[2]}" for pattern in UNREACHED_FILES if pattern.startswith("*.")}

    assert not [name for name in names if Path(name).suffix in trimmed or UNREACHED_FOLDERS & set(Path(name).parts)]


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        ("joserfc==0.0.1\n", r"joserfc is .* here, and 0\.0\.1 in the function's lock: run `make install`"),
        ("no-such-package==1\n", "no-such-package 1 is not installed here: run `make install`"),
    ],
)
def test_other_versions_than_the_lock_s_are_not_deployed(tmp_path: Path, lock: str, words: str) -> None:
    (tmp_path / "requirements.lock").write_text(lock)
    with pytest.raises(MisuseError, match=words):
        read_dependencies(tmp_path, HERE)
