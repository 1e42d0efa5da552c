"""LocalStack's own image is told to use the providers that our engine uses."""

import re
from pathlib import Path

from emulator.settings import EMBEDDED

DOCKERFILE = Path(__file__).parents[3] / "container" / "official.Dockerfile"


def test_every_provider_of_ours_is_in_the_place_of_its_own() -> None:
    overrides = re.findall(r"PROVIDER_OVERRIDE_(\w+)=embedded", DOCKERFILE.read_text())
    assert sorted(name.lower() for name in overrides) == sorted(EMBEDDED)
