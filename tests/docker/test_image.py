"""What is in the image, and what must not be."""

import json

from tests.docker.composition import IMAGE, docker, docker_text, in_image

FILES = """
import os
for folder in ("/app", "/opt/packages", "/stack", "/runs", "/run", "/root", "/tmp"):
    for parent, _, names in os.walk(folder):
        print(*(os.path.join(parent, name) for name in names), sep="\\n")
"""


def test_the_sources_are_there_and_nothing_else_of_the_checkout() -> None:
    names = in_image("import os; print(*sorted(os.listdir('/app')))").split()
    assert names == ["authorizer", "consumer", "container", "emulator", "harness", "infra", "model"]


def test_neither_tests_nor_caches_nor_secrets_nor_a_way_to_install_more_are_in_it() -> None:
    files = in_image(FILES).split()
    assert len(files) > 1000
    unwanted = (
        "/tests/test_",
        "/.git",
        "/.cache/",
        "/.env",
        "/secrets/",
        "/pip/_internal",
        ".pytest_cache",
        "/mutants/",
    )
    allowed = ("/localstack/testing/",)
    found = [path for path in files if any(mark in path for mark in unwanted) and not any(a in path for a in allowed)]
    assert found == []


def test_what_it_was_built_with_is_in_no_layer() -> None:
    history = docker_text("history", "--no-trunc", "--format", "{{.CreatedBy}}", IMAGE)
    assert "PIP_CERT" not in history
    (image,) = json.loads(docker_text("image", "inspect", IMAGE))
    names = {each.partition("=")[0] for each in image["Config"]["Env"]}
    assert not {name for name in names if "TOKEN" in name or "SECRET" in name or "CERT" in name}
    assert image["Config"]["User"] == "stack"


def test_every_module_that_we_wrote_is_compiled() -> None:
    program = """
import importlib.util, pathlib
for path in pathlib.Path("/app").rglob("*.py"):
    compiled = pathlib.Path(importlib.util.cache_from_source(str(path)))
    if path.parts[2] in ("emulator", "harness", "model") and not compiled.exists():
        print(path)
"""
    assert in_image(program) == ""


def test_an_engine_alone_tells_why_it_is_not_healthy() -> None:
    done = docker("run", "--rm", "--network", "none", IMAGE, "python3", "container/health.py", "/stack/outputs.json")
    assert (done.returncode, done.stdout) == (1, "not deployed yet\n")
