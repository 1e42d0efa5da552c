"""A user's session is a key of its own, which expires by the clock that the provider is given."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException
from moto.iam.models import iam_backends

from emulator.services.iam.identities import find_identity
from emulator.services.sts.provider import SessionProvider

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def context(access_key_id: str) -> Any:
    authorization = f"AWS4-HMAC-SHA256 Credential={access_key_id}/20300101/us-east-1/sts/aws4_request"
    return SimpleNamespace(partition="aws", request=SimpleNamespace(headers={"Authorization": authorization}))


def test_a_session_expires_by_the_providers_clock_and_has_the_users_permissions() -> None:
    backend = iam_backends["111122223333"]["aws"]
    backend.create_user("us-east-1", "ada")
    key = backend.create_access_key("ada")
    provider = SessionProvider(lambda: NOW)

    credentials = provider.get_session_token(context(key.access_key_id), 900)["Credentials"]

    assert credentials["Expiration"] == NOW + timedelta(seconds=900)
    session = find_identity(credentials["AccessKeyId"], "aws")
    user = find_identity(key.access_key_id, "aws")
    assert session is not None
    assert user is not None
    assert (session.arn, session.key.expires_at) == (user.arn, credentials["Expiration"])
    with pytest.raises(CommonServiceException, match="session credentials"):
        provider.get_session_token(context(credentials["AccessKeyId"]))
