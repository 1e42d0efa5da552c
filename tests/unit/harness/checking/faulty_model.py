"""A model of a correct system whose dependencies are broken on purpose, and of clients that drive it as flows do.

It does what AWS's services may do while faults hit them: refuses, loses answers, delivers late, again and not at all
for a while, writes an index late, forgets everything when it is killed. It is correct: what it took is stored once, is
shown for good from some moment on, and is dead-lettered only when each of its deliveries failed. Every fault keeps
the firings that an engine would tell.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from random import Random

from harness.history import FaultHistory, Firing, FlowHistory, History
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from model.faults.catalogue import BY_NAME
from model.faults.effects import Reach
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    CREATE,
    RETRIEVE,
    STATUS,
    accepted,
    call,
    found,
    item,
    message,
    missing,
    payload,
    pending,
    state,
    user,
    visible,
)
from tests.unit.harness.checking.model import Execution

NOT_NOW = '{"message": "not now"}'
PATIENCE_S = 1.0
"""How long a client waits for an answer."""
_REFUSALS = {"api-429": 429, "api-500": 500, "api-504": 504}
_BEFORE_THE_WRITE = ("function-throttles", "init-failures", "timeouts", "out-of-memory", "crashes")
_AFTER_THE_WRITE = ("late-crashes", "lost-answers", "lost-deletes")
_ROUTES = {CREATE: "POST /users", STATUS: "GET /status/{messageId}", RETRIEVE: "GET /users/{userId}"}
_NEVER_S = float("inf")


@dataclass
class _Fault:
    kind: str
    rate: float
    from_s: float
    until_s: float
    eligible: int = 0
    firings: list[Firing] = field(default_factory=list)

    def active(self, at_s: float) -> bool:
        return self.from_s <= at_s < self.until_s

    def hits(self, drawn: Random, at_s: float, flow: int | None, operation: str, delay_s: float = 0) -> bool:
        if not self.active(at_s):
            return False
        self.eligible += 1
        if drawn.random() >= self.rate:
            return False
        # The engine's clock is not quite the client's.
        told_s = at_s + drawn.uniform(-0.05, 0.05)
        self.firings.append(Firing(told_s, flow, f"flow {flow}", operation, 1, delay_s))
        return True

    def history(self) -> FaultHistory:
        return FaultHistory(
            name=self.kind,
            kind=self.kind,
            definition={"kind": self.kind, "name": self.kind, "rate": self.rate},
            periods=((self.from_s, self.until_s),),
            eligible=self.eligible,
            fired=len(self.firings),
            firings=tuple(sorted(self.firings, key=lambda firing: firing.at_s)),
        )


@dataclass
class _Fate:
    """What becomes of one message."""

    written_s: float = _NEVER_S
    visible_s: float = _NEVER_S
    is_dead: bool = False


@dataclass
class World:
    """The system, and what is broken around it."""

    drawn: Random
    faults: dict[str, _Fault]
    flows: int
    hides_for_s: float
    most_receives: int
    flow_timeout_s: float

    def hit(self, kind: str, at_s: float, flow: int | None, operation: str, delay_s: float = 0) -> bool:
        fault = self.faults.get(kind)
        return fault is not None and fault.hits(self.drawn, at_s, flow, operation, delay_s)

    @property
    def killed(self) -> _Fault | None:
        return self.faults.get("kills")

    def strike_the_engine(self) -> None:
        """Faults of the engine itself hit once, when they begin."""
        for kind in ("kills", "full-disk", "pauses"):
            if fault := self.faults.get(kind):
                fault.rate = 1.0
                delay_s = fault.until_s - fault.from_s if kind == "pauses" else 0.0
                fault.hits(self.drawn, fault.from_s, None, "", delay_s)

    def deliver(self, number: int, taken_s: float) -> _Fate:
        """Deliver a message until it is done or dead."""
        fate = _Fate()
        at_s = taken_s
        delay_s = self.drawn.uniform(0, 5)
        if self.hit("delays", at_s, number, "SendMessage", delay_s):
            at_s += delay_s
        for _ in range(self.most_receives):
            at_s = self._waits(at_s) + self.drawn.uniform(0, 0.2)
            if self._delivered(number, at_s, fate):
                return fate
            at_s += self.hides_for_s
        fate.is_dead = True
        return fate

    def _waits(self, at_s: float) -> float:
        """Return when a message's turn is, where something that holds everybody up has hit somebody."""
        for fault in self.faults.values():
            effect = BY_NAME[fault.kind].effect
            holds = effect.holds is Reach.ALL and effect.while_active and fault.firings
            if holds and fault.active(at_s) and self.drawn.random() < 0.3:
                at_s = self.drawn.uniform(at_s, fault.until_s)
        return at_s

    def _delivered(self, number: int, at_s: float, fate: _Fate) -> bool:
        for kind in ("cold-starts", "slow-handlers", "slow-tables"):
            delay_s = self.drawn.uniform(0, 1)
            if self.hit(kind, at_s, number, "PutItem" if kind == "slow-tables" else "Invoke", delay_s):
                at_s += delay_s
        self.hit("receive-throttles", at_s, number, "ReceiveMessage")
        self.hit("duplicates", at_s, number, "ReceiveMessage", 0.3)
        disk = self.faults.get("full-disk")
        if disk and disk.active(at_s) and self.drawn.random() < 0.5:
            return False
        if any(self.hit(kind, at_s, number, "Invoke") for kind in _BEFORE_THE_WRITE) or self._dies_with_another(at_s):
            return False
        if any(self.hit(kind, at_s, number, "PutItem") for kind in ("table-throttles", "table-errors")):
            return False
        if fate.written_s == _NEVER_S:
            fate.written_s = fate.visible_s = at_s
            for kind, index in (("gsi-lag", True), ("table-lag", False)):
                delay_s = self.drawn.uniform(0, 8)
                if self.hit(kind, at_s, number, "PutItem", delay_s) and index:
                    # A lag ends with its fault.
                    fate.visible_s = min(at_s + delay_s, max(at_s, self.faults[kind].until_s))
        return not any(self.hit(kind, at_s, number, "PutItem") for kind in _AFTER_THE_WRITE)

    def _dies_with_another(self, at_s: float) -> bool:
        other = self.drawn.choice([None, *range(self.flows)])
        return self.drawn.random() < 0.2 and any(
            self.hit(kind, at_s, other, "PutItem") for kind in ("crashes", "late-crashes", "timeouts", "out-of-memory")
        )

    def asked(self, kind: OperationKind, at_s: float, number: int) -> tuple[int | None, float, bool]:
        """Ask the API: status (None: no answer; 0: as it should), the time it took, whether it was carried out."""
        route, took_s = _ROUTES[kind], self.drawn.uniform(0.01, 0.1)
        if status := self._engine_says(kind, at_s, at_s + took_s):
            return None if status < 0 else status, took_s, False
        slow_s = self._slowness(kind, at_s, number)
        if self.hit("api-reset-before", at_s, number, route):
            return None, took_s, False
        refusals = [status for name, status in _REFUSALS.items() if self.hit(name, at_s, number, route)]
        if refusals:
            return refusals[0], took_s, False
        is_reset = self.hit("api-reset-after", at_s, number, route)
        if kind is CREATE and self.hit("send-throttles", at_s, number, "SendMessage"):
            return None if is_reset else 503, took_s, False
        table = kind is not CREATE and any(
            self.hit(name, at_s, number, "Query" if kind is STATUS else "GetItem")
            for name in ("table-throttles", "table-errors")
        )
        if is_reset or slow_s + took_s > PATIENCE_S:
            return None, min(took_s + slow_s, PATIENCE_S), True
        return 503 if table else 0, took_s + slow_s, True

    def _slowness(self, kind: OperationKind, at_s: float, number: int) -> float:
        slow_s = 0.0
        delay_s = self.drawn.uniform(0, 1.5)
        if self.hit("api-latency", at_s, number, _ROUTES[kind], delay_s):
            slow_s += delay_s
        if kind is not CREATE and not slow_s and self.hit("slow-tables", at_s, number, "Query", delay_s):
            slow_s += delay_s
        return slow_s

    def _engine_says(self, kind: OperationKind, from_s: float, until_s: float) -> int:
        """Return what an engine that is broken as a whole answers: a status, -1 for nothing, 0: it is not broken."""
        for name in ("kills", "pauses", "full-disk"):
            fault = self.faults.get(name)
            if not fault or until_s < fault.from_s or from_s > fault.until_s:
                continue
            if name == "kills":
                return self.drawn.choice([-1, 404]) if kind is not STATUS else -1
            if name == "full-disk" and self.drawn.random() < 0.5:
                return self.drawn.choice([-1, 500, 503])
            if name == "pauses" and fault.until_s - from_s > PATIENCE_S:
                return -1
        return 0


def run(drawn: Random, kinds: Collection[str], rate: float | None = None, *, flows: int | None = None) -> Execution:
    """Let a few clients drive a correct system around which these kinds of faults are set."""
    world = World(
        drawn,
        {kind: _fault(drawn, kind, rate) for kind in kinds},
        flows or drawn.randint(1, 6),
        hides_for_s=drawn.uniform(4, 20),
        most_receives=drawn.randint(1, 5),
        flow_timeout_s=drawn.choice([20.0, 60.0, 200.0]),
    )
    world.strike_the_engine()
    made = [_make(world, number) for number in range(world.flows)]
    dead = tuple(
        replace(message(f"m{n}"), receive_count=world.most_receives + 1) for n, (_, f) in enumerate(made) if f.is_dead
    )
    stored = [item(number) for number, (_, fate) in enumerate(made) if fate.written_s < _NEVER_S]
    final = state(
        *(
            replace(
                each, handle=f"unknown-{each.handle}", document={**each.document, "messageId": f"unknown-{each.handle}"}
            )
            if made[int(each.handle[1:])][0].operations[0].handle is None
            else each
            for each in stored
        ),
        dead_lettered=dead,
        max_receive_count=world.most_receives,
        visibility_timeout_s=world.hides_for_s,
    )
    held = History(
        flows=tuple(flow for flow, _ in made),
        asked=world.flows,
        final=final,
        faults=tuple(fault.history() for fault in world.faults.values()),
    )
    return Execution(held, replace(AGREEMENT, visible_within_s=drawn.uniform(3, 20)))


def _fault(drawn: Random, kind: str, rate: float | None) -> _Fault:
    from_s = drawn.uniform(0, 3) if rate is None else 0.0
    lasts_s = drawn.uniform(0, 3) if kind in {"kills", "pauses"} else drawn.uniform(1, 40)
    return _Fault(kind, drawn.uniform(0.1, 1) if rate is None else rate, from_s, from_s + lasts_s)


def _make(world: World, number: int) -> tuple[FlowHistory, _Fate]:
    drawn, start_s = world.drawn, world.drawn.uniform(0.1, 5)
    handle = f"m{number}"
    flow = FlowHistory(number, payload(number), True, (), FlowEnding.FAILED, "why")
    status, took_s, carried_out = world.asked(CREATE, start_s, number)
    fate = world.deliver(number, drawn.uniform(start_s, start_s + took_s)) if carried_out else _Fate()
    if (killed := world.killed) and start_s <= killed.until_s:
        forgotten = fate.written_s >= killed.from_s
        visible_s = _NEVER_S if fate.visible_s >= killed.from_s or forgotten else fate.visible_s
        seen = _Fate(visible_s=visible_s)
        kept = _Fate()
    else:
        seen = kept = fate
    if status == 0:
        create = accepted(handle, start_s, ended_s=start_s + took_s)
        return _follow(world, replace(flow, operations=(create,)), seen.visible_s), kept
    if status is None:
        outcome = Outcome.FAIL if not carried_out and world.killed and drawn.random() < 0.5 else Outcome.INFO
        create = call(CREATE, Meaning.NO_ANSWER, start_s, outcome, ended_s=start_s + took_s, seen="no answer")
        return replace(flow, operations=(create,), ending=FlowEnding.UNREACHABLE), kept
    return replace(flow, operations=(_refused(CREATE, status, start_s, took_s, None),)), kept


def _refused(kind: OperationKind, status: int, at_s: float, took_s: float, target: str | None) -> Operation:
    outcome = Outcome.INFO if kind is CREATE and status >= 500 else Outcome.FAIL
    return call(
        kind,
        Meaning.UNEXPECTED,
        at_s,
        outcome,
        status=status,
        ended_s=at_s + took_s,
        target=target,
        body=NOT_NOW,
        seen="x",
    )


def _follow(world: World, flow: FlowHistory, visible_s: float) -> FlowHistory:
    """Poll, retrieve, confirm, as a flow does, until it is done, out of time, or three times in a row not answered.

    Or not confirmed.
    """
    drawn, (create,) = world.drawn, flow.operations
    calls, at_s, unanswered, unconfirmed, left = [create], create.ended_s, 0, 0, [STATUS, RETRIEVE, STATUS]
    while left:
        at_s += drawn.choice([0.01, 0.05, 1, 4])
        if at_s - create.started_s > world.flow_timeout_s or len(calls) > 60:
            is_silent = calls[-1].meaning is Meaning.NO_ANSWER
            ending = FlowEnding.UNREACHABLE if is_silent else FlowEnding.FAILED
            ending = ending if len(calls) <= 60 else FlowEnding.INTERRUPTED
            return replace(flow, operations=tuple(calls), ending=ending)
        calls.append(one := _ask(world, left[0], at_s, flow.number, visible_s))
        at_s = one.ended_s
        unanswered = unanswered + 1 if one.meaning is Meaning.NO_ANSWER else 0
        if unanswered == 3:
            return replace(flow, operations=tuple(calls), ending=FlowEnding.UNREACHABLE)
        if one.meaning in {Meaning.VISIBLE, Meaning.FOUND}:
            left.pop(0)
        unconfirmed = unconfirmed + 1 if one.meaning is Meaning.PENDING and len(left) == 1 else 0
        if one.meaning is Meaning.MISSING or unconfirmed == 3:
            return replace(flow, operations=tuple(calls))
    return replace(flow, operations=tuple(calls), ending=FlowEnding.COMPLETED, reason="")


def _ask(world: World, kind: OperationKind, at_s: float, number: int, visible_s: float) -> Operation:
    status, took_s, _ = world.asked(kind, at_s, number)
    handle, result_id = f"m{number}", f"u{number}"
    target, ended_s = handle if kind is STATUS else result_id, at_s + took_s
    if status is None:
        return call(kind, Meaning.NO_ANSWER, at_s, Outcome.FAIL, ended_s=ended_s, target=target, seen="no answer")
    if status == 404:
        return missing(at_s, result_id, ended_s=ended_s)
    if status:
        return _refused(kind, status, at_s, took_s, target)
    looked_s = world.drawn.uniform(at_s, ended_s)
    killed = world.killed
    behind_s = world.drawn.uniform(0, 8)
    if kind is STATUS and world.hit("stale-reads", looked_s, number, "Query", behind_s):
        forgot_s = killed.from_s if killed and killed.from_s <= looked_s else 0.0
        looked_s = max(looked_s - behind_s, forgot_s)
    is_forgotten = visible_s < _NEVER_S and killed and visible_s < killed.from_s <= looked_s
    is_there = looked_s >= visible_s and not is_forgotten
    if kind is STATUS:
        return visible(at_s, handle, result_id, ended_s=ended_s) if is_there else pending(at_s, handle, ended_s=ended_s)
    return found(at_s, user(number), ended_s=ended_s) if is_there else missing(at_s, result_id, ended_s=ended_s)
