"""Python looks for garbage when the engine is ready, not all the while it is being built: nothing built is garbage."""

import gc

from emulator.launch.readiness import WHEN_READY


def collect_when_ready() -> None:
    """Look for none from now on."""
    gc.disable()
    WHEN_READY.append(collect)


def collect() -> None:
    """Look for some from now on, and never again among what is there now, which stays."""
    gc.freeze()
    gc.enable()
