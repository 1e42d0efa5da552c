"""What is said of a soak: a line a round while it goes on, a table in the end, or one JSON object. No I/O."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.soaking.rounds import Round
from harness.soaking.summary import SoakResult
from harness.terminal.results import STYLES
from harness.terminal.tables import table_of
from harness.verdicts import VerdictWord
from harness.workload.document import workload_to_json

_WORDS: Final = (VerdictWord.VALID, VerdictWord.UNKNOWN, VerdictWord.INVALID)


def round_as_text(done: Round) -> RenderableType:
    """Return what a round was, what it hit and what came of it; where that is not well, what repeats it."""
    word = done.verdict.word
    heading = Text.assemble(
        f"round {done.number}: ", (word, STYLES[word]), f" in {done.duration_s:.1f} s: {done.size_in_words}"
    )
    faults = [Text(f"  {fault.in_words}", style="dim") for fault in done.faults]
    return Group(heading, *faults, *_trouble(done))


def soak_as_text(soak_result: SoakResult) -> RenderableType:
    """Return the verdict, what each kind of fault hit, and the rounds that were not valid."""
    verdict = soak_result.verdict
    heading = Text.assemble((verdict.word, f"bold {STYLES[verdict.word]}"), f": {verdict.reason}")
    ended = Text(f"seed {soak_result.seed}; {soak_result.ended}", style="dim")
    return Group(heading, ended, _kinds_table(soak_result), *_rounds_not_valid(soak_result))


def soak_as_json(soak_result: SoakResult) -> dict[str, Any]:
    """Return the same for a program."""
    verdict = soak_result.verdict
    return {
        "seed": soak_result.seed,
        "verdict": {"word": verdict.word, "reason": verdict.reason},
        "ended": soak_result.ended,
        "duration_s": round(soak_result.duration_s, 1),
        "flows": soak_result.flows,
        "rounds": [_round_as_json(done) for done in soak_result.rounds],
        "kinds": [
            {
                "kind": each.kind,
                "rounds": each.rounds,
                "eligible": each.eligible,
                "fired": each.fired,
                **{str(word): each.verdicts[word] for word in _WORDS},
            }
            for each in soak_result.of_kinds()
        ],
        "proved_nothing": [each.kind for each in soak_result.of_kinds() if each.proved_nothing],
    }


def _trouble(done: Round) -> Iterator[Text]:
    """Return why a round was not valid, and the command that repeats it; nothing of one that was."""
    if done.verdict.word is VerdictWord.VALID:
        return
    yield Text(f"  {done.verdict.reason}")
    yield Text.assemble("  again: ", (f"harness replay {done.run_id}", "bold"))


def _rounds_not_valid(soak_result: SoakResult) -> Iterator[Text]:
    for done in soak_result.not_valid:
        yield Text.assemble(f"round {done.number} was ", (done.verdict.word, STYLES[done.verdict.word]))
        yield from _trouble(done)


def _kinds_table(soak_result: SoakResult) -> Table:
    table = table_of("broken on purpose", "rounds", "could hit", "hit", *map(str, _WORDS))
    for each in soak_result.of_kinds():
        numbers = (each.rounds, each.eligible, each.fired, *(each.verdicts[word] for word in _WORDS))
        table.add_row(Text(each.kind, style="yellow" if each.proved_nothing else ""), *(f"{one:,}" for one in numbers))
    return table


def _round_as_json(done: Round) -> dict[str, Any]:
    return {
        "number": done.number,
        "run": done.run_id,
        "folder": str(done.folder) if done.folder else None,
        "verdict": {"word": done.verdict.word, "reason": done.verdict.reason},
        "duration_s": round(done.duration_s, 1),
        "workload": workload_to_json(done.workload),
        "faults": [
            {"kind": fault.kind, "definition": fault.definition, "eligible": fault.eligible, "fired": fault.fired}
            for fault in done.faults
        ],
    }
