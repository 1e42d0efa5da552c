"""Where in the engine the faults' HTTP API is: routes that cost nothing until somebody asks for one."""

from functools import cache
from typing import Any, Final

BASE_PATH: Final = "/_emulator/faults"


def add_routes(router: Any) -> None:
    """Add the API to a router of LocalStack's."""
    router.add(BASE_PATH, answer)
    router.add(f"{BASE_PATH}/<path:rest>", answer)


def answer(request: Any, rest: str = "") -> Any:
    """Answer a request below `BASE_PATH`."""
    del rest
    return _api()(request)


@cache
def _api() -> Any:
    from emulator.faults.control import FaultsApi  # noqa: PLC0415 - with what checks JSON: most engines never need it
    from emulator.faults.registry import FAULTS  # noqa: PLC0415 - as above

    return FaultsApi(FAULTS)
