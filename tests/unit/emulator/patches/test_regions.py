"""The regions of a service are those that LocalStack finds by itself."""

import subprocess
import sys


def test_regions_are_the_same_and_read_by_one_session() -> None:
    script = (
        "import boto3, botocore.session\n"
        "from localstack.utils.aws import aws_stack\n"
        "find = aws_stack.get_valid_regions_for_service.__wrapped__\n"
        "before = [find(name) for name in ('sqs', 's3', 'lambda')]\n"
        "from emulator.patches.regions import BOTO3; aws_stack.boto3 = BOTO3\n"
        "botocore.session.Session.__init__ = None\n"  # another session cannot be made
        "print(before == [find(name) for name in ('sqs', 's3', 'lambda')], len(before[0]) > 10)"
    )

    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == "True True\n"
