"""What LocalStack finds of ours by entry points: declarations, each of which loads late what it names."""

import os
import tempfile
from pathlib import Path
from typing import Any

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.plugins import Service, aws_provider

from emulator.launch.speedups import apply_changes
from emulator.settings import WITHOUT_VARIABLE


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Runs functions as processes, when `LAMBDA_RUNTIME_EXECUTOR=process`."""

    name = "process"

    def load(self, *_args: Any, **_kwargs: Any) -> Any:
        """Return the executor's class."""
        from emulator.services.lambda_.executor import ProcessExecutor  # noqa: PLC0415 - late, as LocalStack's own

        return ProcessExecutor


@aws_provider(api="dynamodb", name="embedded")
def dynamodb_embedded() -> Service:
    """Serves DynamoDB in this process, when `PROVIDER_OVERRIDE_DYNAMODB=embedded`."""
    from emulator.services.dynamodb.provider import create_dynamodb_service  # noqa: PLC0415 - late, as LocalStack's own

    _apply_changes_of("dynamodb")
    return create_dynamodb_service()


@aws_provider(api="dynamodbstreams", name="embedded")
def dynamodbstreams_embedded() -> Service:
    """Serves the streams of these tables, when `PROVIDER_OVERRIDE_DYNAMODBSTREAMS=embedded`."""
    from emulator.services.dynamodb.provider import create_dynamodbstreams_service  # noqa: PLC0415 - as above

    return create_dynamodbstreams_service()


@aws_provider(api="apigateway", name="embedded")
def apigateway_embedded() -> Service:
    """Serves API Gateway as LocalStack does, with what it leaves out, when `PROVIDER_OVERRIDE_APIGATEWAY=embedded`."""
    from emulator.services.apigateway.provider import create_apigateway_service  # noqa: PLC0415 - late, as LocalStack's own

    _apply_changes_of("apigateway")
    return create_apigateway_service()


@aws_provider(api="s3", name="embedded")
def s3_embedded() -> Service:
    """Serves S3 as LocalStack does, from the engine's own folder, when `PROVIDER_OVERRIDE_S3=embedded`.

    LocalStack keeps what is in S3 in one folder for all engines of a machine, where they mix up theirs.
    """
    from localstack.services.s3.provider import S3Provider  # noqa: PLC0415 - late, as LocalStack's own
    from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore  # noqa: PLC0415 - as above

    return Service.for_provider(S3Provider(EphemeralS3ObjectStore(str(Path(tempfile.gettempdir()) / "s3"))))


@aws_provider(api="sqs", name="embedded")
def sqs_embedded() -> Service:
    """Serves SQS as LocalStack does, and breaks it on purpose, when `PROVIDER_OVERRIDE_SQS=embedded`."""
    from emulator.services.sqs.provider import create_sqs_service  # noqa: PLC0415 - late, as LocalStack's own

    return create_sqs_service()


@aws_provider(api="sts", name="embedded")
def sts_embedded() -> Service:
    """Serves STS as LocalStack does, and knows what limits a session, when `PROVIDER_OVERRIDE_STS=embedded`."""
    from emulator.services.sts.provider import create_sts_service  # noqa: PLC0415 - late, as LocalStack's own

    return create_sts_service()


@aws_provider(api="lambda", name="embedded")
def lambda_embedded() -> Service:
    """Serves Lambda as LocalStack does, with what it leaves out, when `PROVIDER_OVERRIDE_LAMBDA=embedded`."""
    from emulator.services.lambda_.provider import create_lambda_service  # noqa: PLC0415 - late, as LocalStack's own

    _apply_changes_of("lambda")
    return create_lambda_service()


def _apply_changes_of(service: str) -> None:
    apply_changes(service, os.environ.get(WITHOUT_VARIABLE, "").split(","))
