"""Puts together from the lines of a history what became of each fault that a run set. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.history import FaultHistory, Firing
from harness.history.lines import BrokenLineError, Line

BEGAN: Final = "began"
ENDED: Final = "ended"


@dataclass(slots=True)
class _Fault:
    kind: str
    definition: Mapping[str, Any]
    periods: list[tuple[float, float | None]] = field(default_factory=list)
    eligible: int | None = None
    fired: int | None = None
    firings: list[Firing] = field(default_factory=list)


class FaultAssembly:
    """Takes the lines that are about faults, in the order of the file."""

    def __init__(self) -> None:
        self._faults: dict[str, _Fault] = {}

    def define(self, line: Line) -> None:
        """Take a `fault` line.

        Raises:
            BrokenLineError: there is one of this name.
        """
        if line["fault"] in self._faults:
            raise BrokenLineError(f"the fault {line['fault']!a} is there already")
        self._faults[line["fault"]] = _Fault(line["fault_kind"], line["definition"])

    def period(self, line: Line) -> None:
        """Take a `fault period` line.

        Raises:
            BrokenLineError: it ends what has not begun, or begins what has not ended.
        """
        periods = self._fault(line).periods
        is_open = bool(periods) and periods[-1][1] is None
        if is_open is (line["event"] == BEGAN):
            raise BrokenLineError(f"the fault {line['fault']!a} {line['event']} twice")
        if is_open:
            periods[-1] = (periods[-1][0], line["at_s"])
        else:
            periods.append((line["at_s"], None))

    def fired(self, line: Line) -> None:
        """Take a `fired` line.

        Raises:
            BrokenLineError: there is no such fault.
        """
        firing = Firing(
            at_s=line["at_s"],
            flow=line.get("flow"),
            identity=line["identity"],
            operation=line["operation"],
            attempt=line["attempt"],
            delay_s=line["delay_s"],
        )
        self._fault(line).firings.append(firing)

    def counts(self, line: Line) -> None:
        """Take a `fault counts` line.

        Raises:
            BrokenLineError: there is no such fault.
        """
        fault = self._fault(line)
        fault.eligible, fault.fired = line["eligible"], line["fired"]

    def faults(self) -> tuple[FaultHistory, ...]:
        """Return what became of each, in the order in which they were defined."""
        return tuple(
            FaultHistory(
                name=name,
                kind=fault.kind,
                definition=fault.definition,
                periods=tuple(fault.periods),
                eligible=fault.eligible,
                fired=fault.fired,
                firings=tuple(fault.firings),
            )
            for name, fault in self._faults.items()
        )

    def _fault(self, line: Line) -> _Fault:
        try:
            return self._faults[line["fault"]]
        except KeyError:
            raise BrokenLineError(f"there is no fault {line['fault']!a}") from None
