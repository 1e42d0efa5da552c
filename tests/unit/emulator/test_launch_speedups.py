"""Each speed-up can be left out by its name, and all of them at once."""

from typing import Any

import pytest

from emulator.launch import speedups
from emulator.launch.speedups import NAMES, SPEEDUPS, SpeedUp, apply_changes, require_known_code
from emulator.patches.originals import UnknownOriginalError
from emulator.patches.patch import IMPORT, START, find
from emulator.settings import SERVICES

BEGUN: list[str] = []


def begin_a() -> None:
    BEGUN.append("a")


def begin_b() -> None:
    BEGUN.append("b")


def begin_c() -> None:
    BEGUN.append("c")


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    BEGUN.clear()
    whens = {"a": START, "b": START, "c": "lambda"}
    fakes = [SpeedUp(name, "", when, f"{__name__}:begin_{name}") for name, when in whens.items()]
    monkeypatch.setattr(speedups, "SPEEDUPS", fakes)
    monkeypatch.setattr(speedups, "NAMES", ("a", "b", "c", "patched"))
    monkeypatch.setattr(speedups, "apply_patches", lambda when, off: BEGUN.append(f"{when} {sorted(off)}"))
    return BEGUN


def test_what_belongs_to_the_moment_is_applied_in_order(applied: list[str]) -> None:
    apply_changes(START, [])
    assert applied == ["start []", "a", "b"]


def test_a_name_leaves_out_one(applied: list[str]) -> None:
    apply_changes(START, ["a", "c", ""])
    assert applied == ["start ['', 'a', 'c']", "b"]


def test_all_leaves_out_all(applied: list[str]) -> None:
    apply_changes(START, ["all"])
    assert applied == ["start ['a', 'b', 'c', 'patched']"]


@pytest.mark.parametrize("speedup", SPEEDUPS, ids=lambda speedup: speedup.name)
def test_each_is_there_and_begins_at_a_known_time(speedup: SpeedUp) -> None:
    assert callable(find(speedup.begin))
    assert speedup.when in {IMPORT, START, *SERVICES}


def test_a_speed_up_that_is_no_module_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speedups, "SPEEDUPS", [SpeedUp("none", "", "never", "emulator.none:begin")])
    with pytest.raises(ModuleNotFoundError):
        apply_changes("never", [])


def test_no_name_is_there_twice() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_another_source_than_the_known_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    digests: Any = {"werkzeug.routing.rules:Rule.compile": "0" * 16}
    monkeypatch.setattr(speedups, "SPEEDUPS", [SpeedUp("x", "", START, "y:z", digests)])
    with pytest.raises(UnknownOriginalError, match=r"the speed-up x relies on werkzeug\.routing\.rules:Rule\.compile"):
        require_known_code()
