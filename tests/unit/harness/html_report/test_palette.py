"""Text must be readable, and lines be told from the page, in light and dark (WCAG 2.2, AA)."""

import re
from pathlib import Path
from typing import Final

import pytest

import harness.html_report

_STYLE: Final = (Path(harness.html_report.__path__[0]) / "templates" / "report.css").read_text(encoding="utf-8")
_PALETTE: Final = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", _STYLE)
}
_SCHEMES: Final = {"light": 0, "dark": 1}
_TEXTS: Final = ("ink", "quiet", "link", "valid", "invalid", "unknown")
_LINES: Final = ("style-1", "style-2", "style-3", "style-4")


def luminance(color: str) -> float:
    """Relative luminance, as WCAG defines it."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def test_contrast_is_counted_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", _SCHEMES)
@pytest.mark.parametrize("ground", ["page", "raised"])
@pytest.mark.parametrize(("names", "least"), [(_TEXTS, 4.5), (_LINES, 3.0)], ids=["texts", "lines"])
def test_colors_stand_out_from_the_page(names: tuple[str, ...], least: float, ground: str, scheme: str) -> None:
    index = _SCHEMES[scheme]
    for name in names:
        assert contrast(_PALETTE[name][index], _PALETTE[ground][index]) >= least, name


def test_every_line_style_but_the_first_has_dashes_of_its_own() -> None:
    dashes = re.findall(r"\.line\.style-\d \{ stroke: var\(--style-\d\)(?:; stroke-dasharray: ([\d. ]+))? \}", _STYLE)
    assert len(dashes) == len(set(dashes)) == 4
