"""Finds the source of code that is not ours without importing it, and compares it with what was known of it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from emulator.errors import UnavailableError

_DIGEST_LENGTH: Final = 16
_REMEDY: Final = "install the locked packages again (make install)"
_INDENTATION: Final = "    "
# Blank lines and comments after a definition.
_LAST_LINES: Final = re.compile(r"\n(?:[ \t]*(?:#[^\n]*)?\n)*\Z")

type Digests = Mapping[str, str]
"""By `module:qualified name` of a function, a class or an assignment, the digest of its source."""


class UnknownOriginalError(UnavailableError):
    """An installed package is not the one that the patches were written against. The text says what to do."""


@dataclass(frozen=True)
class Package:
    """A package whose source is known."""

    distribution: str
    """Its name on the package index."""
    version: str
    """The version that the digests were taken from."""


class Originals:
    """The installed packages, by the name that they are imported by."""

    def __init__(self, packages: Mapping[str, Package]) -> None:
        self._packages = packages
        self._found: dict[str, metadata.Distribution] = {}
        self._texts: dict[Path, str] = {}

    def require_versions(self) -> None:
        """Check that each package is installed in the known version.

        Raises:
            UnknownOriginalError: one is not.
        """
        for name, package in self._packages.items():
            try:
                found = metadata.distribution(package.distribution)
            except metadata.PackageNotFoundError as error:
                raise UnknownOriginalError(f"{package.distribution} is missing: {_REMEDY}") from error
            if found.version != package.version:
                raise UnknownOriginalError(
                    f"{package.distribution} {package.version} is needed, and {found.version} is installed: {_REMEDY}"
                )
            self._found[name] = found

    def require_sources(self, user: str, digests: Digests) -> None:
        """Check that sources are the known ones. The versions have been checked.

        Args:
            user: what relies on them, for the error.
            digests: the known ones.

        Raises:
            UnknownOriginalError: one is another, or is not there.
        """
        for reference, digest in digests.items():
            try:
                found = digest_of(self.source(reference))
            except (LookupError, OSError) as error:
                raise UnknownOriginalError(f"{user} relies on {reference}, which is not there: {_REMEDY}") from error
            if found != digest:
                raise UnknownOriginalError(
                    f"{user} relies on {reference}, whose source is another ({found}, not {digest}): {_REMEDY}"
                )

    def source(self, reference: str) -> str:
        """Return the source of `module:qualified name`. The versions have been checked.

        Raises:
            LookupError: the module has nothing of this name.
            OSError: there is no such module.
        """
        module, _, name = reference.partition(":")
        path = self.path(module)
        if path not in self._texts:
            self._texts[path] = path.read_text(encoding="utf-8")
        return source_in(self._texts[path], name)

    def path(self, module: str) -> Path:
        """Return the file of a module. The versions have been checked."""
        relative = module.replace(".", "/")
        found = self._found[module.partition(".")[0]]
        file = Path(str(found.locate_file(f"{relative}.py")))
        return file if file.is_file() else Path(str(found.locate_file(f"{relative}/__init__.py")))


def digest_of(source: str) -> str:
    """Return a digest of a source."""
    return hashlib.sha256(source.encode()).hexdigest()[:_DIGEST_LENGTH]


def source_in(text: str, qualified_name: str) -> str:
    """Return the lines that define a name, as `inspect.getsource` would after an import.

    Nothing is parsed: that takes up to 80 ms for one module of LocalStack's. The last line that begins the definition
    is looked for, in the module itself or in the class that is named, and the definition ends before the next line that
    is not indented further. `make check` compares each with what Python itself takes for the source.

    Raises:
        LookupError: it is not there.
    """
    *classes, name = qualified_name.split(".")
    start, end, indentation = 0, len(text), ""
    for each in classes:
        start = text.index("\n", _last(text, start, end, [f"{indentation}class {each}"])) + 1
        end = _end(text, start, end, indentation)
        indentation += _INDENTATION
    start = _last(text, start, end, [f"{indentation}{word}{name}" for word in ("class ", "def ", "async def ", "")])
    end = _end(text, text.index("\n", start) + 1, end, indentation)
    while text.startswith(f"{indentation}@", above := text.rfind("\n", 0, start - 1) + 1):
        start = above
    return _LAST_LINES.sub("\n", text[start:end])


def _last(text: str, start: int, end: int, beginnings: list[str]) -> int:
    """Return where the last line is that begins so: of overloads, and of definitions by version, the last counts."""
    found = -1
    for beginning in beginnings:
        at = end
        while (at := text.rfind(f"\n{beginning}", max(start - 1, 0), at)) >= 0:
            if text[at + 1 + len(beginning)] in "(: =":
                found = max(found, at + 1)
                break
    if found < 0:
        raise LookupError(beginnings[0].strip())
    return found


def _end(text: str, start: int, end: int, indentation: str) -> int:
    """Return where the first line is that is not indented further, or `end`. A closing bracket ends nothing."""
    beyond = re.compile(rf"^ {{0,{len(indentation)}}}[^\s)\]}}#]", re.MULTILINE).search(text, start, end)
    return beyond.start() if beyond else end
