"""Who may import whom, read from the imports themselves (docs/architecture.md has the same as a table)."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
OURS = {
    "authorizer",
    "benchmarks",
    "consumer",
    "container",
    "emulator",
    "harness",
    "infra",
    "model",
    "mutants",
    "simulator",
    "tests",
}
MAY_IMPORT = {
    "authorizer": set[str](),
    "consumer": set[str](),
    "infra": set[str](),
    "model": set[str](),
    "emulator": {"model"},
    "harness": {"model.faults"},
}
"""Of our own packages, beside itself."""

MODEL_S_LIBRARIES = {"airspeed", "botocore", "jsonpath_rw"}
"""Small and pure: none has a thread, a socket or a clock that what we import of it uses."""
NOT_IN_THE_MODEL = {"asyncio", "concurrent", "multiprocessing", "selectors", "socket", "subprocess"}
NOT_IN_THE_MODEL |= {"queue", "random", "secrets", "threading", "time"}
"""What waits, draws or tells the time: all of that is passed in."""


@cache
def imports_of(file: Path) -> tuple[str, ...]:
    """Return the full names of the modules that a file imports, late and for types as well."""
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return tuple(names)


def modules_of(package: str) -> list[Path]:
    return sorted((CHECKOUT / package).rglob("*.py"))


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_package_imports_only_what_is_below_it(package: str) -> None:
    allowed = {package, *MAY_IMPORT[package]}

    beyond = [
        f"{file.relative_to(CHECKOUT)} imports {name}"
        for file in modules_of(package)
        for name in imports_of(file)
        if name.split(".")[0] in OURS and not any(f"{name}.".startswith(f"{each}.") for each in allowed)
    ]

    assert not beyond


def test_the_model_imports_the_standard_library_and_small_pure_libraries_only() -> None:
    allowed = (sys.stdlib_module_names - NOT_IN_THE_MODEL) | MODEL_S_LIBRARIES | {"model"}

    beyond = [
        f"{file.relative_to(CHECKOUT)} imports {name}"
        for file in modules_of("model")
        for name in imports_of(file)
        if name.split(".")[0] not in allowed
    ]

    assert not beyond


def test_the_faults_of_the_engine_know_no_service() -> None:
    allowed = {"emulator.errors", "emulator.faults"}
    own = modules_of("emulator/faults")

    beyond = [
        f"{file.relative_to(CHECKOUT)} imports {name}"
        for file in own
        for name in imports_of(file)
        if name.startswith(("emulator.", "localstack.services."))
        and name != "localstack.services.edge"
        and not any(f"{name}.".startswith(f"{each}.") for each in allowed)
    ]

    assert own
    assert not beyond


def test_localstack_is_imported_by_the_emulator_and_what_measures_it_only() -> None:
    packages = sorted(OURS - {"emulator", "benchmarks", "tests"})

    beyond = [
        f"{file.relative_to(CHECKOUT)} imports {name}"
        for package in packages
        for file in modules_of(package)
        for name in imports_of(file)
        if name.split(".")[0] in {"localstack", "moto", "rolo", "twisted"}
    ]

    assert not beyond
