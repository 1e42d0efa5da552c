"""The bootstrap of a container that is started with its engine: waits until that is ready, then is `python -m infra`.

Usage: `python3 container/bootstrap.py ENDPOINT_URL [OPTION OF THE BOOTSTRAP]...`
"""

import os
import sys
import time

from emulator.errors import UnavailableError
from emulator.launch.readiness import wait_until_ready

_READY_WITHIN_S = 120.0
# What the stack is made of. Another LocalStack than ours says so of its services, too.
_NEEDED = ("apigateway", "cloudformation", "dynamodb", "iam", "lambda", "logs", "s3", "sqs")


def main(endpoint_url: str, *options: str) -> None:
    """Wait, and become the bootstrap."""
    try:
        wait_until_ready(endpoint_url, _NEEDED, time.monotonic() + _READY_WITHIN_S)
    except UnavailableError as error:
        sys.stderr.write(f"bootstrap: {endpoint_url}: {error}; see `docker compose logs engine`\n")
        sys.exit(UnavailableError.exit_code)
    os.execv(sys.executable, [sys.executable, "-m", "infra", "--endpoint-url", endpoint_url, *options])  # noqa: S606 - to become it is what this is for


if __name__ == "__main__":
    main(*sys.argv[1:])
