"""Each speed-up can be left out by its name, and one that does not know what it replaces says so."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

import emulator.speedups
from emulator.speedups import registry
from emulator.speedups.originals import UnknownOriginalError, require_source
from emulator.speedups.registry import NAMES, START, SpeedUp, apply_speedups

NOT_SPEEDUPS = {"__init__", "originals", "registry"}


@dataclass(frozen=True)
class FakeSpeedUp:
    name: str
    when: str
    applied: list[str] = field(default_factory=list)

    def apply(self) -> None:
        self.applied.append(self.name)


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    fakes = [FakeSpeedUp("a", START, names), FakeSpeedUp("b", START, names), FakeSpeedUp("c", "lambda", names)]
    monkeypatch.setattr(registry, "SPEEDUPS", fakes)
    return names


def test_what_belongs_to_the_moment_is_applied_in_order(applied: list[str]) -> None:
    apply_speedups(START, [])
    assert applied == ["a", "b"]


def test_a_name_leaves_out_one(applied: list[str]) -> None:
    apply_speedups(START, ["a", "c", ""])
    assert applied == ["b"]


def test_all_leaves_out_all(applied: list[str]) -> None:
    apply_speedups(START, ["all"])
    assert applied == []


def test_each_module_is_a_speed_up_and_each_speed_up_a_module() -> None:
    modules = {path.stem for path in Path(emulator.speedups.__path__[0]).glob("*.py")} - NOT_SPEEDUPS
    assert modules == {name.replace("-", "_") for name in NAMES}


def test_a_speed_up_that_is_no_module_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        SpeedUp("none", "", START).apply()


def original() -> int:
    return 1


def test_another_source_than_the_known_one_is_refused() -> None:
    with pytest.raises(UnknownOriginalError, match=r"test_registry\.original is not the one"):
        require_source(original, "0" * 16)
