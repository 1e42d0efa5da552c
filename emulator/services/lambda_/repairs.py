"""Repairs of LocalStack 4.14's Lambda service, each made in this process when its provider starts.

Assignment: it walks the environments of a version while other invocations add theirs ("dictionary changed size
during iteration"), and shows a new environment to everyone before the invocation that started it has reserved
it. When many run at a time, each of the two now and then fails one with an internal error.

Invocation: it checks no size, and takes what nobody will ever run: see `_invoke`.

Log groups: an environment wrote into the default one whatever its function's `LoggingConfig` says.

Deletion: a function that failed to be created can't be deleted, since there is nothing to stop ("unable to
find version manager").
"""

import contextlib
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from localstack.aws.api.lambda_ import InvocationType, TooManyRequestsException
from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
)
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
    InvocationResult,
    RequestEntityTooLargeException,
)
from localstack.services.lambda_.invocation.lambda_service import LambdaService

from emulator.services.lambda_.outcome import MAX_EVENT_BYTES, MAX_REQUEST_BYTES

LOG = logging.getLogger(__name__)

_LIMITS_BYTES = {InvocationType.RequestResponse: MAX_REQUEST_BYTES, InvocationType.Event: MAX_EVENT_BYTES}

_invoke_whatever_the_size = LambdaService.invoke
_stop_running_version = LambdaService.stop_version
_default_log_group_name = ExecutionEnvironment.get_log_group_name


def repair_lambda_service() -> None:
    """Replace LocalStack's faulty methods. Twice is as good as once."""
    AssignmentService.get_environment = _get_environment
    LambdaService.invoke = _invoke
    LambdaService.stop_version = _stop_version
    ExecutionEnvironment.get_log_group_name = _get_log_group_name


def _invoke(
    service: LambdaService,
    *,
    payload: bytes | None,
    invocation_type: InvocationType | None,
    **arguments: Any,  # LocalStack's own
) -> InvocationResult | None:
    """Refuse what is too large before anything is started for it, or queued.

    Raises:
        RequestEntityTooLargeException: the payload is larger than AWS takes in this way.
    """
    kind = invocation_type or InvocationType.RequestResponse
    size, limit = len(payload or b""), _LIMITS_BYTES.get(kind)
    if limit is not None and size > limit:
        raise RequestEntityTooLargeException(
            f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
        )
    return _invoke_whatever_the_size(service, payload=payload, invocation_type=invocation_type, **arguments)


@contextlib.contextmanager
def _get_environment(
    service: AssignmentService,
    version_manager_id: str,
    function_version: FunctionVersion,
    provisioning_type: InitializationType,
) -> Iterator[ExecutionEnvironment]:
    """Lend an environment to one invocation: an idle one, or a new one.

    An invocation that fails otherwise than by its function's doing takes its environment with it.
    """
    environments = service.environments[version_manager_id]
    environment = _reserve_idle(list(environments.values()), provisioning_type)
    if environment is None:
        if provisioning_type == InitializationType.provisioned_concurrency:
            raise AssignmentException("none of the provisioned environments is idle, though there was a lease for one")
        environment = service.start_environment(version_manager_id, function_version)
        environment.reserve()  # before anyone else can see it
        environments[environment.id] = environment
    try:
        yield environment
    except TooManyRequestsException:  # before it came to the function
        _release(environment)
        raise
    except Exception:
        service.stop_environment(environment)
        raise
    _release(environment)


def _release(environment: ExecutionEnvironment) -> None:
    try:
        environment.release()
    except InvalidStatusException:
        LOG.debug("execution environment %s was stopped during its last invocation", environment.id)


def _reserve_idle(
    environments: Iterable[ExecutionEnvironment], provisioning_type: InitializationType
) -> ExecutionEnvironment | None:
    for environment in environments:
        if environment.initialization_type == provisioning_type:
            try:
                environment.reserve()
            except InvalidStatusException:
                continue  # it is at work
            return environment
    return None


def _get_log_group_name(environment: ExecutionEnvironment) -> str:
    """Return the group that the function is configured with.

    https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
    """
    configured: str | None = environment.function_version.config.logging_config.get("LogGroup")
    return configured or _default_log_group_name(environment)


def _stop_version(service: LambdaService, qualified_arn: str) -> None:
    with contextlib.suppress(ValueError):  # it never ran
        _stop_running_version(service, qualified_arn)
