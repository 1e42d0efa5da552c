"""The page must be well-formed, self-contained, small, usable without a mouse or eyes, and inert whatever was sent."""

import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final

import pytest

from harness.checking import CheckResult, Evidence
from harness.verdicts import VerdictWord
from tests.unit.harness.html_report.generated import (
    HOSTILE,
    GeneratedRun,
    empty_run,
    faulty_run,
    invalid_run,
    valid_run,
)

_VOID: Final = {"meta", "br", "link", "img", "input", "hr"}
type Attributes = dict[str, str | None]


class ReadPage(HTMLParser):
    """A page, read strictly: every element is closed in the order in which it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} is there twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [name for _, attributes in self.elements if (name := attributes.get("id")) is not None]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


RUNS: Final = {
    "valid": valid_run(100),
    "invalid": invalid_run(),
    "empty": empty_run(),
    "one flow": valid_run(1),
    "faulty": faulty_run(),
}


@pytest.fixture(params=RUNS, scope="module")
def page(request: pytest.FixtureRequest) -> str:
    return RUNS[request.param].page()


@pytest.fixture(scope="module")
def invalid_page() -> ReadPage:
    return ReadPage(RUNS["invalid"].page())


def test_every_element_is_closed_and_every_id_is_there_once(page: str) -> None:
    ids = ReadPage(page).ids
    assert len(ids) == len(set(ids))


def test_links_and_labels_lead_to_something_on_the_page(page: str) -> None:
    read = ReadPage(page)
    for _, attributes in read.elements:
        for name in (attributes.get("aria-labelledby") or "").split():
            assert name in read.ids
    for link in read.all("a"):
        assert (link["href"] or "").removeprefix("#") in read.ids


def test_the_page_asks_for_nothing(page: str) -> None:
    read = ReadPage(page)
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "form", "base", "image"}
    for tag, attributes in read.elements:
        assert not any(name.startswith("on") or name in {"src", "style", "srcset"} for name in attributes), tag
        assert (attributes.get("href") or "#").startswith("#")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style


def test_a_policy_forbids_everything_but_the_page_s_own_style(page: str) -> None:
    (policy,) = [meta["content"] for meta in ReadPage(page).all("meta") if meta.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_headings_are_in_order(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in ReadPage(page).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_picture_is_named_or_hidden_from_a_screen_reader() -> None:
    for run in RUNS.values():
        drawings = re.findall(r"<svg [^>]*>", re.sub(r"<svg viewBox=\"0 0 1000 1000\"[^>]*>", "", run.page()))
        assert all(
            'aria-hidden="true"' in drawing or ('role="img"' in drawing and "aria-labelledby" in drawing)
            for drawing in drawings
        )


def test_every_plot_has_a_table_beside_it(invalid_page: ReadPage) -> None:
    plots = [attributes for attributes in invalid_page.all("svg") if attributes.get("role") == "img"]
    assert len(plots) == len(invalid_page.all("figure")) == 8
    assert invalid_page.text.count("The same as a table") == 8


def test_what_scrolls_can_be_reached_by_keyboard(page: str) -> None:
    for tag, attributes in ReadPage(page).elements:
        if {"scroll", "payload"} & set((attributes.get("class") or "").split()):
            assert attributes.get("tabindex") == "0", tag


def test_the_verdict_comes_first_then_why_and_how_to_repeat_it(invalid_page: ReadPage) -> None:
    text = invalid_page.text
    places = [
        text.index(part)
        for part in (
            "Verdict: invalid",
            "no-create-lost: 1 of 98",
            "harness run --seed 4242 --flows 100 --clients 10",
            "embedded, LocalStack 4.14.0",
            "No acknowledged create is lost.",
            "visible.p99<200ms",
            "of 100 flows completed",
            "Latency by percentile",
            "Broken flows Those",
            "Slowest flows Among",
        )
    ]
    assert places == sorted(places)


def test_what_is_broken_comes_before_what_is_not() -> None:
    verdicts = re.findall(r"class=\"badge (\w+)\"", RUNS["invalid"].page())[:6]
    assert verdicts == ["invalid", "invalid", "unknown", "valid", "valid", "valid"]


def test_evidence_leads_to_the_flow_that_shows_it(invalid_page: ReadPage) -> None:
    assert {"flow-7", "flow-3", "flow-12"} <= set(invalid_page.ids)
    assert "#flow-7" in [link["href"] for link in invalid_page.all("a")]
    assert "Evidence of no-create-lost ." in invalid_page.text
    assert "The first 2 of 31." in invalid_page.text


def test_no_check_s_evidence_hides_another_s() -> None:
    run = valid_run(60)
    many = CheckResult(
        "many", "Many.", VerdictWord.INVALID, "20", tuple(Evidence("x", number) for number in range(20)), 20
    )
    few = CheckResult("few", "Few.", VerdictWord.INVALID, "1", (Evidence("y", 55),), 1)
    page = ReadPage(replace(run, results=replace(run.results, checks=(many, few))).page())
    broken = [name for name in page.ids if name.startswith("flow-")][:20]
    assert broken[:2] == ["flow-0", "flow-55"]
    assert "flow 19" in page.text, "what is not shown is still named"


def test_a_flow_that_is_not_in_the_history_is_no_link() -> None:
    run = valid_run(5)
    check = CheckResult("some", "Some.", VerdictWord.INVALID, "1", (Evidence("x", 77),), 1)
    page = ReadPage(replace(run, results=replace(run.results, checks=(check,))).page())
    assert "flow 77" in page.text
    assert "flow-77" not in page.ids


def test_what_was_broken_on_purpose_is_told_before_the_figures_that_it_explains() -> None:
    text = ReadPage(RUNS["faulty"].page()).text
    places = [
        text.index(part)
        for part in (
            "What was broken on purpose",
            "Global secondary indexes see the write after a delay. hits 30 %, 0 to 200 ms",
            "slow function (slow-handlers)",
            " flows were hit, ",
            "create to visible, at most hit",
            "flows a second",
            "Create to visible, by whether a fault hit the flow",
        )
    ]
    assert places == sorted(places)
    assert "What was broken" not in RUNS["valid"].page()


def test_every_plot_over_time_marks_when_faults_were_active_and_each_hit() -> None:
    read = ReadPage(RUNS["faulty"].page())
    ends = ("-over-time", "throughput", "queue-depth")
    over_time = [figure["id"] for figure in read.all("figure") if (figure["id"] or "").endswith(ends)]
    assert len(over_time) == 6
    lanes = [svg for svg in read.all("svg") if svg.get("class") == "lanes"]
    assert len(lanes) == len(over_time)
    assert read.text.count("a fault was active") == len(over_time)
    assert "Marked is when faults were active (gsi-lag, slow function, " in read.text
    assert not [svg for svg in ReadPage(RUNS["valid"].page()).all("svg") if "lanes" in (svg.get("class") or "")]


def test_a_flow_shows_what_hit_it() -> None:
    text = ReadPage(RUNS["faulty"].page()).text
    assert "fault slow function" in text
    assert "hit Invoke, attempt 1, 100.0 ms" in text


def test_hostile_texts_are_shown_and_can_do_nothing(invalid_page: ReadPage) -> None:
    assert r"</script><script>document.title='owned'</script>\"><img src=x onerror=\"" in invalid_page.text
    assert r"\u202e\u0000{{7*7}}" in invalid_page.text, "as JSON, in the payload"
    assert r"\u202e\x00{{7*7}}" in invalid_page.text, "as text, in the evidence"
    assert invalid_page.all("script") == []
    assert invalid_page.all("img") == []


def test_hostile_texts_in_every_place_are_inert() -> None:
    run = invalid_run()
    check = CheckResult(HOSTILE, HOSTILE, VerdictWord.INVALID, HOSTILE, (Evidence(HOSTILE, 7),), 1)
    threshold = replace(run.results.thresholds[0], text=HOSTILE, reason=HOSTILE)
    verdict = replace(run.results.verdict, reason=HOSTILE)
    results = replace(run.results, verdict=verdict, checks=(check,), thresholds=(threshold,), notes=(HOSTILE,))
    text = GeneratedRun(results, run.history, {"run": HOSTILE, "command": HOSTILE, HOSTILE: HOSTILE}).page()
    page = ReadPage(text)
    assert not {"script", "img"} & {tag for tag, _ in page.elements}
    assert text.replace("\n", "").isascii()
    assert text.replace("\n", "").isprintable()


def test_a_run_in_which_nothing_happened_has_a_page() -> None:
    text = ReadPage(RUNS["empty"].page()).text
    assert "Verdict: unknown" in text
    assert "Nothing was checked." in text
    assert "Nothing was measured." in text


def test_ten_thousand_flows_make_a_small_page_quickly() -> None:
    run = valid_run(10_000)
    started_s = time.process_time()
    text = run.page()
    assert time.process_time() - started_s < 10
    assert len(text.encode()) < 500_000
    assert len([name for name in ReadPage(text).ids if name.startswith("flow-")]) == 10


def test_the_worst_of_texts_and_flows_stay_within_two_megabytes() -> None:
    run = valid_run(100)
    evidence = tuple(Evidence("\u202e" * 100_000, number) for number in range(20))
    long = CheckResult("long", "x" * 10_000, VerdictWord.INVALID, "x" * 10_000, evidence, 20)
    flows = tuple(
        replace(flow, payload={"name": "\u202e" * 100_000}, operations=flow.operations * 500, reason="\x00" * 100_000)
        for flow in run.history.flows
    )
    results = replace(run.results, checks=tuple(replace(long, name=f"long-{index}") for index in range(12)))
    assert len(GeneratedRun(results, replace(run.history, flows=flows), {}).page().encode()) < 2_000_000
