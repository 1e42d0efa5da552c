"""The container's health check: `python3 container/health.py OUTPUTS`. Exit code 0: deployed, and the API answers.

It asks the deployed API for a message that nobody sent. The answer that only the deployed stack gives, 404 with
Retry-After, comes by way of the gateway, its mapping templates and the table's index. An engine that lives but has
nothing deployed (before the bootstrap, or after a restart) answers 404 without it. Standard library only: it runs
every few seconds.
"""

import http.client
import json
import sys
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

_TIMEOUT_S = 4.0
_PROBE = "/status/00000000-0000-0000-0000-000000000000"


def problem(outputs: Path) -> str | None:
    """Return why the stack that `outputs` names does not serve; None: it does."""
    try:
        url = urlsplit(str(json.loads(outputs.read_text())["api_url"]))
    except FileNotFoundError:
        return "not deployed yet"
    except (ValueError, KeyError, TypeError):
        return f"{outputs} is no outputs file of the bootstrap"
    connection = http.client.HTTPConnection(url.netloc, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", url.path + _PROBE)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        return f"the API at {url.netloc} does not answer ({error!r})"
    finally:
        connection.close()
    if answer.status != HTTPStatus.NOT_FOUND or answer.headers["Retry-After"] is None:
        return f"the API answers {answer.status}, but not as the deployed stack does"
    return None


if __name__ == "__main__":
    found = problem(Path(sys.argv[1]))
    sys.stdout.write(f"{found or 'deployed and serving'}\n")
    sys.exit(1 if found else 0)
