"""The border to LocalStack's integration handlers: mapping templates are rendered by the model."""

from typing import Any

from localstack.services.apigateway.next_gen.execute_api.handlers.integration_request import IntegrationRequestHandler
from localstack.services.apigateway.next_gen.execute_api.handlers.integration_response import IntegrationResponseHandler

from model.templates.rendering import Overrides, Visible, render


class MappingTemplates:
    """The model's renderer, called as LocalStack's is."""

    def render_request(
        self, template: str, variables: dict[str, Any], context_overrides: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """Return the body and all overrides."""
        sent = variables["input"]
        seen = Visible(
            body=sent["body"],
            params={**sent["params"], "header": sent["params"]["header"].copy()},  # a template may change headers
            context=variables["context"],
            stage_variables=variables["stageVariables"],
            overrides=Overrides(context_overrides["requestOverride"], context_overrides["responseOverride"]),
        )
        rendered = render(template, seen)
        overrides = rendered.overrides
        return rendered.text, {"requestOverride": overrides.request, "responseOverride": overrides.response}

    def render_response(
        self, template: str, variables: dict[str, Any], context_overrides: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """Return the body and the overrides of the response."""
        text, overrides = self.render_request(template, variables, context_overrides)
        return text, overrides["responseOverride"]


class RenderingRequestHandler(IntegrationRequestHandler):
    """LocalStack's handler of an integration's request, with the model's renderer."""

    def __init__(self) -> None:
        super().__init__()
        self._vtl_template = MappingTemplates()


class RenderingResponseHandler(IntegrationResponseHandler):
    """LocalStack's handler of an integration's response, with the model's renderer."""

    def __init__(self) -> None:
        super().__init__()
        self._vtl_template = MappingTemplates()
