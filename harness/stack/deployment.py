"""The deployed stack: made by the bootstrap (`python -m infra`), known by the outputs file that it writes."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from harness.callers import Auth
from harness.callers.parameters import parameters_of_auth
from harness.engines import RunningEngine
from harness.engines.child_process import LoadingModule, run_module
from harness.errors import (
    DeploymentFailedError,
    HarnessError,
    InputOutputError,
    MisuseError,
    UnavailableError,
)

DEFAULT_ACCOUNT: Final = "000000000000"
DEFAULT_REGION: Final = "us-east-1"
DEFAULT_STACK_NAME: Final = "users-api"

PACKAGES_FOR: Final = ("here", "arm64", "x86_64")
"""What the bootstrap's `--packages-for` takes."""

_SAID_CHARACTERS: Final = 500
_MARGIN_S: Final = 30
"""What the bootstrap has beyond its own timeout to say why it gave up."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The outputs of one deployed stack. The names are those of the outputs file."""

    stack_name: str
    stack_id: str
    region: str
    account_id: str
    endpoint_url: str | None
    """None on AWS itself."""
    api_id: str
    stage_name: str
    api_url: str
    """The base URL of the API, without a slash at its end."""
    queue_url: str
    dead_letter_queue_url: str
    table_name: str
    index_name: str
    function_name: str
    changed: bool
    """Whether the last run of the bootstrap changed anything."""

    @classmethod
    def from_json(cls, outputs: Any) -> Self:
        """Return the deployment that an outputs file describes. What it has beyond that is ignored.

        Raises:
            ValueError: an output is missing, or of the wrong type.
        """
        if not isinstance(outputs, dict):
            raise ValueError("it is not a JSON object")  # noqa: TRY004 - one error for a wrong file
        for field in fields(cls):
            value = outputs.get(field.name)
            wanted = bool if field.name == "changed" else str
            may_be_null = field.name == "endpoint_url" and field.name in outputs
            if not isinstance(value, wanted) and not (may_be_null and value is None):
                raise ValueError(f"{field.name} is missing, or is not a {wanted.__name__}")
        if not outputs["api_url"].startswith(("http://", "https://")):
            raise ValueError(f"api_url is no URL: {outputs['api_url']!r}")
        return cls(**{field.name: outputs[field.name] for field in fields(cls)})

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DeploymentRequest:
    """What the bootstrap is asked for."""

    endpoint_url: str
    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION
    stack_name: str = DEFAULT_STACK_NAME
    parameters: Sequence[str] = ()
    """`Key=Value`, each."""
    timeout_s: int = 300
    source_dir: Path | None = None
    """Where `template.yaml` is; None: our own stack."""
    consumer_dir: Path | None = None
    """The function's package; None: our own consumer."""
    quiet: bool = False
    """Whether what the bootstrap says is kept for its error, and not passed on as it comes."""
    auth: Auth = Auth.NONE
    """How the stack knows who calls, where `parameters` do not say it. With tokens, those of this machine's issuer
    are good for it."""
    packages_for: str | None = None
    """What the authorizer's packages run on: one of `PACKAGES_FOR`; None: this machine."""


def outputs_path(state_dir: Path, stack_name: str) -> Path:
    """Return where a checkout keeps the outputs of a stack."""
    return state_dir / "stacks" / f"{stack_name}.json"


def deploy(request: DeploymentRequest, outputs: Path) -> Deployment:
    """Create the stack, or bring it up to date; the bootstrap's progress goes to standard error.

    Args:
        request: which stack, and where.
        outputs: the file that the bootstrap writes; its folder is made.

    Raises:
        DeploymentFailedError: the bootstrap said why.
        UnavailableError: the engine is not there, or the bootstrap did not come to an end.
    """
    outputs.parent.mkdir(parents=True, exist_ok=True)
    _bootstrap(request, "--outputs", str(outputs), keeps_result=True)
    return read_deployment(outputs)


@contextmanager
def bootstrap_ahead() -> Iterator[Callable[[DeploymentRequest, Path], Deployment]]:
    """Have a bootstrap load while an engine starts; yields what deploys by it the first time, and is `deploy` then."""
    loading = LoadingModule("infra")
    unused = [loading]

    def deploy_ahead(request: DeploymentRequest, outputs: Path) -> Deployment:
        if request.quiet or not unused:
            return deploy(request, outputs)
        outputs.parent.mkdir(parents=True, exist_ok=True)
        _bootstrap(request, "--outputs", str(outputs), keeps_result=True, loading=unused.pop())
        return read_deployment(outputs)

    try:
        yield deploy_ahead
    finally:
        loading.close()


def delete(request: DeploymentRequest, outputs: Path) -> None:
    """Delete the stack and everything that the bootstrap made for it, and its outputs file.

    Raises:
        DeploymentFailedError: the bootstrap said why.
        UnavailableError: see `deploy`.
    """
    _bootstrap(request, "--outputs", str(outputs), "--delete", "--yes")
    outputs.unlink(missing_ok=True)


def read_deployment(outputs: Path) -> Deployment:
    """Return the deployment that an outputs file describes.

    Raises:
        InputOutputError: the file cannot be read, or is no outputs file.
    """
    try:
        return Deployment.from_json(json.loads(outputs.read_text()))
    except OSError as error:
        raise InputOutputError(f"{outputs}: {error.strerror}; deploy again with `harness deploy`") from error
    except ValueError as error:
        raise InputOutputError(f"{outputs}: {error}; deploy again with `harness deploy`") from error


def current_deployment(state_dir: Path, stack_name: str, engine: RunningEngine) -> Deployment | None:
    """Return what the outputs file says is deployed on this engine, or None.

    An engine that stopped has forgotten its stacks: outputs from before this one's start are not its own.
    """
    outputs = outputs_path(state_dir, stack_name)
    if not outputs.exists():
        return None
    deployment = read_deployment(outputs)
    deployed_at = datetime.fromtimestamp(outputs.stat().st_mtime, UTC)
    is_older = engine.started_at is not None and deployed_at < datetime.fromisoformat(engine.started_at)
    return None if is_older or deployment.endpoint_url != engine.endpoint_url else deployment


def _bootstrap(
    request: DeploymentRequest, *options: str, keeps_result: bool = False, loading: LoadingModule | None = None
) -> None:
    """Run the bootstrap, and pass on what it says; with `keeps_result` not its result: that is in the outputs file.

    Args:
        request: what it is asked for.
        options: and what besides.
        keeps_result: see above.
        loading: the bootstrap, if it is there already; its result is kept.
    """
    arguments = ["--endpoint-url", request.endpoint_url, "--account", request.account]
    arguments += ["--region", request.region, "--stack-name", request.stack_name]
    parameters = [*request.parameters, *parameters_of_auth(request.auth, request.stack_name, request.parameters)]
    arguments += [word for parameter in parameters for word in ("--parameter", parameter)]
    if request.source_dir is not None:
        arguments += ["--source-dir", str(request.source_dir)]
    if request.consumer_dir is not None:
        arguments += ["--consumer-dir", str(request.consumer_dir)]
    if request.packages_for is not None:
        arguments += ["--packages-for", request.packages_for]
    arguments += ["--timeout-s", str(request.timeout_s), *options]
    timeout_s = request.timeout_s + _MARGIN_S
    if loading is not None:
        exit_code, output = loading.run(arguments, timeout_s=timeout_s)
    else:
        exit_code, output = run_module(
            "infra", arguments, timeout_s=timeout_s, capture=keeps_result, quiet=request.quiet
        )
    if exit_code == 0:
        return
    errors: dict[int, type[HarnessError]] = {
        error.exit_code: error for error in (MisuseError, UnavailableError, InputOutputError)
    }
    what = f"stack {request.stack_name} at {request.endpoint_url}"
    said = f": {' '.join(output.split())[-_SAID_CHARACTERS:]}" if request.quiet else "; see above"
    raise errors.get(exit_code, DeploymentFailedError)(f"{what}: the bootstrap failed ({exit_code}){said}")
