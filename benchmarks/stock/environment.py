"""What the stock engine is told: only what keeps it on this machine and offline. Pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"

_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_NOWHERE: Final = "http://127.0.0.1:9"
"""The discard port, where nothing listens: what LocalStack would download fails at once."""


def stock_environment(port: int, work_dir: Path, surroundings: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of the stock engine's process.

    Args:
        port: where it is to listen.
        work_dir: an existing folder for all that it writes.
        surroundings: the environment of the process that starts it.
    """
    address = f"{HOST}:{port}"
    return {name: surroundings[name] for name in _PASSED_ON if name in surroundings} | {
        "GATEWAY_LISTEN": address,
        "LOCALSTACK_HOST": address,
        "SQS_ENDPOINT_STRATEGY": "path",  # its own default is a public name
        "LAMBDA_RUNTIME_EXECUTOR": "process",  # its own needs Docker
        "FILESYSTEM_ROOT": str(work_dir / "filesystem"),
        "CONFIG_DIR": str(work_dir),
        "HOME": str(work_dir),
        "TMPDIR": str(work_dir),
        "OVERRIDE_IN_DOCKER": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
        "AWS_EC2_METADATA_DISABLED": "true",
        "OUTBOUND_HTTP_PROXY": _NOWHERE,
        "OUTBOUND_HTTPS_PROXY": _NOWHERE,
    }
