"""The report in a real browser: it loads from disk, asks for nothing, and shows everything at any width."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from tests.integration.browser import CHROMIUM, Page, open_page
from tests.unit.harness.html_report.generated import invalid_run, valid_run

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no chromium on PATH (Debian: apt-get install chromium); tests/unit/harness/html_report checks the markup",
)
_PHONE_PX: Final = 360


def browse(look: Callable[[Page], Awaitable[None]]) -> None:
    async def start_and_look() -> None:
        with tempfile.TemporaryDirectory(prefix="report-browser-", ignore_cleanup_errors=True) as profile_dir:
            async with open_page(Path(profile_dir)) as page:
                await look(page)

    asyncio.run(start_and_look())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a broken run with a hostile payload."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(invalid_run().page(), encoding="utf-8")
    return file


@pytest.mark.parametrize("width", [_PHONE_PX, 800, 1600])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_asks_for_nothing_complains_of_nothing_and_fits(report: Path, width: int, dark: bool) -> None:
    async def look(page: Page) -> None:
        await page.open(report, width=width, dark=dark)
        assert page.requests == [report.as_uri()]
        assert page.complaints == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.evaluate("document.querySelectorAll('svg[role=img] path.line').length") == 20
        assert await page.evaluate("getComputedStyle(document.body).colorScheme") == "light dark"

    browse(look)


def test_everything_still_fits_when_all_is_unfolded(report: Path) -> None:
    async def look(page: Page) -> None:
        await page.open(report, width=_PHONE_PX)
        await page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
        assert await page.evaluate("document.documentElement.scrollWidth") <= _PHONE_PX

    browse(look)


def test_what_was_sent_is_text_and_nothing_else(report: Path) -> None:
    async def look(page: Page) -> None:
        await page.open(report)
        title = await page.evaluate("document.title")
        assert title == "invalid: run 20261104T101512Z-kqxw"
        assert await page.evaluate("document.scripts.length + document.images.length") == 0
        payload = await page.evaluate("document.querySelector('#flow-7 .payload').textContent")
        assert r"\u202e\u0000{{7*7}}" in payload
        assert payload.isascii()

    browse(look)


def test_evidence_leads_by_keyboard_to_a_flow_that_was_folded(report: Path) -> None:
    async def look(page: Page) -> None:
        await page.open(report)
        assert await page.evaluate("document.querySelector('#flow-12').closest('details').open") is False
        await page.evaluate("document.querySelector('.evidence a[href=\"#flow-12\"]').focus()")
        for kind in ("rawKeyDown", "char", "keyUp"):
            await page.ask("Input.dispatchKeyEvent", type=kind, key="Enter", windowsVirtualKeyCode=13, text="\r")
        await page.wait_for("document.querySelector('#flow-12').closest('details').open", True)
        # Its heading is in the window, too.
        assert await page.evaluate("document.querySelector('#flow-12').getBoundingClientRect().top") > 30

    browse(look)


def test_a_screen_reader_is_told_what_each_plot_shows(report: Path) -> None:
    async def look(page: Page) -> None:
        await page.open(report)
        await page.ask("Accessibility.enable")
        nodes = (await page.ask("Accessibility.getFullAXTree"))["nodes"]
        images = [node for node in nodes if node["role"]["value"] in {"image", "img"} and not node["ignored"]]
        names = [node["name"]["value"] for node in images]
        assert len(names) == 8
        assert any(name.startswith("Create to visible Share of creates") for name in names)

    browse(look)


def test_ten_thousand_flows_load_as_well(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(valid_run(10_000).page(), encoding="utf-8")

    async def look(page: Page) -> None:
        await page.open(file)
        assert page.complaints == []
        assert await page.evaluate("document.querySelectorAll('.flow').length") == 10
        assert await page.evaluate("document.querySelectorAll('figure').length") == 8

    browse(look)
