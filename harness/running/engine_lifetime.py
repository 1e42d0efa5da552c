"""An engine for the time of a block: it stops in any case, and errors say where its log is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from harness.engines import Engine, RunningEngine
from harness.errors import HarnessError
from harness.running import interrupts
from harness.running.phases import Phases


@dataclass(slots=True)
class Ending:
    """How stopping the engine went."""

    interrupted: bool = False
    notes: list[str] = field(default_factory=list)


@contextmanager
def stopping(engine: Engine, phases: Phases, ending: Ending) -> Iterator[None]:
    """Stop the engine after the block. That takes its time, bounded, also when Ctrl-C is pressed again."""
    try:
        yield
    finally:
        with phases.timed("stop"), interrupts.put_off() as interrupt:
            try:
                engine.stop()
            except HarnessError as error:
                ending.notes.append(str(error))
        ending.interrupted = interrupt.seen


@contextmanager
def naming_the_log(engine: RunningEngine) -> Iterator[None]:
    """Say, in any error of ours, where the engine's log is."""
    try:
        yield
    except HarnessError as error:
        if engine.log_path:
            error.add_note(f"the engine's log: {engine.log_path}")
        raise
