"""What two runs have in common, by identity: payloads, faults, the verdict, and what they were made with. Pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.checking.evidence_text import counted
from harness.driving.api_client import encoded
from harness.history import History
from harness.judging.results import Results
from harness.replaying.failure import broken_in, flows_of_evidence
from harness.replaying.hits import compare_hits
from harness.store.record import RunRecord
from harness.store.run_differences import differences_of_making


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """One run, as it is kept."""

    record: RunRecord
    history: History
    results: Results


@dataclass(frozen=True, slots=True)
class Sameness:
    """One thing that the same run should have the same."""

    what: str
    same: bool | None
    """None: it cannot be told, and `said` says why."""
    said: str
    details: tuple[str, ...] = ()
    """What differs, each in one line."""


def sameness(before: StoredEvidence, now: StoredEvidence) -> tuple[Sameness, ...]:
    """Return what is the same in two runs, and what is not."""
    return (
        _payloads(before.history, now.history),
        _hits(before, now),
        _verdicts(before.results, now.results),
        _broken(before.results, now.results),
        _broken_flows(before.results, now.results),
        _making(before.record, now.record),
    )


def payload_hashes(history: History) -> Mapping[int, str]:
    """Return a hash of the bytes that each flow's create sent, by the flow's number."""
    return {flow.number: hashlib.sha256(encoded(flow.payload)).hexdigest() for flow in history.flows}


def _hits(before: StoredEvidence, now: StoredEvidence) -> Sameness:
    compared = compare_hits(before.history, now.history, before.record.workload.get("shape"))
    return Sameness("faults", compared.same, compared.said, compared.details)


def _payloads(before: History, now: History) -> Sameness:
    sent_before, sent_now = payload_hashes(before), payload_hashes(now)
    both = sorted(sent_before.keys() & sent_now.keys())
    differing = [number for number in both if sent_before[number] != sent_now[number]]
    alone = [*_only_in("before", sent_before, sent_now), *_only_in("now", sent_now, sent_before)]
    if differing:
        what = f"{len(differing)} of {counted(len(both), 'flows')} sent other bytes: {_numbers(differing)}"
        return Sameness("payloads", same=False, said=what, details=tuple(alone))
    if not both:
        return Sameness("payloads", same=None, said="no flow was begun in both", details=tuple(alone))
    said = f"{counted(len(both), 'flows')} sent the same bytes"
    return Sameness("payloads", same=not alone, said=said, details=tuple(alone))


def _verdicts(before: Results, now: Results) -> Sameness:
    word_before, word_now = before.verdict.word, now.verdict.word
    same = word_before is word_now
    return Sameness("verdict", same, f"{word_now} again" if same else f"{word_before} before, {word_now} now")


def _broken(before: Results, now: Results) -> Sameness:
    broken_before, broken_now = broken_in(before), broken_in(now)
    details = [f"broken only before: {name}" for name in sorted(broken_before - broken_now)]
    details += [f"broken only now: {name}" for name in sorted(broken_now - broken_before)]
    both = sorted(broken_before & broken_now)
    said = f"broken in both: {', '.join(both)}" if both else "nothing is broken in both"
    return Sameness("claims", not details, said, tuple(details))


def _broken_flows(before: Results, now: Results) -> Sameness:
    """Return whether the same flows show it. As many as are kept as evidence are compared."""
    flows_before, flows_now = flows_of_evidence(before), flows_of_evidence(now)
    details = []
    for name in sorted(flows_before.keys() & flows_now.keys()):
        one, other = flows_before[name], flows_now[name]
        if one != other:
            details.append(f"{name}: {_numbers(one) or 'none'} before, {_numbers(other) or 'none'} now")
    shown = sorted({number for numbers in (*flows_before.values(), *flows_now.values()) for number in numbers})
    said = f"{counted(len(shown), 'flows')} as evidence" if shown else "no flow is shown to be broken"
    return Sameness("broken flows", not details, said, tuple(details))


def _making(before: RunRecord, now: RunRecord) -> Sameness:
    details = tuple(differences_of_making(before, now))
    said = f"{counted(len(details), 'things')} differ" if details else "versions, revision, code and settings"
    return Sameness("making", not details, said.replace("1 thing differ", "1 thing differs"), details)


def _only_in(when: str, these: Mapping[int, str], those: Mapping[int, str]) -> Iterator[str]:
    if numbers := sorted(these.keys() - those.keys()):
        yield f"{counted(len(numbers), 'flows')} only {when}: {_numbers(numbers)}"


def _numbers(numbers: Sequence[int], most: int = 8) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return f"{shown} and {len(numbers) - most} more" if len(numbers) > most else shown
