"""Bugs of the client: in what it makes of the API's answers. The stack that it drives is sound."""

import json
from http import HTTPStatus
from typing import Final

from harness.transport import Request, Response, Transport
from model.faults.identity import TRACE_HEADER
from mutants.circumstances import LAGGING_REPLICAS
from mutants.mutant import Mutant


class ImpatientClient:
    """A client that asks once more when a user is there, to be sure, and takes one 404 then for a user that is lost.

    It creates a user that it takes for lost again, and goes on; whoever asks it hears of nothing. A call that gets no
    answer is passed on as that.

    Args:
        transport: sends its requests.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._creates: dict[str, Request] = {}
        """The creates that were accepted, by their flows' traces."""

    async def send(self, request: Request, timeout_s: float) -> Response:
        """Send a request, and what it gives rise to; return the answer to it alone.

        Raises:
            TransportError: a request was not answered.
        """
        response = await self._transport.send(request, timeout_s)
        trace = request.headers.get(TRACE_HEADER, "")
        if request.method == "POST" and response.status == HTTPStatus.ACCEPTED:
            self._creates[trace] = request
        elif trace in self._creates and _says_done(response):
            again = await self._transport.send(request, timeout_s)
            if again.status == HTTPStatus.NOT_FOUND:
                await self._transport.send(self._creates[trace], timeout_s)
        return response


def _says_done(response: Response) -> bool:
    """Whether an answer is that of a status whose user is there."""
    if response.status != HTTPStatus.OK:
        return False
    document = json.loads(response.body)
    return isinstance(document, dict) and "userId" in document


IMPATIENT_CLIENT: Final = Mutant(
    name="impatient-client",
    broken="The client takes one 404 after a 200 for a user that is lost, and creates it again.",
    shows="A user is in the table twice, with two IDs, after a read that another replica answered.",
    client=ImpatientClient,
    found_by="nothing-made-up",
    circumstance=LAGGING_REPLICAS,
    flows=40,
)

MUTANTS: Final = (IMPATIENT_CLIENT,)
