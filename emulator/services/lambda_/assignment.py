"""Which execution environment an invocation gets: LocalStack's service, without two faults of its own.

It walks the environments of a version while other invocations add theirs ("dictionary changed size during iteration"),
and shows a new environment to everyone before the invocation that started it has reserved it. When many run at a time,
each of the two now and then fails one with an internal error.
"""

import contextlib
import logging
from collections.abc import Iterable, Iterator

from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
)
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InitializationType

LOG = logging.getLogger(__name__)


class ExclusiveAssignmentService(AssignmentService):
    """Lends each environment to one invocation at a time."""

    @contextlib.contextmanager
    def get_environment(
        self, version_manager_id: str, function_version: FunctionVersion, provisioning_type: InitializationType
    ) -> Iterator[ExecutionEnvironment]:
        """Lend an environment to one invocation: an idle one, or a new one.

        An invocation that fails otherwise than by its function's doing takes its environment with it.
        """
        environments = self.environments[version_manager_id]
        environment = _reserve_idle(list(environments.values()), provisioning_type)
        if environment is None:
            if provisioning_type == InitializationType.provisioned_concurrency:
                raise AssignmentException(
                    "none of the provisioned environments is idle, though there was a lease for one"
                )
            environment = self.start_environment(version_manager_id, function_version)
            environment.reserve()  # before anyone else can see it
            environments[environment.id] = environment
        try:
            yield environment
        except TooManyRequestsException:  # before it came to the function
            _release(environment)
            raise
        except Exception:
            self.stop_environment(environment)
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
