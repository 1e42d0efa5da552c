"""boto3's clients for one deployment, and the border at which what they raise becomes an `ObservationError`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from harness.observation import NoAnswerError, ObservationError

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_iam.client import IAMClient
    from types_boto3_lambda.client import LambdaClient
    from types_boto3_logs.client import CloudWatchLogsClient
    from types_boto3_sqs.client import SQSClient

    from harness.stack.deployment import Deployment

# A call ends within twice these: long enough for a page of a megabyte on a busy machine.
_CONNECT_TIMEOUT_S: Final = 2
_READ_TIMEOUT_S: Final = 10

_ONE_AT_A_TIME = threading.Lock()
"""A session of boto3 must not make two clients at once."""


class AwsClients:
    """The clients of the account that a deployment is in, each made when it is first asked for.

    An emulator takes any secret, and its access key is the account. AWS is asked with the credentials that boto3
    finds by itself.
    """

    def __init__(self, deployment: "Deployment") -> None:
        on_aws = deployment.endpoint_url is None
        self._endpoint_url = deployment.endpoint_url
        self._session = boto3.Session(
            aws_access_key_id=None if on_aws else deployment.account_id,
            aws_secret_access_key=None if on_aws else "test",
            region_name=deployment.region,
        )

    @property
    def where(self) -> str:
        """What is asked, for a person."""
        return self._endpoint_url or f"AWS in {self._session.region_name}"

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS, for what may be asked twice."""
        client: SQSClient = self._client("sqs", attempts=2)
        return client

    @cached_property
    def sqs_once(self) -> "SQSClient":
        """SQS, for what must not happen twice."""
        client: SQSClient = self._client("sqs", attempts=1)
        return client

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB."""
        client: DynamoDBClient = self._client("dynamodb", attempts=2)
        return client

    @cached_property
    def iam(self) -> "IAMClient":
        """IAM, to make users of an emulated account."""
        client: IAMClient = self._client("iam", attempts=1)
        return client

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda."""
        client: LambdaClient = self._client("lambda", attempts=2)
        return client

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs, which allows few calls a second and wants to be asked again."""
        client: CloudWatchLogsClient = self._client("logs", attempts=3)
        return client

    def _client(self, service: str, *, attempts: int) -> Any:
        config = Config(
            connect_timeout=_CONNECT_TIMEOUT_S,
            read_timeout=_READ_TIMEOUT_S,
            retries={"mode": "standard", "total_max_attempts": attempts},
            # An emulator is on this machine or near it: no proxy leads there.
            proxies=None if self._endpoint_url is None else {},
            # No endpoint URL means AWS, whatever else is configured.
            ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # botocore has it, its stubs do not yet
        )
        with _ONE_AT_A_TIME:
            return self._session.client(service, endpoint_url=self._endpoint_url, config=config)

    @contextmanager
    def asking(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong inside into one line about `what`.

        Raises:
            NoAnswerError: nobody answered.
            ObservationError: it was refused, or answered with something that AWS would not answer.
        """
        try:
            yield
        except ClientError as error:
            answer = error.response.get("Error", {})
            refusal = _one_line(f"{answer.get('Code', 'an error')}: {answer.get('Message', '')}")
            raise ObservationError(f"{what}: {self.where} answered {refusal}") from error
        except BotoCoreError as error:
            raise NoAnswerError(f"{what}: {self.where} does not answer ({_one_line(error)}); is it running?") from error
        except (KeyError, TypeError, ValueError) as error:
            unexpected = _one_line(f"{type(error).__name__}: {error}")
            raise ObservationError(f"{what}: {self.where} answered something unexpected ({unexpected})") from error


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
