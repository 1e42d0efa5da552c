"""What LocalStack finds of ours by entry points: declarations, each of which loads late what it names."""

import os
from typing import Any

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.plugins import Service, aws_provider

from emulator.settings import WITHOUT_VARIABLE
from emulator.speedups.registry import apply_speedups


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Runs functions as processes, when `LAMBDA_RUNTIME_EXECUTOR=process`."""

    name = "process"

    def load(self, *_args: Any, **_kwargs: Any) -> Any:
        """Return the executor's class."""
        from emulator.functions.executor import ProcessExecutor  # noqa: PLC0415 - late, as LocalStack's own

        return ProcessExecutor


@aws_provider(api="dynamodb", name="embedded")
def dynamodb_embedded() -> Service:
    """Serves DynamoDB in this process, when `PROVIDER_OVERRIDE_DYNAMODB=embedded`."""
    from emulator.dynamodb.provider import create_dynamodb_service  # noqa: PLC0415 - late, as LocalStack's own

    _apply_speedups_of("dynamodb")
    return create_dynamodb_service()


@aws_provider(api="dynamodbstreams", name="embedded")
def dynamodbstreams_embedded() -> Service:
    """Serves the streams of these tables, when `PROVIDER_OVERRIDE_DYNAMODBSTREAMS=embedded`."""
    from emulator.dynamodb.provider import create_dynamodbstreams_service  # noqa: PLC0415 - as above

    return create_dynamodbstreams_service()


@aws_provider(api="apigateway", name="embedded")
def apigateway_embedded() -> Service:
    """Serves API Gateway as LocalStack does, with what it leaves out, when `PROVIDER_OVERRIDE_APIGATEWAY=embedded`."""
    from emulator.gateway.provider import create_apigateway_service  # noqa: PLC0415 - late, as LocalStack's own

    _apply_speedups_of("apigateway")
    return create_apigateway_service()


@aws_provider(api="sqs", name="embedded")
def sqs_embedded() -> Service:
    """Serves SQS as LocalStack does, and breaks it on purpose, when `PROVIDER_OVERRIDE_SQS=embedded`."""
    from emulator.services.sqs.provider import create_sqs_service  # noqa: PLC0415 - late, as LocalStack's own

    return create_sqs_service()


@aws_provider(api="sts", name="embedded")
def sts_embedded() -> Service:
    """Serves STS as LocalStack does, and knows what limits a session, when `PROVIDER_OVERRIDE_STS=embedded`."""
    from emulator.authorization.sts import create_sts_service  # noqa: PLC0415 - late, as LocalStack's own

    return create_sts_service()


@aws_provider(api="lambda", name="embedded")
def lambda_embedded() -> Service:
    """Serves Lambda as LocalStack does, when `PROVIDER_OVERRIDE_LAMBDA=embedded`."""
    from localstack.services.lambda_.provider import LambdaProvider  # noqa: PLC0415 - late, as LocalStack's own

    _apply_speedups_of("lambda")
    return Service.for_provider(LambdaProvider())


def _apply_speedups_of(service: str) -> None:
    apply_speedups(service, os.environ.get(WITHOUT_VARIABLE, "").split(","))
