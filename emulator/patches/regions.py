"""The list of AWS's regions is read once, not once for each service that is used."""

from types import SimpleNamespace
from typing import Final

import boto3

_SESSION: Final = boto3.Session()

BOTO3: Final = SimpleNamespace(Session=lambda: _SESSION, session=boto3.session)
"""What the one function that reads it sees of boto3: the same session each time, and a session reads the list once."""
