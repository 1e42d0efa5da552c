"""How a person writes the parts of a workload on a command line: `poisson:50/s`, `exponential:50ms`, `hostile=0.5`.

Each is a click type that turns a text into a value of `harness.workload`, or says what it should be like.
"""

import re
from collections.abc import Callable
from typing import Final

import click

from harness.durations import DURATION, NUMBER, duration_s, in_seconds
from harness.errors import MisuseError
from harness.faults import Fault
from harness.faults.notation import fault_in_words, faults_of_kinds
from harness.workload.arrival import Arrival, Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.payloads import PayloadMix
from harness.workload.polling import ExponentialBackoff, FixedInterval, Polling, RetryAfter

type _Reader[T] = tuple[str, Callable[[re.Match[str]], T]]


_ARRIVALS: Final[tuple[_Reader[Arrival], ...]] = (
    (r"closed:(\d{1,9})", lambda found: ClosedLoop(int(found[1]))),
    (rf"constant:{NUMBER}/s", lambda found: ConstantRate(float(found[1]))),
    (rf"poisson:{NUMBER}/s", lambda found: PoissonRate(float(found[1]))),
    (
        rf"ramp:{NUMBER}-{NUMBER}/s,{DURATION}",
        lambda found: Ramp(float(found[1]), float(found[2]), in_seconds(found[3], found[4])),
    ),
    (rf"bursts:(\d{{1,9}})/{DURATION}", lambda found: Bursts(int(found[1]), in_seconds(found[2], found[3]))),
)
_POLLINGS: Final[tuple[_Reader[Polling], ...]] = (
    (rf"fixed:{DURATION}", lambda found: FixedInterval(in_seconds(found[1], found[2]))),
    (rf"exponential:{DURATION}", lambda found: ExponentialBackoff(in_seconds(found[1], found[2]))),
    (
        rf"exponential:{DURATION}-{DURATION}",
        lambda found: ExponentialBackoff(in_seconds(found[1], found[2]), most_s=in_seconds(found[3], found[4])),
    ),
    (r"retry-after", lambda _found: RetryAfter()),
)


class _Notation[T](click.ParamType):
    """A text that one of a few forms reads."""

    def __init__(self, name: str, forms: tuple[_Reader[T], ...], like: str) -> None:
        self.name = name
        self._forms = forms
        self._like = like

    def convert(self, value: str | T, parameter: click.Parameter | None, context: click.Context | None) -> T:
        """Return the value that the text stands for."""
        if not isinstance(value, str):
            return value
        for form, read in self._forms:
            if found := re.fullmatch(form, value):
                return read(found)
        raise click.BadParameter(f"{value!r} is not like {self._like}", context, parameter)


ARRIVAL: Final = _Notation(
    "arrival", _ARRIVALS, "closed:10, constant:50/s, poisson:50/s, ramp:5-50/s,30s or bursts:20/5s"
)
POLLING: Final = _Notation("polling", _POLLINGS, "fixed:50ms, exponential:50ms, exponential:50ms-5s or retry-after")


class PayloadShares(click.ParamType):
    """`unicode=0.2,hostile=0.2,limit=0.02,invalid=0.05`: what is not named has no share, the rest is plain."""

    name = "payloads"

    def convert(
        self, value: str | PayloadMix, parameter: click.Parameter | None, context: click.Context | None
    ) -> PayloadMix:
        """Return the mix."""
        if not isinstance(value, str):
            return value
        shares = dict.fromkeys(("unicode", "hostile", "limit", "invalid"), 0.0)
        for part in filter(None, value.split(",")):
            found = re.fullmatch(r"(\w+)=(0(?:\.\d{1,6})?|1(?:\.0+)?)", part)
            if part == "plain":
                continue
            if not found or found[1] not in shares:
                like = "plain, or like hostile=0.5,unicode=0.2,limit=0.02,invalid=0.05"
                self.fail(f"{part!r} in {value!r} is not {like}", parameter, context)
            shares[found[1]] = float(found[2])
        if sum(shares.values()) > 1:
            self.fail(f"the shares in {value!r} are together more than 1", parameter, context)
        return PayloadMix(shares["unicode"], shares["hostile"], shares["limit"], shares["invalid"])


class Duration(click.ParamType):
    """`250ms`, `2s` or `1min`, as seconds."""

    name = "duration"

    def convert(self, value: str | float, parameter: click.Parameter | None, context: click.Context | None) -> float:
        """Return the seconds."""
        if not isinstance(value, str):
            return float(value)
        if (seconds := duration_s(value)) is None:
            self.fail(f"{value!r} is not like 250ms, 2s or 1min", parameter, context)
        return seconds


class FaultKinds(click.ParamType):
    """`gsi-lag,duplicates`: kinds of faults, each as the catalogue has it."""

    name = "faults"

    def convert(
        self, value: str | tuple[Fault, ...], parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[Fault, ...]:
        """Return the faults."""
        if not isinstance(value, str):
            return value
        try:
            return faults_of_kinds(value)
        except MisuseError as error:
            self.fail(str(error), parameter, context)


class FaultInWords(click.ParamType):
    """`duplicates rate=0.2 times=2`: a kind of fault, and what is not as the catalogue has it."""

    name = "fault"

    def convert(self, value: str | Fault, parameter: click.Parameter | None, context: click.Context | None) -> Fault:
        """Return the fault."""
        if not isinstance(value, str):
            return value
        try:
            return fault_in_words(value)
        except MisuseError as error:
            self.fail(str(error), parameter, context)
