"""The API's client for a test: the calls of `harness.driving.api_client.AsyncApi` as plain functions."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Final, Self

from harness.callers import Caller
from harness.driving.aiohttp_transport import AiohttpTransport
from harness.driving.api_client import Answer, AsyncApi
from harness.operations import Meaning
from harness.shape import ApiShape

_CALL_TIMEOUT_S: Final = 30
_POLL_INTERVAL_S: Final = 0.05


class ApiClient:
    """Calls one API. A context manager holds its connections.

    Its event loop has a thread of its own, so that a connection which the server closes between two calls of a test
    is noticed, and so that a test which runs in an event loop may call it, too.

    Args:
        api_url: the base URL, without a slash at its end.
        shape: what the API's calls are.
        caller: who calls; None: nobody in particular.
    """

    def __init__(self, api_url: str, shape: ApiShape, caller: Caller | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="api-client", daemon=True)
        self._transport = AiohttpTransport(connections=1)
        self._api = AsyncApi(self._transport, api_url, shape, caller=caller)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        self._wait_for(self._transport.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._wait_for(self._transport.__aexit__(kind, error, trace))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def create(self, payload: Mapping[str, Any]) -> Answer:
        """Begin a flow, and return what was answered: `handle` if it was accepted."""
        return self._wait_for(self._api.create(payload, _CALL_TIMEOUT_S))

    def status(self, handle: str) -> Answer:
        """Poll once: `result_id` if the answer says done."""
        return self._wait_for(self._api.status(handle, _CALL_TIMEOUT_S))

    def retrieve(self, result_id: str) -> Answer:
        """Fetch a result: `document` if it was found."""
        return self._wait_for(self._api.retrieve(result_id, _CALL_TIMEOUT_S))

    def wait_for_result(self, handle: str, timeout_s: float = 30) -> str:
        """Poll until the answer says done, and return the result's ID.

        Raises:
            AssertionError: the time was over first, or it was said to have failed; the text shows what was last seen.
        """
        __tracebackhide__ = True
        answer = self._wait_for(self._poll(handle, timeout_s))
        if answer.meaning is not Meaning.VISIBLE or answer.result_id is None:
            raise AssertionError(f"no result of {handle} within {timeout_s:g} s; last seen: {answer.in_words()}")
        return answer.result_id

    async def _poll(self, handle: str, timeout_s: float) -> Answer:
        give_up_at = self._loop.time() + timeout_s
        while True:
            answer = await self._api.status(handle, _CALL_TIMEOUT_S)
            is_over = self._loop.time() >= give_up_at
            if is_over or answer.meaning in {Meaning.VISIBLE, Meaning.FAILED}:
                return answer
            await asyncio.sleep(_POLL_INTERVAL_S)

    def _wait_for[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
