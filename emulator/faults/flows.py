"""Which flows this engine's messages belong to: SQS remembers them, and DynamoDB asks."""

from typing import Final

from model.faults.flows import Flows

FLOWS: Final = Flows()
