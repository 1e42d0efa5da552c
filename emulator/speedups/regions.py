"""The list of AWS's regions is read once, not once for each service that is used."""

from types import SimpleNamespace

import boto3
from localstack.utils.aws import aws_stack

from emulator.speedups.originals import require_source


def apply() -> None:
    """Let the one function that reads it have the same session each time: a session reads the list once."""
    require_source(aws_stack.get_valid_regions_for_service, "6da800d7036335d3")
    session = boto3.Session()
    aws_stack.boto3 = SimpleNamespace(Session=lambda: session, session=boto3.session)
