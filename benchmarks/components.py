"""From sampled stacks to the share of each component. Pure.

A sample belongs to the innermost frame that is of a component: a template's rendering counts as templates though
the gateway called it, and JSON parsing counts as whoever parsed.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

OTHER: Final = "other"
WAITING: Final = "waiting"

# Where a thread of ours is while it has nothing to do. py-spy takes some of that for work.
_WAITS: Final = re.compile(
    r"^(?:\w+\.)?(?:wait|acquire|select|poll|doPoll|accept|get|_worker)"
    r" \((?:threading|selectors|queue|socket|concurrent/futures/thread|twisted/internet/epollreactor)\.py"
)

# The first that fits, from the innermost frame outwards.
_COMPONENTS: Final = tuple(
    (component, re.compile(pattern))
    for component, pattern in (
        ("logging", r"\(logging/|localstack/logging/|emulator/launch/log|handlers/logging"),
        ("templates", r"airspeed|jsonpath_rw|model/templates/|apigateway/\S*(?:templat|mapping)"),
        ("SQS", r"services/sqs/"),
        ("DynamoDB", r"services/dynamodb|emulator/dynamodb"),
        ("CloudWatch Logs", r"services/logs/|moto/logs|function_logs|log_groups"),
        ("Lambda", r"services/lambda_/|emulator/functions|emulator/event_source|speedups/event_source"),
        (
            "gateway",
            r"services/apigateway/|speedups/request_models",
        ),
        ("AWS protocol and dispatch", r"localstack/(?:aws|http|services)/|botocore/|boto3/|rolo/|werkzeug/"),
        ("HTTP server", r"twisted/|h11/|hyperlink/|emulator/http/"),
    )
)


def component_of(frames: list[str]) -> str:
    """Return what a stack belongs to.

    Args:
        frames: `function (file:line)`, the outermost first.
    """
    if _WAITS.match(frames[-1]):
        return WAITING
    for frame in reversed(frames):
        for component, pattern in _COMPONENTS:
            if pattern.search(frame):
                return component
    return OTHER


def shares(collapsed: Iterable[str]) -> dict[str, float]:
    """Return each component's share of the samples, 0 to 1, the largest first.

    Args:
        collapsed: lines of "frame;frame;... count", the outermost frame first.
    """
    samples: Counter[str] = Counter()
    for line in collapsed:
        stack, _, count = line.rstrip().rpartition(" ")
        if stack:
            samples[component_of(stack.split(";"))] += int(count)
    total = samples.total()
    return {component: count / total for component, count in samples.most_common()}


def hottest(collapsed: Iterable[str], most: int) -> list[tuple[str, float]]:
    """Return the functions in which most samples ended, with their share, 0 to 1."""
    samples: Counter[str] = Counter()
    for line in collapsed:
        stack, _, count = line.rstrip().rpartition(" ")
        leaf = stack.rpartition(";")[2]
        if stack and not _WAITS.match(leaf):
            samples[re.sub(r":\d+\)$", ")", leaf)] += int(count)
    total = samples.total()
    return [(function, count / total) for function, count in samples.most_common(most)]
