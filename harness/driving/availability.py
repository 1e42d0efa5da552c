"""Where the API is that a run drives, and whether it is there: an engine that the run kills takes it away for a while.

The run says so, and the flows and the driver look: calls are made all the same, and are answered or not, but nobody
gives up for want of an answer that cannot come.
"""

import asyncio


class Availability:
    """Where the API is, for as long as a run lasts.

    Args:
        api_url: the base URL of the API, without a slash at its end.
    """

    def __init__(self, api_url: str) -> None:
        self.api_url = api_url
        self.gone: str | None = None
        """Why it will not be there again; None: it is there, or will be."""
        self._is_there = asyncio.Event()
        self._is_there.set()

    @property
    def is_away(self) -> bool:
        """Whether it was taken away, and is to be there again."""
        return not self._is_there.is_set()

    def leave(self) -> None:
        """From now on nobody can be expected to answer."""
        self._is_there.clear()

    def come_back(self, api_url: str) -> None:
        """It is there again, at this URL."""
        self.api_url = api_url
        self._is_there.set()

    def stay_away(self, why: str) -> None:
        """It will not be there again: whoever waits for it is to give up."""
        self.gone = why
        self._is_there.set()

    async def wait_until_back(self) -> None:
        """Return when it is there, at once if it is; also when it will not be there again."""
        await self._is_there.wait()
