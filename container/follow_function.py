"""The function's own log lines on standard output, from now on: `python3 container/follow_function.py OUTPUTS`.

`docker compose logs -f` shows them beside the engine's. An engine that is away for a moment (a restart) is asked again.
"""

import signal
import sys
import time
from pathlib import Path

from harness.errors import HarnessError
from harness.stack.deployment import read_deployment
from harness.stack.function_logs import function_log_lines

_ASK_AGAIN_S = 1.0


def main(outputs: Path) -> None:
    """Print the lines until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    seen = ""
    while True:
        try:
            for line in function_log_lines(read_deployment(outputs), follow=True):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
        except HarnessError as error:
            if str(error) != seen:
                sys.stderr.write(f"{error}\n")
            seen = str(error)
            time.sleep(_ASK_AGAIN_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
