"""The figures of Docker, as they are shown."""

import re
from pathlib import Path

from benchmarks.docker import SOURCES, DockerFigures, as_text

DOCKERFILE = Path(__file__).parents[3] / "Dockerfile"


def test_a_build_sees_all_that_the_dockerfile_copies() -> None:
    copied = [line.split()[1:-1] for line in re.findall(r"^COPY (?!--from).*", DOCKERFILE.read_text(), re.MULTILINE)]
    assert copied
    assert {source.split("/")[0] for sources in copied for source in sources} <= set(SOURCES)


def test_the_container_is_shown_beside_the_embedded_engine_and_the_image_less_its_base() -> None:
    figures = DockerFigures(486_000_000, 262_000_000, 41.2, 1.5, 7.6, 30.0, 40.0)
    assert as_text(figures).splitlines() == [
        "image                   486 MB, 224 MB of it on top of the base",
        "build, cold             41.2 s",
        "build, consumer edited  1.5 s",
        "up --wait               7.6 s",
        "flows/s, container      30.0",
        "flows/s, embedded       40.0",
        "container / embedded    0.75",
    ]
