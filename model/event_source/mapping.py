"""An event source mapping as the poller needs it: read once from what `CreateEventSourceMapping` was given."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

# Lambda starts with five concurrent batches for a queue. It goes on to many more while the queue stays full;
# here five keep all processors busy.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
CONCURRENT_BATCHES = 5


@dataclass(frozen=True, slots=True)
class QueueMapping:
    """Which queue, which function, and how the messages of the one become batches of the other."""

    queue_arn: str
    function_arn: str
    batch_size: int
    window_s: int
    concurrent_batches: int
    filters: tuple[Any, ...]
    reports_item_failures: bool

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, Any]) -> Self:
        """Read a mapping's configuration: the fields of `EventSourceMappingConfiguration` in Lambda's API."""
        scaling = configuration.get("ScalingConfig") or {}
        criteria = configuration.get("FilterCriteria") or {}
        return cls(
            queue_arn=configuration["EventSourceArn"],
            function_arn=configuration["FunctionArn"],
            batch_size=configuration.get("BatchSize") or 10,
            window_s=configuration.get("MaximumBatchingWindowInSeconds") or 0,
            concurrent_batches=min(CONCURRENT_BATCHES, scaling.get("MaximumConcurrency") or CONCURRENT_BATCHES),
            filters=tuple(json.loads(each["Pattern"]) for each in criteria.get("Filters") or []),
            reports_item_failures="ReportBatchItemFailures" in (configuration.get("FunctionResponseTypes") or []),
        )

    @property
    def account_id(self) -> str:
        """The queue's account."""
        return self.queue_arn.split(":")[4]

    @property
    def region(self) -> str:
        """The queue's region, and the function's."""
        return self.queue_arn.split(":")[3]

    @property
    def queue_name(self) -> str:
        """The queue's name; that of a FIFO queue ends in `.fifo`."""
        return self.queue_arn.split(":")[5]
