"""A plain operation on DynamoDB's items is answered in the server's thread: see `emulator.services.dynamodb.fast_path`.

Else it waits for a thread of its own, and goes through all that LocalStack's gateway has for requests that it has to
find the service of first.
"""

from localstack import config
from localstack.aws.app import LocalstackAwsGateway

from emulator.http.handlers import AT_ONCE
from emulator.services.dynamodb.fast_path import ItemRequests
from emulator.speedups.originals import require_source


def apply() -> None:
    """Add the handler, if what it does without is what it knows."""
    require_source(LocalstackAwsGateway.__init__, "f6ab100f02ee3379")
    address = config.GATEWAY_LISTEN[0]
    AT_ONCE.append(ItemRequests(f"{address.host}:{address.port}"))
