"""Garbage is looked for from when the engine is ready."""

import subprocess
import sys


def test_no_garbage_is_looked_for_until_the_engine_is_ready() -> None:
    script = (
        "import gc\n"
        "from emulator.launch.readiness import WHEN_READY\n"
        "from emulator.launch import garbage\n"
        "garbage.collect_when_ready(); before = gc.isenabled()\n"
        "for call in WHEN_READY: call()\n"
        "print(before, gc.isenabled(), gc.get_freeze_count() > 0)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout == (
        "False True True\n"
    )
