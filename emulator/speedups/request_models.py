"""A model that bodies are held against is itself checked once, not with each body."""

import json
from functools import lru_cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validate as reference
from jsonschema.validators import validator_for
from localstack.services.apigateway.next_gen.execute_api.handlers import method_request

from emulator.speedups.originals import require_source

MAX_MODELS = 1024


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


def apply() -> None:
    """Replace the function that validates a body."""
    require_source(reference, "5bfea7e5f0f3dae0")
    method_request.validate = validate
