"""What can be required, what cannot, and what comes of it."""

import pytest

from harness.errors import ExitCode, MisuseError
from harness.operations import FlowEnding, Meaning
from harness.timing import TIMINGS
from harness.timing.measure import measure
from harness.timing.thresholds import Threshold, evaluate, parse_threshold
from tests.unit.harness.timing.histories import create, flow, history, plain_flow

# Two flows, one after the other, with calls of 500 ms; and two creates that were not answered.
FIGURES = measure(
    history(
        plain_flow(0, call_s=0.5),
        plain_flow(2, call_s=0.5),
        *(flow(create(0, 1, meaning=Meaning.NO_ANSWER), ending=FlowEnding.UNREACHABLE) for _ in range(2)),
    )
)


def test_a_threshold_is_understood() -> None:
    assert parse_threshold("visible.p99<2s") == Threshold("visible.p99<2s", "visible_upper", "p99", "<", 2, "s")
    assert parse_threshold(" create.p99.9 <= .5 ms ") == Threshold(
        "create.p99.9 <= .5 ms", "create", "p99.9", "<=", 0.5, "ms"
    )
    assert parse_threshold("flows_per_s>=50") == Threshold("flows_per_s>=50", "flows_per_s", None, ">=", 50, "")


@pytest.mark.parametrize("name", ["visible", *TIMINGS])
@pytest.mark.parametrize("quantile", ["p50", "p90", "p99", "p99.9", "max"])
def test_every_quantile_of_every_timing_can_be_required(name: str, quantile: str) -> None:
    assert parse_threshold(f"{name}.{quantile}>1us").quantile == quantile


@pytest.mark.parametrize(
    ("text", "verdict", "measured"),
    [
        ("visible.p99<2s", "valid", 1.5),
        ("visible.p99<1.5s", "invalid", 1.5),
        ("visible.p99<=1.5s", "valid", 1.5),
        ("visible.max<=1500ms", "valid", 1500),
        ("visible_lower.p50<=500ms", "valid", 500),
        ("flow.max<0.033min", "invalid", 1 / 30),
        ("create.p50>499999us", "valid", 500_000),
        ("errors<20%", "invalid", 20),
        ("errors<=20%", "valid", 20),
        ("errors<3", "valid", 2),
        ("flows_per_s>=0.5", "valid", 0.5),
        ("calls_per_s>2.5", "invalid", 2.5),
        ("server_written.p50<1s", "unknown", None),
    ],
)
def test_the_verdict_and_what_was_measured_in_the_unit_of_the_requirement(
    text: str, verdict: str, measured: float | None
) -> None:
    [result] = evaluate([parse_threshold(text)], FIGURES)
    assert (result.text, result.verdict) == (text, verdict)
    assert result.measured == (None if measured is None else pytest.approx(measured))


def test_the_reason_says_what_was_measured() -> None:
    texts = ["visible.p99<1s", "errors<1%", "flows_per_s>1", "server_queued.p50<1s"]
    reasons = [result.reason for result in evaluate(map(parse_threshold, texts), FIGURES)]
    assert reasons == ["measured 1.5 s", "measured 20%", "measured 0.5", "nothing was measured"]


@pytest.mark.parametrize("text", ["errors<1%", "errors<1", "flows_per_s>1", "calls_per_s>1", "visible.p99<2s"])
def test_a_run_in_which_nothing_happened_meets_no_threshold_and_misses_none(text: str) -> None:
    [result] = evaluate([parse_threshold(text)], measure(history(asked=5)))
    assert (result.verdict, result.measured) == ("unknown", None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no threshold"),
        ("visible.p99", "is no threshold"),
        ("visible.p99=2s", "is no threshold"),
        ("visible.p99<-2s", "is no threshold"),
        ("visible.p99<2s and more", "is no threshold"),
        ("visible.p99<\u0662s", "is no threshold"),
        ("visible<2s", "does not say which quantile"),
        ("visible.p95<2s", "says 'p95' of a time"),
        ("visible.p99<2", "needs a unit of time (us, ms, s, min)"),
        ("visible.p99<2%", "needs a unit of time"),
        ("latency.p99<2s", "is about 'latency', which is not measured"),
        ("errors.p99<2", "says 'p99' of errors, which is one number"),
        ("errors<2s", "has the unit 's'"),
        ("flows_per_s>5%", "has the unit '%'"),
    ],
)
def test_what_cannot_be_parsed_gets_one_line_with_an_example_and_the_names_there_are(text: str, why: str) -> None:
    with pytest.raises(MisuseError) as raised:
        parse_threshold(text)
    message = str(raised.value)
    assert why in message
    assert "visible.p99<2s" in message
    assert all(name in message for name in TIMINGS)
    assert len(message.splitlines()) == 1
    assert raised.value.exit_code is ExitCode.MISUSE
