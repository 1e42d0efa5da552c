"""Mapping templates are parsed once. Rendering leaves no trace in a parsed template: its state is in the namespace."""

from functools import lru_cache

import airspeed
from localstack.utils.aws import templating

from emulator.speedups.originals import require_source

MAX_TEMPLATES = 1024


class Parser:
    """`airspeed` as the renderer sees it: the one class that it uses."""

    Template = staticmethod(lru_cache(MAX_TEMPLATES)(airspeed.Template))


def apply() -> None:
    """Replace the template engine's entry in the renderer that all mapping templates go through."""
    require_source(templating.VtlTemplate.render_vtl, "8675102cf9462bf0")
    require_source(airspeed.Template, "12409a0f36ff4e9a")
    templating.airspeed = Parser
