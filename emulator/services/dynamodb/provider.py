"""The border to LocalStack: its DynamoDB and DynamoDB Streams providers, on a server in this process.

LocalStack has two pairs of these. The newer one, taken here, leaves streams to its server, where records are
written in the order of the changes; the older keeps them in Kinesis, which is one more download.
"""

from binascii import crc32
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import (
    CommonServiceException,
    RequestContext,
    ServiceRequest,
    ServiceResponse,
    handler,
)
from localstack.aws.api.core import ServiceRequestHandler
from localstack.aws.chain import HandlerChain
from localstack.aws.forwarder import ForwardingFallbackDispatcher
from localstack.aws.skeleton import DispatchTable
from localstack.http import Response
from localstack.services.dynamodb.models import dynamodb_stores
from localstack.services.dynamodb.v2.provider import DynamoDBProvider, get_store
from localstack.services.dynamodbstreams.v2.provider import DynamoDBStreamsProvider
from localstack.services.plugins import Service
from localstack.state import StateVisitor
from localstack.utils.aws.arns import get_partition

from emulator.faults.registry import FAULTS
from emulator.services.dynamodb.faults import breaking, ends_remembering, is_lag, lag_of, read_ago_s
from emulator.services.dynamodb.server import Server
from model.dynamodb import constraints
from model.dynamodb.errors import DynamoDbError, ValidationError
from model.faults.fault import Fault


class InProcessServer:
    """`Server` with the face that LocalStack's providers know: start, stop, and forward a request."""

    def __init__(self) -> None:
        self._server = Server(lag_of=lag_of)
        FAULTS.on_healing(self._heal)

    def start_dynamodb(self) -> None:
        """Do nothing: it is there."""

    def stop_dynamodb(self) -> None:
        """Forget everything; LocalStack stops the server when its state is reset."""
        self._server.reset()

    def _heal(self, healed: Fault) -> None:
        if is_lag(healed):
            self._server.catch_up()
        elif ends_remembering(healed):
            self._server.forget(healed.account_id)

    def forward(self, context: RequestContext, region: str, request: ServiceRequest) -> ServiceResponse:
        """Run the context's operation. Raises what LocalStack turns into an error response."""
        try:
            return self._server.handle(
                context.operation.name,
                request,
                account_id=context.account_id,
                region=DynamoDBProvider.ddb_region_name(region),
                partition=get_partition(region),
                ago_s=read_ago_s(),
            )
        except DynamoDbError as error:
            raise _service_exception(error) from error


# One for both services: the streams are those of the tables.
SERVER = InProcessServer()


class EmbeddedDynamoDbProvider(DynamoDBProvider):
    """LocalStack's provider, with its server in this process and a few of its answers corrected."""

    server: InProcessServer

    @staticmethod
    def _new_dynamodb_server() -> InProcessServer:
        return SERVER

    def on_after_init(self) -> None:
        """Add what is to happen to each response; nothing of what the Java server needs."""
        handlers.modify_service_response.append(self.service, _add_checksum)

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        """Show what LocalStack keeps; there are no files."""
        visitor.visit(dynamodb_stores)

    def forward_request(
        self, context: RequestContext, service_request: ServiceRequest | None = None
    ) -> ServiceResponse:
        """Forward to the request's own region."""
        return self._forward_request(context, None, service_request)

    def _forward_request(
        self, context: RequestContext, region: str | None, service_request: ServiceRequest | None = None
    ) -> ServiceResponse:
        """Forward to the region that has the table: for a replica of a global table, another one's."""
        self.check_provisioned_throughput(context.operation.name)
        return self.server.forward(context, region or context.region, service_request or context.service_request)

    @handler("Query", expand=False)
    def query(self, context: RequestContext, query_input: ServiceRequest) -> ServiceResponse:
        """Forward at once: LocalStack asks a cache about the index, which may describe an earlier table."""
        region = self.get_global_table_region(context, query_input["TableName"])
        return self._forward_request(context, region)

    def delete_table(self, context: RequestContext, table_name: str, **kwargs: Any) -> ServiceResponse:
        """Delete what LocalStack keeps of a table as well, lest the next one of this name has it."""
        response = super().delete_table(context, table_name, **kwargs)
        store = get_store(context.account_id, context.region)
        for kept in (store.table_definitions, store.table_properties, store.ttl_specifications):
            kept.pop(table_name, None)
        return response

    def update_time_to_live(
        self, context: RequestContext, table_name: str, time_to_live_specification: Any, **kwargs: Any
    ) -> ServiceResponse:
        """Refuse what changes nothing, or another attribute, as DynamoDB does; LocalStack accepts anything.

        Its own CloudFormation counts on that: while it waits for a table it enables the same again and again.
        Source: Developer Guide, "Enable time to live (TTL) in DynamoDB".
        """
        kept = get_store(context.account_id, context.region).ttl_specifications.get(table_name, {})
        problem = _expiry_problem(kept, time_to_live_specification)
        if problem and not context.is_internal_call:
            raise _service_exception(ValidationError(problem))
        return super().update_time_to_live(context, table_name, time_to_live_specification, **kwargs)


class EmbeddedDynamoDbStreamsProvider(DynamoDBStreamsProvider):
    """LocalStack's provider of DynamoDB Streams, on the same server."""

    server: InProcessServer

    def __init__(self) -> None:
        self.server = SERVER
        self.shard_to_region: dict[str, str] = {}

    def on_after_init(self) -> None:
        """Add what is to happen to each response; nothing of what the Java server needs."""
        handlers.modify_service_response.append(self.service, _add_checksum)

    def _forward_request(
        self, context: RequestContext, region: str | None, service_request: ServiceRequest
    ) -> ServiceResponse:
        return self.server.forward(context, region or context.region, service_request)

    def modify_stream_arn_for_ddb_local(self, stream_arn: str) -> str:
        """Leave ARNs as they are: they are right."""
        return stream_arn


def create_dynamodb_service() -> Service:
    """Return the service that the plugin `dynamodb:embedded` stands for."""
    return Service.for_provider(EmbeddedDynamoDbProvider(), dispatch_table_factory=_dispatch_table)


def create_dynamodbstreams_service() -> Service:
    """Return the service that the plugin `dynamodbstreams:embedded` stands for."""
    return Service.for_provider(EmbeddedDynamoDbStreamsProvider(), dispatch_table_factory=_dispatch_table)


def _dispatch_table(provider: Any) -> DispatchTable:
    """Return what runs each operation: a check of the request, then the provider, then the server alone."""
    forwarding = ForwardingFallbackDispatcher(provider, provider.forward_request)
    return {operation: breaking(_checked(run)) for operation, run in forwarding.items()}


def _checked(run: ServiceRequestHandler) -> ServiceRequestHandler:
    def check_and_run(context: RequestContext, request: ServiceRequest) -> ServiceResponse:
        try:
            constraints.check(context.operation.input_shape, request or {})
        except DynamoDbError as error:
            raise _service_exception(error) from error
        return run(context, request)

    return check_and_run


def _expiry_problem(kept: Any, wanted: Any) -> str | None:
    if not kept.get("Enabled"):
        return None if wanted["Enabled"] else "TimeToLive is already disabled"
    if kept["AttributeName"] != wanted["AttributeName"]:
        return "TimeToLive is active on a different AttributeName: current AttributeName is " + kept["AttributeName"]
    return "TimeToLive is already enabled" if wanted["Enabled"] else None


def _service_exception(error: DynamoDbError) -> CommonServiceException:
    exception = CommonServiceException(error.code, error.message)
    for name, value in error.members.items():
        setattr(exception, name, value)  # the serializer looks for the members of the error's shape
    return exception


def _add_checksum(_chain: HandlerChain, _context: RequestContext, response: Response) -> None:
    """Send the checksum that AWS's older clients compare."""
    response.headers["x-amz-crc32"] = crc32(response.data) & 0xFFFFFFFF
