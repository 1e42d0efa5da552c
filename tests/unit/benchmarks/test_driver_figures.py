"""What the table of both clients says is what they measured, less what is known of the server."""

import pytest

from benchmarks.driver.figures import LOCUST, OURS, TITLES, ClientFigures, as_json, error, growth, speed

FIGURES = ClientFigures(
    flows=300,
    calls=1500,
    errors=0,
    wall_s=2,
    cpu_s=0.5,
    flows_early=100,
    resident_bytes_early=50_000_000,
    resident_bytes=51_000_000,
    timings={"status": {"p50_ms": 21, "p99_ms": 25}},
)


def test_speed_is_by_time_and_by_processor_time() -> None:
    assert speed(FIGURES) == {"per_core": 3000, "per_s": 750}


def test_what_the_server_held_is_no_error() -> None:
    held = {"status": {"p50_ms": 20.5, "p99_ms": 20.75}}

    assert error(FIGURES, held) == {"p50_error_ms": 0.5, "p99_error_ms": 4.25}


def test_growth_is_of_the_flows_after_the_first_look() -> None:
    assert growth(FIGURES) == {"growth_mb": pytest.approx(500)}


def test_a_figure_that_is_measured_once_is_in_the_medians_all_the_same() -> None:
    every_round = dict.fromkeys(TITLES, 1.0)
    later_round = {"per_core": 3.0, "per_s": 1, "p50_error_ms": 1, "p99_error_ms": 1}

    medians = as_json({LOCUST: [every_round], OURS: [every_round, later_round]})["medians"]

    assert medians["growth_mb"] == {LOCUST: 1, OURS: 1}
    assert medians["per_core"] == {LOCUST: 1, OURS: 2}
