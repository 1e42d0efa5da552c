"""Is every answer one that was agreed on, by the API's shape and by its contract?"""

import json
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from jsonschema import Draft202012Validator

from harness.checking import Contract
from harness.checking.check import Check
from harness.checking.context import CheckContext
from harness.checking.evidence_text import at, named, shown
from harness.history import FlowHistory
from harness.operations import Meaning, Operation

_CACHED_BODIES: Final = 1024


class AnswersAsAgreed(Check):
    """Whatever the shape does not have is wrong, and so is a body that breaks the contract.

    What a fault's hit explains is right, in the contract's form or in AWS's own; and in any form while there is no API,
    since its engine was killed.

    An answer that says "not now" (429, 5xx) is allowed where the contract lists it, and counted. A call that was not
    answered says nothing.
    """

    name = "answers-as-agreed"
    claim = "Every answer is one that the API's shape and its contract have."
    things = "answers"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._bodies = ContractBodies(context.agreement.contract)
        self._not_now: Counter[int] = Counter()
        self._of_faults: Counter[int] = Counter()
        self._not_kept = 0
        self._perhaps_of_faults = 0

    def see(self, flow: FlowHistory) -> None:
        """Look at every answer."""
        explained = self.context.faults.explained(flow)
        for place, call in enumerate(flow.operations):
            if call.status is None:
                continue
            self.looked_at += 1
            if hit := explained.get(place):
                self._of_faults[call.status] += 1
                problem = "" if hit.effect.loses_all else self._problem_of_refusal(call, call.status)
            elif (problem := self._problem(call, call.status)) and self.context.faults.may_explain(call):
                self._perhaps_of_faults += 1
                continue
            if problem:
                target = f" {named(call.target)}" if call.target else ""
                what = f"{call.kind}{target} {at(call.started_s)} was answered {call.status}"
                self.violation(f"flow {flow.number}: {what}: {problem}", flow.number)

    def conclude(self) -> str:
        """Count what is allowed and should not be, and what could not be looked at."""
        if self._not_kept:
            self.doubt(f"{self._not_kept} bodies too long to be kept, so not held against the contract")
        if self._perhaps_of_faults:
            self.doubt(f"{self._perhaps_of_faults} answers perhaps of faults, of which not every hit is known")
        notes = {"allowed by the contract, and no good sign": self._not_now, "answered so by faults": self._of_faults}
        return "; ".join(
            f"{words}: {', '.join(f'{count} x {status}' for status, count in sorted(counts.items()))}"
            for words, counts in notes.items()
            if counts
        )

    def _problem_of_refusal(self, call: Operation, status: int) -> str:
        """Return what is wrong with an answer that a fault explains: the contract's form is right, and AWS's own is."""
        if self._bodies.lists(call.kind, status) and not self._body_problem(call, status):
            return ""
        return "" if _is_of_the_gateway(call.body) else f"neither the contract's body nor the gateway's: {call.seen}"

    def _problem(self, call: Operation, status: int) -> str:
        listed = self._bodies.lists(call.kind, status)
        not_now = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if call.meaning is Meaning.UNEXPECTED and not (listed and not_now):
            return call.seen or "the API's shape does not have it"
        if listed is None:
            return ""
        if not listed:
            return "the contract does not list that status"
        if call.meaning is Meaning.UNEXPECTED:
            self._not_now[status] += 1
        return self._body_problem(call, status)

    def _body_problem(self, call: Operation, status: int) -> str:
        if call.document is not None:
            return self._bodies.document_problem(call.kind, status, call.document)
        if call.body is None:
            self._not_kept += self._bodies.has_schema(call.kind, status)
            return ""
        return self._bodies.text_problem(call.kind, status, call.body)


class ContractBodies:
    """Holds bodies against a contract. Most bodies of a run are the same few, and are looked at once.

    Args:
        contract: its schemas are of JSON Schema's Draft 2020-12.

    Raises:
        jsonschema.SchemaError: a schema is none.
    """

    def __init__(self, contract: Contract) -> None:
        self._validators: dict[str, dict[str, Draft202012Validator | None]] = {}
        for kind, responses in contract.responses.items():
            self._validators[kind] = {status.lower(): _validator(schema) for status, schema in responses.items()}
        self.text_problem = lru_cache(_CACHED_BODIES)(self._text_problem)

    def lists(self, kind: str, status: int) -> bool | None:
        """Whether the contract lists a status for a call; None: it says nothing of such calls."""
        return self._key(kind, status) is not None if kind in self._validators else None

    def has_schema(self, kind: str, status: int) -> bool:
        """Whether the contract says what the body is."""
        return self._find(kind, status) is not None

    def document_problem(self, kind: str, status: int, document: Any) -> str:
        """Return what is wrong with a JSON body; empty where nothing is."""
        validator = self._find(kind, status)
        error = validator and next(validator.iter_errors(document), None)
        return f"{error.json_path}: {shown(error.message)}, body {shown(document)}" if error else ""

    def _text_problem(self, kind: str, status: int, body: str) -> str:
        if not self.has_schema(kind, status):
            return ""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return f"the body is not JSON: {shown(body)}"
        return self.document_problem(kind, status, document)

    def _find(self, kind: str, status: int) -> Draft202012Validator | None:
        key = self._key(kind, status)
        return None if key is None else self._validators[kind][key]

    def _key(self, kind: str, status: int) -> str | None:
        keys = self._validators.get(kind, {})
        return next((key for key in (str(status), f"{status // 100}xx", "default") if key in keys), None)


def _is_of_the_gateway(body: str | None) -> bool:
    """Whether a body is one that API Gateway makes itself where an API does not say otherwise."""
    try:
        document = json.loads(body or "")
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.keys() == {"message"} and isinstance(document["message"], str)


def _validator(schema: Mapping[str, Any] | None) -> Draft202012Validator | None:
    if schema is None:
        return None
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
