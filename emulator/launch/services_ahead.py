"""The services that a stack is made of are loaded when the engine is ready, before anyone asks for them.

Who starts an engine is about to deploy to it, and has a second's work to do before the first request: the deploying
program's own start. A service that a request comes for meanwhile is loaded by that request, as ever.
"""

import logging

from localstack.aws.protocol.parser import create_parser
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service
from localstack.runtime import events
from localstack.services.moto import get_moto_routing_table
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.utils.aws.aws_stack import get_valid_regions_for_service

from emulator.launch.readiness import WHEN_READY

LOG = logging.getLogger(__name__)

# In the order in which a deployment comes to them.
SERVICES = ("cloudformation", "s3", "sqs", "lambda", "dynamodb", "iam", "apigateway", "logs")
# Of these, moto does a part.
OF_MOTO = ("apigateway", "logs")
# What CloudFormation has a module of its own for.
RESOURCE_TYPES = (
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Stage",
    "AWS::Logs::LogGroup",
    "AWS::Lambda::Function",
    "AWS::Lambda::EventSourceMapping",
)


def load_when_ready() -> None:
    """Begin when the engine is ready."""
    WHEN_READY.insert(0, load)


def load() -> None:
    """Load one after the other. What fails here is told to the request that it fails for as well."""
    for name in SERVICES:
        if events.infra_stopping.is_set():
            return
        try:
            _load(name)
        except Exception:  # whatever it is, it is no reason to leave the others out
            LOG.exception("%s could not be loaded ahead", name)


def _load(name: str) -> None:
    SERVICE_PLUGINS.require(name)
    description = load_service(name)
    create_parser(description)
    create_serializer(description)
    get_valid_regions_for_service(name)
    if name in OF_MOTO:
        get_moto_routing_table(name)
    if name == "cloudformation":
        from localstack.services.cloudformation.resource_provider import (  # noqa: PLC0415 - ahead, and not before
            ResourceProviderExecutor,
        )

        for resource_type in RESOURCE_TYPES:
            ResourceProviderExecutor.try_load_resource_provider(resource_type)
