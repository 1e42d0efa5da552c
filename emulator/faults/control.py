"""The HTTP API of faults, below `/_emulator/faults`, and the timer that heals them.

Faults are the account's: two workers of a test run, each with an account of its own, do not meet. The API is described
by its own document, `GET /_emulator/faults/openapi.json` (`document`).
"""

import json
import threading
from http import HTTPStatus
from typing import Any

from localstack.http import Request, Response, Router
from localstack.http.dispatcher import handler_dispatcher
from rolo.routing import RegexConverter
from werkzeug.exceptions import MethodNotAllowed, NotFound

from emulator.errors import MisuseError
from emulator.faults.document import openapi_document
from emulator.faults.kinds import KINDS
from emulator.faults.registry import FaultRecord, Faults
from emulator.faults.routes import BASE_PATH
from emulator.faults.schemas import ACCOUNT_PATTERN, NAME_PATTERN
from emulator.faults.wire import fault_to_json, firings_to_json, kind_to_json, read_fault

LOOK_S = 0.25
MOST_FIRINGS = 10_000


class FaultsApi:
    """The routes.

    Args:
        faults: what they are about.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._timer = Timer(faults)
        self._router: Router[Any] = Router(dispatcher=handler_dispatcher(), converters={"regex": RegexConverter})
        account = f"/<regex('{ACCOUNT_PATTERN}'):account_id>"
        name = f"{account}/<regex('{NAME_PATTERN}'):name>"
        for path, endpoint, method in (
            ("/openapi.json", self.document, "GET"),
            ("/kinds", self.kinds, "GET"),
            ("", self.list_all, "GET"),
            ("", self.heal_all, "DELETE"),
            (account, self.list_all, "GET"),
            (account, self.heal_all, "DELETE"),
            (name, self.show, "GET"),
            (name, self.set, "PUT"),
            (name, self.heal, "DELETE"),
            (f"{name}/firings", self.firings, "GET"),
        ):
            self._router.add(f"{BASE_PATH}{path}", endpoint, methods=[method])

    def __call__(self, request: Request) -> Response:
        """Answer a request below `BASE_PATH`."""
        try:
            response: Response = self._router.dispatch(request)
        except NotFound:
            what = f"{request.path}: no such path; see {BASE_PATH}/openapi.json"
            return _refusal(HTTPStatus.NOT_FOUND, what)
        except MethodNotAllowed as error:
            allowed = sorted(error.valid_methods or ())
            what = f"{request.method} {request.path}: one of {', '.join(allowed)} is expected"
            response = _refusal(HTTPStatus.METHOD_NOT_ALLOWED, what)
            response.headers["Allow"] = ", ".join(allowed)
        return response

    def document(self, _request: Request) -> Response:
        """Return the API's own description."""
        return _answer(openapi_document())

    def kinds(self, _request: Request) -> Response:
        """Return what can be set."""
        return _answer({"kinds": [kind_to_json(kind) for kind in KINDS]})

    def list_all(self, _request: Request, account_id: str | None = None) -> Response:
        """Return all faults, of one account if there is one."""
        return self._answer_with(self._faults.records(account_id))

    def heal_all(self, _request: Request, account_id: str | None = None) -> Response:
        """Heal all faults, of one account if there is one."""
        self._faults.heal(account_id)
        return self._answer_with(self._faults.records(account_id))

    def show(self, _request: Request, account_id: str, name: str) -> Response:
        """Return one fault."""
        return self._answer_with_one(account_id, name)

    def set(self, request: Request, account_id: str, name: str) -> Response:
        """Set a fault, or renew it."""
        try:
            fault = read_fault(account_id, name, request.get_data())
        except MisuseError as error:
            return _refusal(HTTPStatus.BAD_REQUEST, str(error))
        is_new = self._faults.set(fault)
        self._timer.start()
        return self._answer_with_one(account_id, name, HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    def heal(self, _request: Request, account_id: str, name: str) -> Response:
        """Heal a fault."""
        self._faults.heal(account_id, name)
        return self._answer_with_one(account_id, name)

    def firings(self, request: Request, account_id: str, name: str) -> Response:
        """Return what a fault has hit, a page of it."""
        after, most = request.args.get("after", "0"), request.args.get("most", str(MOST_FIRINGS))
        if not (after.isdecimal() and after.isascii() and most.isdecimal() and most.isascii() and int(most) > 0):
            what = f"after={after!a}, most={most!a}: whole numbers are expected, from 0 and from 1"
            return _refusal(HTTPStatus.BAD_REQUEST, what)
        firings = self._faults.firings(account_id, name, int(after), min(int(most), MOST_FIRINGS))
        if firings is None:
            return self._no_such(account_id, name)
        return _answer(firings_to_json(firings, int(after)))

    def _answer_with(self, records: list[FaultRecord]) -> Response:
        return _answer({"faults": [self._to_json(record) for record in records]})

    def _answer_with_one(self, account_id: str, name: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
        records = self._faults.records(account_id, name)
        return _answer(self._to_json(records[0]), status) if records else self._no_such(account_id, name)

    def _no_such(self, account_id: str, name: str) -> Response:
        what = f"no fault is called {name} in the account {account_id}; GET {BASE_PATH} lists those that there are"
        return _refusal(HTTPStatus.NOT_FOUND, what)

    def _to_json(self, record: FaultRecord) -> dict[str, Any]:
        return fault_to_json(record, self._faults.remaining_s(record))


class Timer:
    """Heals faults when their time is over, also where nothing comes by that they could hit.

    Its thread is there while a fault is set.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._lock = threading.Lock()
        self._running = False

    def start(self) -> None:
        """Look from now on, until no fault is set."""
        with self._lock:
            if not self._running:
                self._running = True
                threading.Thread(target=self._look, name="faults-timer", daemon=True).start()

    def _look(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(LOOK_S)
            self._faults.expire()
            with self._lock:
                if not self._faults.any:
                    self._running = False
                    return


def _answer(document: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(json.dumps(document), status=status, mimetype="application/json")


def _refusal(status: HTTPStatus, message: str) -> Response:
    return _answer({"message": message}, status)
