"""runtime.lock, which the image is installed from, and the places that name that image."""

import re
import tomllib
from pathlib import Path

import yaml

from harness.engines.container import IMAGE

CHECKOUT = Path(__file__).parents[2]


def blocks(name: str) -> dict[str, str]:
    """Each package's pin with its hashes, by the package's name."""
    pins = re.split(r"\n(?=\S)", (CHECKOUT / name).read_text().strip())
    return {pin.partition("==")[0]: pin for pin in pins}


def test_every_package_of_the_image_is_the_one_that_is_developed_with() -> None:
    runtime, development = blocks("runtime.lock"), blocks("requirements.lock")
    assert {name: development.get(name) for name in runtime} == runtime


def test_every_package_of_the_image_has_hashes() -> None:
    assert [pin for pin in blocks("runtime.lock").values() if "--hash=sha256:" not in pin] == []


def test_all_that_the_project_depends_on_is_in_the_image_and_nothing_of_development() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    runtime = blocks("runtime.lock")
    wanted = {re.split(r"[\[=<>;]", each)[0] for each in project["project"]["dependencies"]}
    assert wanted <= runtime.keys()
    assert not {"pytest", "ruff", "mypy", "hypothesis"} & runtime.keys()


def test_the_lock_names_no_address() -> None:
    assert "://" not in (CHECKOUT / "runtime.lock").read_text()


def test_compose_builds_the_image_that_the_harness_runs() -> None:
    services = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
    assert {service["image"] for service in services.values()} == {f"${{IMAGE:-{IMAGE}}}"}
    assert IMAGE in (CHECKOUT / "tools" / "docker-build").read_text()
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]
    assert IMAGE.endswith(f":{version}")


def test_the_settings_in_the_example_are_the_defaults_of_compose() -> None:
    compose = (CHECKOUT / "docker-compose.yml").read_text()
    for line in (CHECKOUT / ".env.example").read_text().splitlines():
        if not line.startswith("#"):
            name, value = re.match(r"(\w+)=(\S+)", line).groups()  # type: ignore[union-attr]  # all lines are such
            assert f"${{{name}:-{value}}}" in compose
