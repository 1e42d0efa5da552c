r"""Renders a mapping template offline: as the emulator does, and as AWS differs from it.

What AWS does differently, as far as a template can see it:

- `$util.escapeJavaScript` writes a single quote as `\'`, which is no JSON;
- `$input.json` writes a slash as `\/`, which is;
- a path that leads nowhere is null, and a null is written as the reference's own text;
- path parameters are decoded (here that is the caller's matter).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import infra
from infra.sources import read_text
from model.templates import rendering
from model.templates.rendering import Dialect, Visible
from model.templates.variables import Input, Util

TEMPLATES = Path(infra.__file__).parent / "templates"
STAGE_VARIABLES = {"tableName": "the-table", "indexName": "the-index"}


@dataclass(frozen=True)
class Rendered:
    """What a template made: the body, and what it says of status (0: nothing) and headers."""

    body: str
    status: int
    headers: Mapping[str, str]


class AwsInput(Input):
    def json(self, path: str) -> str:
        return super().json(path).replace("/", "\\/")


class AwsUtil(Util):
    def escapeJavaScript(self, value: Any) -> str:  # noqa: N802 - AWS's name
        return json.dumps(value)[1:-1].replace("'", "\\'")


ENGINES = {"emulator": rendering.LOCALSTACK, "aws": Dialect(AwsInput, AwsUtil(), missing=None)}


def render(
    engine: str,
    template: str,
    body: str = "",
    path: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> Rendered:
    """Render `infra/templates/<template>.vtl` for a request's or a response's body, path parameters and context."""
    params = {"path": dict(path or {}), "querystring": {}, "header": {}}
    seen = Visible(body, params, context or {}, STAGE_VARIABLES)
    rendered = rendering.render(read_text(TEMPLATES / f"{template}.vtl"), seen, ENGINES[engine])
    response = rendered.overrides.response
    return Rendered(rendered.text, response["status"], response["header"])
