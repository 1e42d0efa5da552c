"""A body passes a model that was seen before if, and only if, it passes `jsonschema.validate`."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import SchemaError, ValidationError
from jsonschema import validate as reference

from emulator.services.apigateway.method_request import validate

SCHEMAS: list[dict[str, Any]] = [
    {},
    {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string", "minLength": 2}},
        "additionalProperties": False,
    },
    {"type": "object", "properties": {"a": {"$ref": "#/definitions/n"}}, "definitions": {"n": {"type": "integer"}}},
    {"anyOf": [{"type": "string", "pattern": "^x"}, {"type": "array", "maxItems": 1}]},
]
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), values),
    max_leaves=6,
)


def _error(check: Any, body: Any, schema: Any) -> str | None:
    try:
        check(body, schema)
    except ValidationError as error:
        return str(error)
    return None


@given(body=bodies, schema=st.sampled_from(SCHEMAS))
def test_the_same_bodies_pass(body: Any, schema: Any) -> None:
    assert _error(validate, body, schema) == _error(reference, body, schema)


def test_what_is_no_schema_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(SchemaError):
            validate({}, {"type": "no such type"})
