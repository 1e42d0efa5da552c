r"""Renders a mapping template offline: with the engine that LocalStack uses, as it is and as AWS differs from it.

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

from localstack.services.apigateway.next_gen.execute_api.template_mapping import (
    ApiGatewayVtlTemplate,
    VelocityInput,
    VelocityUtilApiGateway,
)

import infra
from infra.sources import read_text

TEMPLATES = Path(infra.__file__).parent / "templates"
STAGE_VARIABLES = {"tableName": "the-table", "indexName": "the-index"}


@dataclass(frozen=True)
class Rendered:
    """What a template made: the body, and what it says of status (0: nothing) and headers."""

    body: str
    status: int
    headers: Mapping[str, str]


class AwsInput(VelocityInput):  # type: ignore[misc]  # LocalStack is untyped here
    def json(self, path: str) -> str:
        return str(super().json(path)).replace("/", "\\/")


class AwsUtil(VelocityUtilApiGateway):  # type: ignore[misc]  # LocalStack is untyped here
    def escapeJavaScript(self, text: str) -> str:  # noqa: N802 - AWS's name
        return json.dumps(text)[1:-1].replace("'", "\\'")


class AwsVtlTemplate(ApiGatewayVtlTemplate):  # type: ignore[misc]  # LocalStack is untyped here
    def prepare_namespace(self, variables: Any, source: str = "") -> dict[str, Any]:
        # Without LocalStack's name for the source, a null stays one.
        namespace: dict[str, Any] = super().prepare_namespace(variables, source)
        sent = variables["input"]
        return namespace | {"input": AwsInput(sent["body"], sent["params"]), "util": AwsUtil()}


ENGINES = {"localstack": ApiGatewayVtlTemplate, "aws": AwsVtlTemplate}


def render(
    engine: str,
    template: str,
    body: str = "",
    path: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> Rendered:
    """Render `infra/templates/<template>.vtl` for a request's or a response's body, path parameters and context."""
    variables = {
        "context": dict(context or {}),
        "stageVariables": dict(STAGE_VARIABLES),
        "input": {"body": body, "params": {"path": dict(path or {}), "querystring": {}, "header": {}}},
    }
    overrides = {
        "requestOverride": {"header": {}, "path": {}, "querystring": {}},
        "responseOverride": {"header": {}, "status": 0},
    }
    text, said = ENGINES[engine]().render_response(read_text(TEMPLATES / f"{template}.vtl"), variables, overrides)
    return Rendered(text, said["status"], said["header"])
