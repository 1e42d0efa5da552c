"""Whose an access key is, as LocalStack's IAM and STS have it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.http import Request
from localstack.services.iam.models import iam_stores
from localstack.services.iam.provider import IamProvider
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.sts.models import sts_stores

from emulator.services.iam.identities import find_identity, role_policies
from emulator.services.sts.provider import SessionProvider

ACCOUNT_ID = "111122223333"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}],
    }
)


def document(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def context(access_key_id: str = "test") -> RequestContext:
    credential = f"AWS4-HMAC-SHA256 Credential={access_key_id}/20261201/us-east-1/sts/aws4_request"
    made = RequestContext(Request(headers={"Authorization": credential}))
    made.account_id, made.region, made.partition = ACCOUNT_ID, "us-east-1", "aws"
    return made


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    provider = IamProvider()
    provider._aws_managed_policy_cache = provider._build_aws_managed_policy_cache()
    service = type("Service", (), {"_provider": provider})
    monkeypatch.setattr(SERVICE_PLUGINS, "require", lambda _name: service)
    yield provider
    iam_stores.reset()
    sts_stores.reset()


@pytest.fixture
def sts() -> Any:
    return SessionProvider()


@pytest.fixture
def key(iam: Any) -> Any:
    """The key of the user Ada, who has a policy of each kind, and a boundary."""
    ours = context()
    arn = iam.create_policy(ours, policy_name="managed", policy_document=document("a:Managed"))["Policy"]["Arn"]
    iam.create_user(ours, user_name="Ada", permissions_boundary=arn, tags=[{"Key": "Team", "Value": "x"}])
    iam.create_group(ours, group_name="group")
    iam.add_user_to_group(ours, group_name="group", user_name="Ada")
    iam.put_group_policy(ours, group_name="group", policy_name="p", policy_document=document("a:Group"))
    iam.put_user_policy(ours, user_name="Ada", policy_name="p", policy_document=document("a:Inline"))
    iam.attach_user_policy(ours, user_name="Ada", policy_arn=arn)
    iam.attach_user_policy(ours, user_name="Ada", policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    return iam.create_access_key(ours, user_name="Ada")["AccessKey"]


def actions(documents: Any) -> list[Any]:
    return [json.loads(each)["Statement"][0]["Action"] for each in documents]


def test_a_user_has_its_own_policies_and_those_of_its_groups(key: Any) -> None:
    found = find_identity(key["AccessKeyId"], "aws")

    assert found is not None
    assert (found.key.secret, found.key.is_active, found.account_id) == (key["SecretAccessKey"], True, ACCOUNT_ID)
    assert found.arn == f"arn:aws:iam::{ACCOUNT_ID}:user/Ada"
    inline, managed, read_only, of_group = actions(found.policies)
    assert (inline, managed, of_group) == ("a:Inline", "a:Managed", "a:Group")
    assert "a4b:Get*" in read_only
    assert [actions(each) for each in found.limits] == [["a:Managed"]]
    assert found.values["aws:principaltag/team"] == ("x",)
    assert find_identity(key["AccessKeyId"], "aws-cn") is None


def test_a_key_that_is_inactive_or_gone_is_known_to_be(iam: Any, key: Any) -> None:
    iam.update_access_key(context(), user_name="Ada", access_key_id=key["AccessKeyId"], status="Inactive")
    found = find_identity(key["AccessKeyId"], "aws")
    assert found is not None
    assert not found.key.is_active
    iam.delete_access_key(context(), user_name="Ada", access_key_id=key["AccessKeyId"])
    assert find_identity(key["AccessKeyId"], "aws") is None


def test_a_policy_in_its_default_version_and_one_that_is_gone_allows_nothing(iam: Any, key: Any) -> None:
    arn = f"arn:aws:iam::{ACCOUNT_ID}:policy/managed"
    iam.create_policy_version(context(), policy_arn=arn, policy_document=document("a:Newer"), set_as_default=True)
    found = find_identity(key["AccessKeyId"], "aws")
    assert found is not None
    assert [actions(each) for each in found.limits] == [["a:Newer"]]
    del iam_stores[ACCOUNT_ID]["us-east-1"].MANAGED_POLICIES[arn]
    found = find_identity(key["AccessKeyId"], "aws")
    assert found is not None
    assert found.limits == (({},),)


def test_a_session_of_a_role_has_the_roles_policies_within_its_own(iam: Any, sts: Any) -> None:
    role = iam.create_role(context(), role_name="r", assume_role_policy_document=TRUST, path="/p/")["Role"]
    iam.put_role_policy(context(), role_name="r", policy_name="p", policy_document=document("a:Role"))
    given = sts.assume_role(
        context(),
        role_arn=role["Arn"],
        role_session_name="s",
        policy=document("a:Session"),
        policy_arns=[{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        tags=[{"Key": "Team", "Value": "y"}],
    )["Credentials"]

    found = find_identity(given["AccessKeyId"], "aws")

    assert found is not None
    assert (found.key.secret, found.key.token) == (given["SecretAccessKey"], given["SessionToken"])
    assert (found.session_issuer, found.arn) == (role["Arn"], f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/r/s")
    assert actions(found.policies) == ["a:Role"]
    (own,) = found.limits
    assert actions(own)[0] == "a:Session"
    assert len(own) == 2
    assert found.values["aws:principaltag/team"] == ("y",)
    assert actions(role_policies(role["Arn"], ACCOUNT_ID)[0]) == ["a:Role"]
    assert role_policies(f"{role['Arn']}x", ACCOUNT_ID) == ((), ())


def test_a_session_of_a_user_may_do_what_the_user_may_and_begins_no_other(sts: Any, key: Any) -> None:
    given = sts.get_session_token(context(key["AccessKeyId"]))["Credentials"]
    found = find_identity(given["AccessKeyId"], "aws")

    assert found is not None
    assert (found.arn, found.session_issuer, len(found.policies)) == (f"arn:aws:iam::{ACCOUNT_ID}:user/Ada", None, 4)
    assert sts.get_caller_identity(context(given["AccessKeyId"]))["Arn"] == found.arn
    with pytest.raises(CommonServiceException, match="Cannot call GetSessionToken with session credentials"):
        sts.get_session_token(context(given["AccessKeyId"]))
    iam_stores[ACCOUNT_ID]["us-east-1"].USERS.clear()
    assert find_identity(given["AccessKeyId"], "aws") is None


def test_a_federated_user_is_limited_by_its_session(sts: Any, key: Any) -> None:
    given = sts.get_federation_token(context(key["AccessKeyId"]), name="fed", policy=document("a:Session"))
    found = find_identity(given["Credentials"]["AccessKeyId"], "aws")

    assert found is not None
    assert found.arn == f"arn:aws:sts::{ACCOUNT_ID}:federated-user/fed"
    assert found.session_issuer == f"arn:aws:iam::{ACCOUNT_ID}:user/Ada"
    assert [actions(each) for each in found.limits] == [["a:Managed"], ["a:Session"]]


@pytest.mark.usefixtures("iam")
def test_a_session_of_an_account_is_no_users(sts: Any) -> None:
    given = sts.get_session_token(context())["Credentials"]
    assert sts.get_caller_identity(context(given["AccessKeyId"]))["Arn"] == f"arn:aws:iam::{ACCOUNT_ID}:root"
    assert find_identity(given["AccessKeyId"], "aws") is None
