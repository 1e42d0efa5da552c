"""LocalStack's Lambda executor: what it asks of an execution environment, asked of a `Sandbox`."""

import os
import shutil
import tempfile
from functools import cache, partial
from pathlib import Path

from localstack import config
from localstack.aws.api.lambda_ import PackageType
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
    InvocationResult,
)
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from emulator.errors import MisuseError
from emulator.faults.running import RUNNING
from emulator.services.lambda_.code_folder import folder_version
from emulator.services.lambda_.environment import Folders, build_variables
from emulator.services.lambda_.faults import ailments_of
from emulator.services.lambda_.interpreter import RUNTIME, Interpreter, build_interpreter
from emulator.services.lambda_.log_handler import log_group_of
from emulator.services.lambda_.runtime import Runtime
from emulator.services.lambda_.sandbox import Configuration, Sandbox

_LOOPBACK = "127.0.0.1"
_ANY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound


class UnsupportedFunctionError(MisuseError):
    """The function is of a kind that this engine can't run. The text is the function's StateReason."""


class ProcessExecutor(RuntimeExecutor):
    """One execution environment as LocalStack sees it.

    LocalStack takes it from a pool for each invocation, puts it back afterwards, and stops it when it has
    been idle for `LAMBDA_KEEPALIVE_MS`, when its function changes, or when it is deleted.
    """

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002 - LocalStack's name
        super().__init__(id, function_version)
        self._folder = Path(tempfile.gettempdir()) / "lambda" / "environments" / id
        self._sandbox: Sandbox | None = None

    def start(self, env_vars: dict[str, object]) -> None:
        """Make the environment and go through its Init phase.

        A function that fails to initialize tries again, and is reported, at its first invocation: as on AWS.

        Raises:
            StatusErrorException: it failed, and was to be provisioned: there is no invocation to report it.
        """
        function = self.function_version.config
        folders = self._make_folders()
        command = [str(_interpreter().program), "-m", "awslambdaric", function.handler or ""]

        def variables(runtime_api: str) -> dict[str, str]:
            own = function.environment or {}
            computed = env_vars | {"AWS_LAMBDA_LOG_GROUP_NAME": log_group_of(self.function_version)}
            return build_variables(
                computed=computed, own=own, folders=folders, runtime=RUNTIME, runtime_api=runtime_api
            )

        self._sandbox = Sandbox(
            Configuration(self.function_version.id.qualifier, function.timeout, function.memory_size),
            launch=partial(Runtime, command, folders.task_root, variables),
            dispose=self._remove_folders,
            code_version=partial(folder_version, folders.task_root)
            if function.code.is_hot_reloading()
            else lambda: None,
        )
        failure = self._sandbox.initialize()
        initialization_type = env_vars.get("AWS_LAMBDA_INITIALIZATION_TYPE")
        if failure is not None and initialization_type == InitializationType.provisioned_concurrency:
            raise StatusErrorException("the function failed to initialize", payload=failure.answer(self.id))

    def stop(self) -> None:
        """End the environment; an invocation in it is finished first, without anyone waiting here."""
        if self._sandbox is not None:
            self._sandbox.stop()
        else:
            self._remove_folders()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run one invocation.

        Raises:
            TooManyRequestsException: it is throttled, on purpose.
        """
        assert self._sandbox is not None  # noqa: S101 - LocalStack invokes what it has started
        request_id, event = payload["invoke-id"], payload["payload"].encode()
        function = self.function_version.id
        ailments = ailments_of(function.account, function.function_name, event)
        arn, trace_id = payload["invoked-function-arn"], payload["trace-id"]
        with RUNNING.function(trace_id, self._sandbox.kill):
            outcome = self._sandbox.invoke(request_id, arn, trace_id, event, ailments=ailments)
        return InvocationResult(request_id, outcome.payload, outcome.is_error, outcome.log)

    def get_address(self) -> str:
        """Return where the environment is."""
        return _LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        """Return the host of the engine as the function sees it: AWS_ENDPOINT_URL is made of it."""
        host: str = config.GATEWAY_LISTEN[0].host
        return _LOOPBACK if host in _ANY_ADDRESS else host

    def get_runtime_endpoint(self) -> str:
        """Return where LocalStack's own runtime would report to: there is none here."""
        return ""

    def get_logs(self) -> str:
        """Return nothing: all that a function writes is in the log of its next invocation."""
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unzip the code and the layers of a new version.

        Raises:
            UnsupportedFunctionError: no environment of it could ever start.
        """
        function = function_version.config
        if function.package_type != PackageType.Zip:
            raise UnsupportedFunctionError("this engine runs functions from .zip files, not from container images")
        if function.runtime != RUNTIME:
            raise UnsupportedFunctionError(
                f"this engine has no runtime {function.runtime}: set the function's Runtime to {RUNTIME}"
            )
        for code in (function.code, *(layer.code for layer in function.layers)):
            code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Do nothing: each environment removes what it made."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Build what every function needs; LocalStack asks once, when its Lambda provider starts."""
        _interpreter()
        return True

    def _make_folders(self) -> Folders:
        function = self.function_version.config
        task_root = function.code.get_unzipped_code_location()
        if not function.code.is_hot_reloading():
            # A copy: LocalStack removes a version's code once there is a newer one, and does not wait for the
            # last invocation.
            unzipped, task_root = task_root, self._folder / "task"
            shutil.copytree(unzipped, task_root, symlinks=True, copy_function=_link)
        home = self._folder / "home"
        home.mkdir(parents=True)
        layers = tuple(layer.code.get_unzipped_code_location() for layer in function.layers)
        interpreter = _interpreter()
        return Folders(task_root, layers, interpreter.packages, interpreter.program.parent, home)

    def _remove_folders(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def _interpreter() -> Interpreter:
    return build_interpreter(Path(tempfile.mkdtemp(prefix="lambda-runtime-")))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)
