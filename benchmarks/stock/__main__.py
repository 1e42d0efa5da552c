"""Becomes the stock engine: LocalStack's own entry point, with two things replaced.

LocalStack reads its configuration from the environment, which `engine.StockEngine` has made. Standard input is
a pipe from whoever started this: when it closes, this process ends, so that none outlives its owner.
"""

import functools
import os
import sys
import threading

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.runtime import main as localstack_main
from localstack.runtime.server import twisted as localstack_server
from localstack.services import providers
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider

from benchmarks.stock.environment import HOST


@aws_provider(api="dynamodb")  # type: ignore[untyped-decorator]  # LocalStack's are `Any` to mypy
def dynamodb_by_moto() -> Service:
    """Serve DynamoDB by moto, the way LocalStack serves other services by it; its own needs Java."""
    return Service.for_provider(DynamodbApi(), dispatch_table_factory=MotoFallbackDispatcher)


def end_with_owner() -> None:
    """End this process when standard input closes."""

    def watch() -> None:
        # Not through sys.stdin: its lock would be held when the interpreter ends.
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(0)

    threading.Thread(target=watch, name="end-with-owner", daemon=True).start()


def main() -> None:
    """Run until a signal, or until the owner is gone."""
    end_with_owner()
    # LocalStack's entry point for "dynamodb:default" names this attribute.
    providers.dynamodb = dynamodb_by_moto
    # In host mode LocalStack listens on all interfaces, whatever address it is given.
    endpoints = localstack_server.endpoints
    endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface=HOST)
    localstack_main.main()


if __name__ == "__main__":
    main()
