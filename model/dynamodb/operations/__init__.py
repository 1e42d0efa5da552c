"""What each operation of the API does to a database.

An operation takes a `Database`, on which no other is run meanwhile, and a request as the API writes it (binary
content as `bytes`, and everything that AWS's own service model constrains already checked); it returns the
response, or raises a `DynamoDbError`.
"""

from collections.abc import Mapping
from typing import Any

type Request = Mapping[str, Any]
type Response = dict[str, Any]
