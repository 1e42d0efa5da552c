"""Trials for a person and for a script. No I/O."""

from collections.abc import Sequence
from typing import Any, Final

from rich import box
from rich.table import Table
from rich.text import Text

from mutants.mutant import Mutant
from mutants.trial import Trial

type Slot = Mutant | Trial
"""What is to be tried out, or what came of it."""

_WAITING: Final = Text("...", style="dim")


def as_table(slots: Sequence[Slot]) -> Table:
    """Return a row for each mutant, in their order, also for those that nobody has tried out yet."""
    table = Table(box=box.SIMPLE_HEAD, title_justify="left")
    for column in ("mutant", "circumstance", "should be found by", "", "verdict", "broken besides"):
        table.add_column(column, no_wrap=column != "broken besides")
    table.add_column("s", justify="right")
    for slot in slots:
        mutant = slot.mutant if isinstance(slot, Trial) else slot
        expected = mutant.found_by or "nobody"
        table.add_row(mutant.name, mutant.circumstance.name, expected, *_outcome(slot))
    return table


def as_line(trial: Trial) -> str:
    """Return one trial as one line, in ASCII."""
    word = "as expected" if trial.as_expected else "NOT AS EXPECTED"
    return (
        f"{trial.mutant.name}, seed {trial.seed}: {word} after {trial.seconds:.0f} s: {trial.verdict}: {trial.reason}"
    )


def as_json(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return all trials as a JSON object."""
    return {"as_expected": all(trial.as_expected for trial in trials), "trials": [each.to_json() for each in trials]}


def conclusion(trials: Sequence[Trial]) -> str:
    """Return one sentence of what was found, and the reason and the run of each trial that went wrong."""
    mutants = [trial for trial in trials if trial.mutant.found_by is not None]
    sound = [trial for trial in trials if trial.mutant.found_by is None]
    found = sum(trial.as_expected for trial in mutants)
    valid = sum(trial.as_expected for trial in sound)
    counts = f"{found} of {len(mutants)} mutants found by the checker that should find them"
    lines = [f"{counts}; {valid} of {len(sound)} sound runs valid"]
    lines += [f"{as_line(trial)}; {trial.run or 'no run'}" for trial in trials if not trial.as_expected]
    return "\n".join(lines)


def _outcome(slot: Slot) -> tuple[Text | str, Text | str, str, str]:
    if not isinstance(slot, Trial):
        return _WAITING, "", "", ""
    word = Text("yes", style="green") if slot.as_expected else Text("NO", style="bold red")
    others = ", ".join(name for name in slot.broken if name != slot.mutant.found_by)
    return word, str(slot.verdict), others, f"{slot.seconds:.0f}"
