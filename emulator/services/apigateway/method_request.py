"""LocalStack's check of a request's parameters and body, with the body read as API Gateway reads it."""

import json
import logging
from functools import lru_cache
from typing import Any

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import validator_for
from localstack.constants import APPLICATION_JSON
from localstack.services.apigateway.helpers import EMPTY_MODEL, ModelResolver
from localstack.services.apigateway.next_gen.execute_api.handlers.method_request import MethodRequestHandler

LOG = logging.getLogger(__name__)

MAX_MODELS = 1024


class BodyValidator(MethodRequestHandler):
    """LocalStack's handler, which checks a model once and not with each body, and takes no body that it cannot read.

    Such are bytes that are not UTF-8, a number of more digits than Python reads, and a nesting deeper than it follows.
    LocalStack answers 500 to them, which would leave a client in doubt whether its request was taken.
    """

    @staticmethod
    def _is_body_valid(method: Any, rest_api: Any, request: Any) -> bool:
        models = method.get("requestModels") or {}
        name = models.get(APPLICATION_JSON, models.get("$default", EMPTY_MODEL))
        try:
            schema = ModelResolver(rest_api_container=rest_api, model_name=name).get_resolved_model()
            if not schema:
                LOG.error("the model %s of a method's requests cannot be resolved", name)
                return False
            validate(json.loads(request.get("body") or "{}"), schema)
        except (ValidationError, ValueError, RecursionError):
            return False
        return True


def validate(instance: Any, schema: Any) -> None:
    """Hold a value against a schema, as `jsonschema.validate` does.

    Raises:
        SchemaError: the schema is none.
        ValidationError: the value is not what it asks for.
    """
    if error := best_match(_validator(json.dumps(schema)).iter_errors(instance)):
        raise error


@lru_cache(MAX_MODELS)
def _validator(schema_text: str) -> Any:
    schema = json.loads(schema_text)
    validator = validator_for(schema)
    validator.check_schema(schema)
    return validator(schema)
