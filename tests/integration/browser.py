"""A headless Chromium, spoken to over the DevTools protocol, that says what a page asked for and complained of.

The protocol: one JSON object a message over a WebSocket on the loopback interface (chromedevtools.github.io).
"""

import asyncio
import base64
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

CHROMIUM: Final = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
_START_TIMEOUT_S: Final = 60
_ANSWER_TIMEOUT_S: Final = 30


@dataclass
class Page:
    """One tab, and what happened in it since it was opened."""

    socket: aiohttp.ClientWebSocketResponse
    requests: list[str] = field(default_factory=list)
    """The URLs that the page asked for, its own first."""
    complaints: list[str] = field(default_factory=list)
    """What the console, the security policy or a script said."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def open(self, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Load a file, offline, in a window of this size."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.ask(f"{domain}.enable")
        await self.ask(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0
        )
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        await self.ask("Page.navigate", url=path.as_uri())
        await self.wait_for("document.readyState + location.protocol", "completefile:")

    async def wait_for(self, expression: str, value: object) -> None:
        """Wait until a JavaScript expression has a value."""
        last: object = None
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                while (last := await self.evaluate(expression)) != value:  # noqa: ASYNC110  - the event is the browser's
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{expression} is {last!r} after {_ANSWER_TIMEOUT_S} s, not {value!r}") from None

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def screenshot(self, *, top: int = 0, height: int = 900) -> bytes:
        """Return a picture of a part of the page, as PNG."""
        width = await self.evaluate("innerWidth")
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        answer = await self.ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; what happens meanwhile is noted."""
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            while (message := await self.socket.receive_json()).get("id") != number:
                self._note(message)
        assert "error" not in message, (method, message["error"])
        result: dict[str, Any] = message["result"]
        return result

    def _note(self, message: dict[str, Any]) -> None:
        match message:
            case {"method": "Network.requestWillBeSent", "params": {"request": {"url": url}}}:
                self.requests.append(url)
            case {"method": "Log.entryAdded" | "Runtime.consoleAPICalled" | "Runtime.exceptionThrown"}:
                self.complaints.append(str(message["params"]))


@asynccontextmanager
async def open_page(profile_dir: Path) -> AsyncIterator[Page]:
    """Start a browser with an empty profile and one empty tab; it is gone afterwards."""
    assert CHROMIUM is not None
    log_path = profile_dir / "chromium.log"
    with log_path.open("wb") as log:
        browser = await asyncio.create_subprocess_exec(
            CHROMIUM,
            "--headless",
            "--no-sandbox",  # a container's root has no user namespace; the page is our own
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile_dir}",
            "about:blank",
            env={**os.environ, "TMPDIR": str(profile_dir)},  # where a browser that is ended leaves its socket's folder
            stdout=log,
            stderr=log,
        )
    try:
        port = await _debugging_port(profile_dir, browser, log_path)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
                tab = next(target for target in await response.json() if target["type"] == "page")
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Page(socket)
    finally:
        browser.terminate()
        try:
            await asyncio.wait_for(browser.wait(), _ANSWER_TIMEOUT_S)
        except TimeoutError:
            browser.kill()
            await browser.wait()


async def _debugging_port(profile_dir: Path, browser: asyncio.subprocess.Process, log_path: Path) -> int:
    """Wait until the browser has written where it listens."""
    lines: list[str] = []
    try:
        async with asyncio.timeout(_START_TIMEOUT_S):
            while not lines and browser.returncode is None:
                await asyncio.sleep(0.05)
                lines = _lines(profile_dir / "DevToolsActivePort")
    except TimeoutError:
        pass
    assert lines, f"the browser does not listen: exit code {browser.returncode}, {_lines(log_path)}"
    return int(lines[0])


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
