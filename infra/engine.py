"""The engine that a stack is deployed to: its clients, and what its account, region and URLs are called."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_apigateway.client import APIGatewayClient
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_lambda.client import LambdaClient
    from types_boto3_logs.client import CloudWatchLogsClient
    from types_boto3_s3.client import S3Client
    from types_boto3_sqs.client import SQSClient

# An emulator is on this machine or near it: no proxy leads there, and it answers the first try or not at all.
EMULATOR_CONFIG = Config(
    connect_timeout=3,
    read_timeout=60,
    retries={"total_max_attempts": 1},
    proxies={},
    s3={"addressing_style": "path"},
)
# No --endpoint-url means AWS, whatever else is configured: a person is asked about the account found there.
AWS_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 5},
    ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # botocore has it, its stubs do not yet
)


@dataclass(frozen=True)
class Engine:
    """One region of one account, on AWS or on an emulator. Each client is made when it is first used."""

    endpoint_url: str | None
    region: str
    account_id: str

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """CloudFormation's client."""
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def apigateway(self) -> "APIGatewayClient":
        """API Gateway's client."""
        client: APIGatewayClient = self._client("apigateway")
        return client

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB's client."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def lambda_(self) -> "LambdaClient":
        """Lambda's client."""
        client: LambdaClient = self._client("lambda")
        return client

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """The client of CloudWatch Logs."""
        client: CloudWatchLogsClient = self._client("logs")
        return client

    @cached_property
    def s3(self) -> "S3Client":
        """S3's client."""
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS's client."""
        client: SQSClient = self._client("sqs")
        return client

    @property
    def partition(self) -> str:
        """The part of AWS that the region is in: `aws`, `aws-cn`, ..."""
        return self._session.get_partition_for_region(self.region)

    @cached_property
    def _session(self) -> boto3.Session:
        if self.endpoint_url is None:
            return boto3.Session(region_name=self.region)
        # The access key is the account. A person's real credentials never go to an emulator.
        return boto3.Session(self.account_id, "test", region_name=self.region)

    def _client(self, service: str) -> Any:
        config = AWS_CONFIG if self.endpoint_url is None else EMULATOR_CONFIG
        return self._session.client(service, endpoint_url=self.endpoint_url, config=config)


def account_on_aws(region: str) -> str:
    """Ask AWS whose credentials are configured here.

    Raises:
        botocore.exceptions.BotoCoreError: or `ClientError`, when there are none, or AWS does not know them.
    """
    config = AWS_CONFIG.merge(Config(retries={"total_max_attempts": 1}))  # a person waits for a question
    sts = boto3.Session(region_name=region).client("sts", config=config)
    account_id: str = sts.get_caller_identity()["Account"]
    return account_id
