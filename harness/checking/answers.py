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
from harness.checking.grounds import Grounds
from harness.checking.words import at, named, shown
from harness.history import FlowHistory
from harness.operations import Meaning, Operation

_CACHED_BODIES: Final = 1024


class AnswersAsAgreed(Check):
    """Whatever the shape does not have is wrong, and so is a body that breaks the contract.

    An answer that says "not now" (429, 5xx) is allowed where the contract lists it, and counted. A call that was not
    answered says nothing.
    """

    name = "answers-as-agreed"
    claim = "Every answer is one that the API's shape and its contract have."
    things = "answers"

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._bodies = ContractBodies(grounds.agreement.contract)
        self._not_now: Counter[int] = Counter()
        self._not_kept = 0

    def see(self, flow: FlowHistory) -> None:
        """Look at every answer."""
        for call in flow.operations:
            if call.status is None:
                continue
            self.looked_at += 1
            if problem := self._problem(call, call.status):
                target = f" {named(call.target)}" if call.target else ""
                what = f"{call.kind}{target} {at(call.started_s)} was answered {call.status}"
                self.violation(f"flow {flow.number}: {what}: {problem}", flow.number)

    def conclude(self) -> str:
        """Count what is allowed and should not be, and what could not be looked at."""
        if self._not_kept:
            self.doubt(f"{self._not_kept} bodies too long to be kept, so not held against the contract")
        if not self._not_now:
            return ""
        counts = ", ".join(f"{count} x {status}" for status, count in sorted(self._not_now.items()))
        return f"allowed by the contract, and no good sign: {counts}"

    def _problem(self, call: Operation, status: int) -> str:
        listed = self._bodies.lists(call.kind, status)
        not_now = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if call.meaning is Meaning.UNEXPECTED and not (listed and not_now):
            return call.seen
        if listed is None:
            return ""
        if not listed:
            return "the contract does not list that status"
        if call.meaning is Meaning.UNEXPECTED:
            self._not_now[status] += 1
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


def _validator(schema: Mapping[str, Any] | None) -> Draft202012Validator | None:
    if schema is None:
        return None
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
