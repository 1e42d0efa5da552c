"""One stack's objects in the bucket that stacks share."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.artifacts import Artifacts
from infra.engine import Engine

BUCKET = "async-api-artifacts-111122223333-eu-west-1"


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "..."}}, "Operation")


@dataclass
class FakeS3:
    """S3 that knows buckets, keys and owners, and nothing of contents."""

    buckets: dict[str, set[str]] = field(default_factory=dict)
    owner: str = "111122223333"
    calls: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def _objects(self, operation: str, request: dict[str, Any]) -> set[str]:
        self.calls.append(operation)
        self.requests.append(request)
        if request["Bucket"] not in self.buckets:
            raise error("NoSuchBucket")
        if request.get("ExpectedBucketOwner", self.owner) != self.owner:
            raise error("AccessDenied")
        return self.buckets[request["Bucket"]]

    def head_object(self, **request: Any) -> None:
        try:
            if request["Key"] not in self._objects("head_object", request):
                raise error("404")
        except ClientError as refused:
            if refused.response["Error"]["Code"] == "NoSuchBucket":
                raise error("404") from None  # what S3 answers to a HEAD has no body to say more
            raise

    def put_object(self, **request: Any) -> None:
        self._objects("put_object", request).add(request["Key"])

    def create_bucket(self, **request: Any) -> None:
        self.calls.append("create_bucket")
        self.requests.append(request)
        if request["Bucket"] in self.buckets:
            raise error("BucketAlreadyOwnedByYou")
        self.buckets[request["Bucket"]] = set()

    def put_public_access_block(self, **request: Any) -> None:
        self._objects("put_public_access_block", request)

    def get_paginator(self, _: str) -> "FakeS3":
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        objects = self._objects("list_objects_v2", request)
        contents = [{"Key": key} for key in sorted(objects) if key.startswith(request["Prefix"])]
        return [{"Contents": contents} if contents else {}]

    def delete_object(self, **request: Any) -> None:
        self._objects("delete_object", request).remove(request["Key"])

    def delete_bucket(self, **request: Any) -> None:
        if self._objects("delete_bucket", request):
            raise error("BucketNotEmpty")
        del self.buckets[request["Bucket"]]


def artifacts(s3: FakeS3, region: str = "eu-west-1", endpoint_url: str | None = None) -> Artifacts:
    engine = Engine(endpoint_url, region, "111122223333")
    engine.__dict__["s3"] = s3  # where the engine keeps the client that it has made
    return Artifacts(engine, "a-stack")


def test_the_first_upload_makes_a_private_bucket() -> None:
    s3 = FakeS3()

    artifacts(s3).upload("code.zip", b"")

    assert s3.buckets == {BUCKET: {"a-stack/code.zip"}}
    assert s3.calls == ["head_object", "put_object", "create_bucket", "put_public_access_block", "put_object"]
    assert s3.requests[2]["CreateBucketConfiguration"] == {"LocationConstraint": "eu-west-1"}
    assert set(s3.requests[3]["PublicAccessBlockConfiguration"].values()) == {True}


def test_the_bucket_of_the_first_region_is_made_without_naming_it() -> None:
    s3 = FakeS3()

    artifacts(s3, region="us-east-1").upload("code.zip", b"")

    assert "CreateBucketConfiguration" not in s3.requests[2]


def test_what_is_there_is_not_uploaded_again() -> None:
    s3 = FakeS3({BUCKET: {"a-stack/code.zip"}})

    artifacts(s3).upload("code.zip", b"")

    assert s3.calls == ["head_object"]


def test_a_bucket_that_another_deploy_made_meanwhile_is_used() -> None:
    class Racing(FakeS3):
        def create_bucket(self, **request: Any) -> None:
            self.buckets[request["Bucket"]] = set()  # the other was faster
            super().create_bucket(**request)

    s3 = Racing()

    artifacts(s3).upload("code.zip", b"")

    assert s3.buckets == {BUCKET: {"a-stack/code.zip"}}


@pytest.mark.parametrize("there", [set(), {"a-stack/code.zip"}])
def test_code_is_neither_put_into_nor_taken_from_somebody_elses_bucket(there: set[str]) -> None:
    s3 = FakeS3({BUCKET: there}, owner="999999999999")

    with pytest.raises(ClientError, match="AccessDenied"):
        artifacts(s3).upload("code.zip", b"")


def test_deleting_removes_the_stacks_objects_and_then_the_bucket() -> None:
    s3 = FakeS3({BUCKET: {"a-stack/1.zip", "a-stack/2.zip"}})

    assert artifacts(s3).delete() == [
        f"s3://{BUCKET}/a-stack/1.zip",
        f"s3://{BUCKET}/a-stack/2.zip",
        f"s3://{BUCKET}",
    ]
    assert s3.buckets == {}


def test_deleting_leaves_what_other_stacks_have() -> None:
    s3 = FakeS3({BUCKET: {"a-stack/1.zip", "a-stack-too/1.zip"}})

    assert artifacts(s3).delete() == [f"s3://{BUCKET}/a-stack/1.zip"]
    assert s3.buckets == {BUCKET: {"a-stack-too/1.zip"}}


def test_deleting_where_there_is_nothing_removes_nothing() -> None:
    assert artifacts(FakeS3()).delete() == []


@pytest.mark.parametrize(
    ("endpoint_url", "url"),
    [
        (None, f"https://s3.eu-west-1.amazonaws.com/{BUCKET}/a-stack/template.json"),
        ("http://127.0.0.1:1234", f"http://127.0.0.1:1234/{BUCKET}/a-stack/template.json"),
    ],
)
def test_cloudformation_finds_an_object_by_its_url(endpoint_url: str | None, url: str) -> None:
    assert artifacts(FakeS3(), endpoint_url=endpoint_url).url("template.json") == url
