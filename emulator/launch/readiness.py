"""When an engine is ready: its gateway answers, and every service that we need can serve."""

import http.client
import json
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from emulator.errors import UnavailableError

HEALTH_PATH = "/_localstack/health"

# Called in the engine when it is ready, one after the other, in a thread that nothing waits for.
WHEN_READY: list[Callable[[], None]] = []
# LocalStack loads a service with the first request for it; one that nobody asked for yet is "available".
_ABLE_TO_SERVE = frozenset({"available", "starting", "running"})
_ANSWER_TIMEOUT_S = 5.0
_POLL_S = 0.02

type Services = Mapping[str, str]


class NoHealthError(Exception):
    """The engine did not say how it is. The text is what was seen instead."""


def wait_until_ready(endpoint_url: str, needed: Iterable[str], deadline: float) -> None:
    """Wait until the engine at `endpoint_url` says that it can serve all of the `needed` services.

    Args:
        endpoint_url: where the engine will serve.
        needed: names of services, as the health route has them.
        deadline: on the monotonic clock, in seconds.

    Raises:
        UnavailableError: it can't serve one of them, or did not answer before the deadline.
    """
    seen = "nothing"
    while (remaining_s := deadline - time.monotonic()) > 0:
        try:
            services = ask_services(endpoint_url, min(_ANSWER_TIMEOUT_S, remaining_s))
        except NoHealthError as error:
            seen = str(error)
            time.sleep(_POLL_S)
            continue
        if problems := unable(services, needed):
            raise UnavailableError(f"the engine can't serve {', '.join(problems)}")
        return
    raise UnavailableError(f"the engine was not ready in time; last seen: {seen}")


def ask_services(endpoint_url: str, timeout_s: float) -> Services:
    """Return the state of each service of the engine at `endpoint_url`, by name.

    Raises:
        NoHealthError: no answer within `timeout_s`, or not one of an engine.
    """
    address = urlsplit(endpoint_url)
    connection = http.client.HTTPConnection(address.netloc, timeout=timeout_s)
    try:
        connection.request("GET", HEALTH_PATH)
        response = connection.getresponse()
        if response.status != HTTPStatus.OK:
            raise NoHealthError(f"{HEALTH_PATH} answered {response.status}")
        return dict(json.loads(response.read())["services"])
    except TimeoutError as error:
        raise NoHealthError(f"{HEALTH_PATH} did not answer within {timeout_s:.1f} s") from error
    except (OSError, http.client.HTTPException) as error:
        raise NoHealthError(f"{HEALTH_PATH}: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoHealthError(f"{HEALTH_PATH} answered something else than a health document") from error
    finally:
        connection.close()


def unable(services: Services, needed: Iterable[str]) -> list[str]:
    """Return the needed services that can't serve, each with its state: `["dynamodb (error)"]`."""
    states = ((name, services.get(name, "missing")) for name in needed)
    return [f"{name} ({state})" for name, state in states if state not in _ABLE_TO_SERVE]
