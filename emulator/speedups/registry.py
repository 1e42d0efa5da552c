"""The speed-ups of the engine: their names, what each is for, and when it is applied."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module

ALL = "all"

# Applied when the engine starts, before anything is served.
START = "start"


@dataclass(frozen=True)
class SpeedUp:
    """One speed-up.

    Attributes:
        name: what `--without` calls it; its module is of the same name, and has one function `apply`.
        why: what it saves.
        when: `START`, or the service it is applied with, when that is loaded: what is not used, is not imported.
    """

    name: str
    why: str
    when: str

    def apply(self) -> None:
        """Put it in place.

        Raises:
            UnknownOriginalError: what it replaces is not what it was written against.
        """
        import_module(f"emulator.speedups.{self.name.replace('-', '_')}").apply()


SPEEDUPS = (
    SpeedUp("one-hand-off", "A response goes to the server's thread once, not once for each piece of it.", START),
    SpeedUp("content-types", "A Content-Type seen before is not parsed again by the parser for e-mail.", START),
    SpeedUp("api-requests", "A request to a deployed API is answered in the server's thread.", "apigateway"),
    SpeedUp("item-requests", "So is an operation on DynamoDB's items.", "dynamodb"),
    SpeedUp("json-paths", "A JSONPath expression is parsed once, not in each request.", "apigateway"),
    SpeedUp("mapping-templates", "A mapping template is parsed once, not in each request.", "apigateway"),
    SpeedUp("request-models", "A model is checked once, not in each request.", "apigateway"),
    SpeedUp("function-logs", "A function's lines go to its log group without a request.", "lambda"),
    SpeedUp("invocation-metrics", "No thread is started for a metric that nobody takes.", "lambda"),
    SpeedUp("event-source", "A message wakes the poller, and batches run side by side.", "lambda"),
)

NAMES = tuple(speedup.name for speedup in SPEEDUPS)


def apply_speedups(when: str, without: Iterable[str]) -> None:
    """Put in place what belongs to `when`, but for the names in `without`; with `ALL` among them, nothing."""
    off = set(without)
    for speedup in SPEEDUPS:
        if speedup.when == when and not off & {speedup.name, ALL}:
            speedup.apply()
