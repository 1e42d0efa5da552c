"""The speed-ups of the engine: their names, what each is for, and when it is applied."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module

ALL = "all"

# Applied before anything of LocalStack is imported.
IMPORT = "import"
# Applied when the engine starts, before anything is served.
START = "start"


@dataclass(frozen=True)
class SpeedUp:
    """One speed-up.

    Attributes:
        name: what `--without` calls it; its module is of the same name, and has one function `apply`.
        why: what it saves.
        when: `IMPORT`, `START`, or the service it is applied with, when that is loaded.
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
    SpeedUp("late-imports", "What is hardly ever used is imported when it is.", IMPORT),
    SpeedUp("late-collection", "Garbage is looked for when the engine is ready, not before.", IMPORT),
    SpeedUp("descriptions", "Descriptions of services are read once, not once for each session.", START),
    SpeedUp("url-builders", "No URL is built of LocalStack's routes, and nothing made that could.", START),
    SpeedUp("regions", "AWS's regions are read once, not once for each service.", START),
    SpeedUp("services-ahead", "Services are loaded while who is to use them still starts.", START),
    SpeedUp("one-hand-off", "A response goes to the server's thread once, not once for each piece of it.", START),
    SpeedUp("plain-requests", "A plain request is read in one piece, not line by line.", START),
    SpeedUp("content-types", "A Content-Type seen before is not parsed again by the parser for e-mail.", START),
    SpeedUp("header-look-ups", "A header that a request does not have makes no exception.", START),
    SpeedUp("api-requests", "A request to a deployed API is answered in the server's thread.", "apigateway"),
    SpeedUp("item-requests", "So is an operation on DynamoDB's items.", "dynamodb"),
    SpeedUp("request-models", "A model is checked once, not in each request.", "apigateway"),
    SpeedUp("function-logs", "A function's lines go to its log group without a request.", "lambda"),
    SpeedUp("invocation-metrics", "No thread is started for a metric that nobody takes.", "lambda"),
    SpeedUp("event-source", "A message wakes the poller, and batches run side by side.", "lambda"),
    SpeedUp("giving-way", "A poll waits for a write that is on its way, 5 ms at most.", "lambda"),
)

NAMES = tuple(speedup.name for speedup in SPEEDUPS)


def apply_speedups(when: str, without: Iterable[str]) -> None:
    """Put in place what belongs to `when`, but for the names in `without`; with `ALL` among them, nothing."""
    off = set(without)
    for speedup in SPEEDUPS:
        if speedup.when == when and not off & {speedup.name, ALL}:
            speedup.apply()
