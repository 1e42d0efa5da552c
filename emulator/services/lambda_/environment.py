"""What a function sees around it: variables and folders as on AWS, and nothing of the engine's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The variables of https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html that LocalStack
# computes; those that depend on this machine's folders are made below. The endpoint is the one that AWS does
# not set: it lets an SDK inside the function find this engine.
_COMPUTED = (
    "_HANDLER",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_FORMAT",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_LEVEL",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_PORT",
)


@dataclass(frozen=True)
class Folders:
    """Where the things are that AWS has at fixed paths."""

    task_root: Path
    """The function's code, `/var/task`."""
    layers: tuple[Path, ...]
    """The content of each layer, in the configuration's order. AWS lays all of them into `/opt`."""
    runtime_dir: Path
    """What the runtime brings, `/var/runtime`."""
    programs: Path
    """The interpreter, `/var/lang/bin`."""
    home: Path
    """A home folder that is not the user's: SDKs read configuration from there."""


def build_variables(
    *,
    computed: Mapping[str, object],
    own: Mapping[str, str],
    folders: Folders,
    runtime: str,
    runtime_api: str,
) -> dict[str, str]:
    """Return all environment variables of a function's process.

    Args:
        computed: what LocalStack computes for an execution environment; names that AWS has are taken.
        own: what the function's configuration sets. The Lambda API refuses reserved names.
        folders: where code, layers and runtime are.
        runtime: the function's runtime, `python3.13`.
        runtime_api: `host:port` of the Runtime API.
    """
    # A later layer covers an earlier one.
    layers = folders.layers[::-1]
    packages = f"python/lib/{runtime}/site-packages"
    variables = {
        "HOME": str(folders.home),
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": _path(folders.task_root, folders.task_root / "lib", *(layer / "lib" for layer in layers)),
        "TZ": ":UTC",
        "PATH": _path(folders.programs, "/usr/local/bin", "/usr/bin", "/bin", *(layer / "bin" for layer in layers)),
    }
    variables |= {name: str(computed[name]) for name in _COMPUTED if name in computed}
    variables |= own
    return variables | {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_RUNTIME_DIR": str(folders.runtime_dir),
        "LAMBDA_TASK_ROOT": str(folders.task_root),
        "PWD": str(folders.task_root),
        # The code itself comes before all of these: Python puts the working directory first.
        "PYTHONPATH": _path(
            *filter(None, [own.get("PYTHONPATH")]),
            *(folder for layer in layers for folder in (layer / packages, layer / "python")),
            folders.runtime_dir,
        ),
    }


def _path(*folders: Path | str) -> str:
    return ":".join(map(str, folders))
