"""The border to LocalStack's router: the engine's faults, served below one path."""

from functools import cache
from typing import TYPE_CHECKING

from localstack.http import Request, Response
from localstack.services.edge import ROUTER

from emulator.faults.document import ROOT

if TYPE_CHECKING:
    from emulator.faults.control import Control

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")


def serve_faults() -> None:
    """Serve the control API. What it is made of is imported with the first request to it."""
    for path in (ROOT, f"{ROOT}/<greedy_path:rest>"):
        ROUTER.add(path=path, endpoint=_answer, methods=METHODS, merge_slashes=False)


def _answer(request: Request, **_rest: str) -> Response:
    from emulator.faults.control import Asked  # noqa: PLC0415 - late: most engines are never asked

    answered = _control()(Asked(request.method, request.path, request.args.to_dict(), request.get_data()))
    headers = {"Content-Type": "application/json", **answered.headers}
    return Response(answered.body, answered.status, headers)


@cache
def _control() -> "Control":
    from emulator.faults.control import Control  # noqa: PLC0415 - as above
    from emulator.faults.expiry import Expiry  # noqa: PLC0415 - as above
    from emulator.faults.full_disk import FullDisk  # noqa: PLC0415 - as above
    from emulator.faults.process import ProcessFaults  # noqa: PLC0415 - as above
    from emulator.faults.registry import FAULTS  # noqa: PLC0415 - as above

    return Control(FAULTS, Expiry(FAULTS), ProcessFaults(FAULTS, FullDisk()).has_been_set)
