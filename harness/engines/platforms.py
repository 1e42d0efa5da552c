"""What runs in a container on this machine, where that is not what runs on the machine itself."""

import platform
import sys


def packages_on(engine_kind: str, system: str = sys.platform, machine: str | None = None) -> str | None:
    """Return what packages have to be made for to run on an engine; None: what is installed here does.

    Args:
        engine_kind: only a `container` is of another system than this machine.
        system: this machine's, as in `sys.platform`.
        machine: its processor; None: what `platform.machine()` says.

    Returns:
        One of `PACKAGES_FOR` of `harness.stack.deployment`. Docker on macOS and Windows runs Linux of this processor.
    """
    if engine_kind != "container" or system == "linux":
        return None
    return "arm64" if (machine or platform.machine()).lower() in {"arm64", "aarch64"} else "x86_64"
