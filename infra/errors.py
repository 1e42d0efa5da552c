"""The ways in which the bootstrap fails, each with its exit code; the border where botocore's become ours.

Every message is one line: what failed, where, and what to do about it.
"""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)
from botocore.parsers import ResponseParserError


class BootstrapError(Exception):
    """What a person is told in one line, and what the process exits with."""

    exit_code = 70


class MisuseError(BootstrapError):
    """The command line asks for what cannot be."""

    exit_code = 64


class UnavailableError(BootstrapError):
    """Something outside that is needed does not answer."""

    exit_code = 69


class DeployFailedError(BootstrapError):
    """The engine refused, or the stack did not become what it should."""

    exit_code = 1


class FilesError(BootstrapError):
    """A file could not be read or written."""

    exit_code = 74


def from_botocore(error: BotoCoreError | ClientError | ResponseParserError, where: str) -> BootstrapError:
    """Say in one line what an engine, or the way to it, did to us.

    Args:
        error: as botocore raised it
        where: the endpoint URL, or a word for AWS
    """
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        said = f"{details.get('Code')}: {details.get('Message')}"
        return DeployFailedError(f"{error.operation_name} was refused: {one_line(said)}")
    if isinstance(error, NoCredentialsError | PartialCredentialsError | CredentialRetrievalError):
        return UnavailableError("no AWS credentials: set up the AWS CLI, or name an engine with --endpoint-url")
    if isinstance(error, BotoConnectionError | HTTPClientError):
        return UnavailableError(f"no answer from {where} ({type(error).__name__}): is it there?")
    if isinstance(error, ResponseParserError):
        return UnavailableError(f"what answers at {where} does not speak as AWS does")
    return DeployFailedError(one_line(str(error)))


def one_line(text: str) -> str:
    """Return `text` with each run of white space made one space."""
    return " ".join(text.split())
