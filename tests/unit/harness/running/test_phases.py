"""Where the time of a command went."""

import time

import pytest

from harness.running.phases import Phases


def test_a_phase_that_fails_has_its_time_too_and_the_total_is_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter([100.0, 101.0, 103.5, 104.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    phases = Phases({"install": 3214})
    with pytest.raises(ValueError, match="broken"), phases.timed("deploy"):
        raise ValueError("broken")
    start_up_ms = phases.durations_ms["start-up"]
    assert start_up_ms > 0
    assert phases.durations_ms == {"install": 3214, "start-up": start_up_ms, "deploy": 2500}
    assert phases.total_ms() == 3214 + start_up_ms + 4000
