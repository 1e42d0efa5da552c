"""The figures of Docker, as they are shown."""

from benchmarks.docker import DockerFigures, as_text


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
