"""`$input.path` and `$input.json` parse an expression once.

The parser builds its tables anew for each expression, which takes milliseconds. What it returns is never changed.
"""

from functools import lru_cache

from localstack.services.apigateway.next_gen.execute_api import template_mapping

# Expressions come from templates, but a template may build them from what a client sends.
MAX_EXPRESSIONS = 1024

parse = lru_cache(MAX_EXPRESSIONS)(template_mapping.parse)
