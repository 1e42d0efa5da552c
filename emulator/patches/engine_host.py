"""The host of the engine's calls to itself: "localhost" would be resolved with each new connection."""

from typing import Final

from localstack import config

HOST: Final[str] = config.GATEWAY_LISTEN[0].host
