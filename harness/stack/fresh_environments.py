"""Makes a deployed function forget: its next invocation begins in a new environment, as after a deployment."""

import secrets
import time
from typing import Final

from harness.observation import ObservationError
from harness.observation.clients import AwsClients
from harness.stack.deployment import Deployment

_LOOK_EVERY_S: Final = 0.05
_DONE_WITHIN_S: Final = 30


def use_fresh_environments(deployment: Deployment) -> None:
    """Change the function's description, and wait until that is done.

    An environment serves one version of a function's configuration, so that a change of it ends them all: what a module
    of the function keeps between invocations is gone.

    Raises:
        ObservationError: the engine refused, or does not answer.
    """
    clients, name = AwsClients(deployment), deployment.function_name
    with clients.asking(f"function {name}"):
        description = f"renewed {secrets.token_hex(4)}"  # another each time, so that it is a change
        clients.functions.update_function_configuration(FunctionName=name, Description=description)
        ends_s = time.monotonic() + _DONE_WITHIN_S
        while (state := _state_of(clients, name)) != "Successful":
            if time.monotonic() > ends_s:
                raise ObservationError(f"function {name}: its update is {state} after {_DONE_WITHIN_S} s")
            time.sleep(_LOOK_EVERY_S)


def _state_of(clients: AwsClients, name: str) -> str:
    return clients.functions.get_function_configuration(FunctionName=name).get("LastUpdateStatus", "unknown")
