"""`python -m emulator.patches`: check each digest by importing what it is of, and print the table of patches."""

import inspect
import sys
from importlib import import_module

from emulator.launch.speedups import SPEEDUPS, require_known_code
from emulator.patches.originals import Originals
from emulator.patches.patch import find
from emulator.patches.registry import PACKAGES, PATCHES, table


def differences() -> list[str]:
    """Return the references whose source, found in a file, is not what Python has after an import."""
    originals = Originals(PACKAGES)
    originals.require_versions()
    references = sorted({reference for each in (*PATCHES, *SPEEDUPS) for reference in each.digests})
    return [each for each in references if not _is_imported(each, originals.source(each))]


def _is_imported(reference: str, source: str) -> bool:
    module = import_module(reference.partition(":")[0])
    if source not in inspect.getsource(module):
        return False
    original = find(reference)
    if not inspect.isclass(original) and not inspect.isfunction(original):
        return True  # an assignment has no source of its own
    if source == inspect.getsource(original):
        return True
    # A decorator that does not say what it decorates keeps that in its closure.
    cells = [each.cell_contents for each in getattr(original, "__closure__", None) or ()]
    return source in [inspect.getsource(each) for each in cells if inspect.isfunction(each)]


def main() -> int:
    """Return the exit code: 1 where a source is not the known one."""
    require_known_code()
    for reference in (wrong := differences()):
        sys.stderr.write(f"{reference}: the source in its file is not the one that is imported\n")
    sys.stdout.write(f"{table()}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
