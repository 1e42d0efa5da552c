"""Deploys a stack with the bootstrap in this process: an interpreter and its imports less for each of many stacks.

For tests only. The harness runs the bootstrap as a command, which its own tests protect.
"""

import functools
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from harness.errors import DeploymentFailedError
from harness.stack.deployment import DEFAULT_REGION, Deployment, read_deployment
from infra.command_line import parse
from infra.deploy import deploy
from infra.engine import Engine
from infra.errors import BootstrapError, from_botocore
from infra.stack import Event, physical_ids

_MAKING_CLIENTS: Final = threading.Lock()
_DEPLOYING: Final = threading.Lock()
"""An engine is busy with one deployment, and flows that are under way at other stacks would wait for two."""


class _Unwatched:
    """Progress that nobody looks at: the reason of a failure is in its error."""

    def event(self, event: Event) -> None:
        """Ignore it."""

    def note(self, text: str) -> None:
        """Ignore it."""


def deploy_in_process(
    endpoint_url: str,
    account_id: str,
    stack_name: str,
    outputs: Path,
    *,
    parameters: Mapping[str, str],
    region: str = DEFAULT_REGION,
    source_dir: Path | None = None,
    consumer_dir: Path | None = None,
) -> Deployment:
    """Create a stack, or bring it up to date.

    Args:
        endpoint_url: the engine.
        account_id: the account on it.
        stack_name: what it is called.
        outputs: the file that the bootstrap writes; its folder exists.
        parameters: of the template.
        region: where.
        source_dir: where `template.yaml` is; None: our own stack.
        consumer_dir: the function's package, with an authorizer beside it; None: our own.

    Raises:
        DeploymentFailedError: the bootstrap or the engine said why.
    """
    arguments = ["--endpoint-url", endpoint_url, "--account", account_id, "--region", region]
    arguments += ["--stack-name", stack_name, "--outputs", str(outputs)]
    arguments += [f"--parameter={name}={value}" for name, value in parameters.items()]
    arguments += [] if source_dir is None else ["--source-dir", str(source_dir)]
    arguments += [] if consumer_dir is None else ["--consumer-dir", str(consumer_dir)]
    try:
        with _DEPLOYING:
            deploy(parse(arguments), _engine(endpoint_url, region, account_id), _Unwatched())
    except BootstrapError as error:
        raise DeploymentFailedError(f"stack {stack_name} at {endpoint_url}: {error}") from error
    except (BotoCoreError, ClientError) as error:
        raise DeploymentFailedError(f"stack {stack_name}: {from_botocore(error, endpoint_url)}") from error
    return read_deployment(outputs)


def retire(deployment: Deployment) -> None:
    """Delete the functions of a stack and what invokes them: all that goes on costing time when nobody uses the stack.

    The rest stays until its engine stops, which takes the engine less than a deletion.

    Raises:
        DeploymentFailedError: the engine refused.
    """
    if deployment.endpoint_url is None:
        raise DeploymentFailedError(f"stack {deployment.stack_name} is on AWS, where nothing is left behind")
    engine = _engine(deployment.endpoint_url, deployment.region, deployment.account_id)
    try:
        resources = physical_ids(engine.cloudformation, deployment.stack_id).values()
        for kind, physical_id in resources:
            if kind == "AWS::Lambda::EventSourceMapping":
                engine.lambda_.delete_event_source_mapping(UUID=physical_id)
        for kind, physical_id in resources:
            if kind == "AWS::Lambda::Function":
                engine.lambda_.delete_function(FunctionName=physical_id)
    except (BotoCoreError, ClientError) as error:
        raise DeploymentFailedError(
            f"stack {deployment.stack_name}: {from_botocore(error, deployment.endpoint_url)}"
        ) from error


@functools.lru_cache(maxsize=8)
def _made(endpoint_url: str, region: str, account_id: str) -> Engine:
    engine = Engine(endpoint_url, region, account_id)
    # Each client is made when it is first looked at, which threads must not do at once.
    _ = engine.cloudformation, engine.apigateway, engine.dynamodb, engine.lambda_, engine.s3, engine.sqs
    return engine


def _engine(endpoint_url: str, region: str, account_id: str) -> Engine:
    with _MAKING_CLIENTS:
        return _made(endpoint_url, region, account_id)
