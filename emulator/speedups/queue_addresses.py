"""A message sent to a queue's own address, as API Gateway does, goes to the provider of SQS at once.

LocalStack reads the request, and then makes one in another protocol of it, for which it starts over.
"""

from typing import Any

from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.connect import connect_to
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.sqs import query_api

from emulator.speedups.originals import require_source


class Clients:
    """The one client that is used here, of an account in a region."""

    def __init__(self, region_name: str, aws_access_key_id: str, **secret: str) -> None:
        self._region = region_name
        self._key_id = aws_access_key_id
        self._secret = secret

    @property
    def sqs_query(self) -> "Clients":
        """The client."""
        return self

    def _make_api_call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Run an operation; return its response with metadata. Raises what a client raises."""
        if operation == "SendMessage":
            try:
                return {**self._send_message(request), "ResponseMetadata": {}}
            except ServiceException:
                # Nothing was sent. What the refusal is called in this protocol, the long way knows.
                pass
        client = connect_to(region_name=self._region, aws_access_key_id=self._key_id, **self._secret).sqs_query
        return client._make_api_call(operation, request)  # noqa: SLF001 - as the caller does

    def _send_message(self, request: dict[str, Any]) -> dict[str, Any]:
        context = RequestContext(Request())
        context.service = load_service("sqs")
        context.operation = context.service.operation_model("SendMessage")
        context.account_id = get_account_id_from_access_key_id(self._key_id)
        context.region = self._region
        return SERVICE_PLUGINS.require("sqs").skeleton.dispatch_table["SendMessage"](context, request)


def apply() -> None:
    """Replace the factory of clients in the module that serves a queue's address."""
    require_source(query_api.try_call_sqs, "a151780bb44b780d")
    query_api.connect_to = Clients
