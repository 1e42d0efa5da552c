"""The bucket that an engine takes the function's code (and a long template) from."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

    from infra.engine import Engine


class Artifacts:
    """One stack's objects, in a bucket that the stacks of an account and region share.

    The bucket is private, and S3 encrypts what it holds, as it does by default with every bucket. It keeps no
    versions: an object's name has a hash of its content.
    """

    def __init__(self, engine: "Engine", stack_name: str) -> None:
        self.bucket = f"async-api-artifacts-{engine.account_id}-{engine.region}"
        self._engine = engine
        self._prefix = f"{stack_name}/"

    def key(self, name: str) -> str:
        """Return where in the bucket the object of that name is."""
        return self._prefix + name

    def url(self, name: str) -> str:
        """Return where CloudFormation finds the object."""
        host = f"https://s3.{self._engine.region}.amazonaws.com"
        return f"{self._engine.endpoint_url or host}/{self.bucket}/{self.key(name)}"

    def upload(self, name: str, content: bytes) -> None:
        """Put the object there, unless it is there already."""
        try:
            self._head(name)
        except ClientError as error:
            if _code(error) not in {"404", "NoSuchKey", "NoSuchBucket"}:
                raise
        else:
            return
        try:
            self._put(name, content)
        except ClientError as error:
            if _code(error) != "NoSuchBucket":
                raise
            self._create_bucket()
            self._put(name, content)

    def delete(self) -> list[str]:
        """Delete the stack's objects, and the bucket if no other stack has any; say what was deleted."""
        deleted = []
        try:
            for page in self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._prefix, ExpectedBucketOwner=self._engine.account_id
            ):
                for each in page.get("Contents", []):
                    self._s3.delete_object(Bucket=self.bucket, Key=each["Key"])
                    deleted.append(f"s3://{self.bucket}/{each['Key']}")
            self._s3.delete_bucket(Bucket=self.bucket)
            deleted.append(f"s3://{self.bucket}")
        except ClientError as error:
            if _code(error) not in {"NoSuchBucket", "BucketNotEmpty"}:
                raise
        return deleted

    @property
    def _s3(self) -> "S3Client":
        return self._engine.s3

    def _head(self, name: str) -> None:
        # The owner is checked so that nobody else's bucket of this name can hand us code.
        self._s3.head_object(Bucket=self.bucket, Key=self.key(name), ExpectedBucketOwner=self._engine.account_id)

    def _put(self, name: str, content: bytes) -> None:
        self._s3.put_object(
            Bucket=self.bucket,
            Key=self.key(name),
            Body=content,
            ExpectedBucketOwner=self._engine.account_id,
        )

    def _create_bucket(self) -> None:
        try:
            if self._engine.region == "us-east-1":  # S3 takes every region's name here but this one's
                self._s3.create_bucket(Bucket=self.bucket)
            else:
                self._s3.create_bucket(
                    Bucket=self.bucket,
                    CreateBucketConfiguration={"LocationConstraint": self._engine.region},  # type: ignore[typeddict-item]  # any region
                )
        except ClientError as error:
            if _code(error) != "BucketAlreadyOwnedByYou":  # another deploy was faster
                raise
        self._s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
