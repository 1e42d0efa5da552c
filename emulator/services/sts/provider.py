"""LocalStack's STS provider, with the limits of sessions and with sessions of users.

LocalStack's drops the policies of a session, so that they do not limit it, and takes every caller who asks for a
session of a user for the account. Here the policies and the user are kept with the session. Whether a caller may begin
a session is left to LocalStack.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.plugins import Service
from localstack.services.sts.provider import StsProvider
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from emulator.services.iam.identities import account_of, find_credentials, find_session, find_user
from model.iam.sessions import DEFAULT_DURATION_S, UserSession


class SessionProvider(StsProvider):
    """LocalStack's provider, with sessions of users and limits of sessions as on AWS."""

    def assume_role(
        self,
        context: RequestContext,
        role_arn: str,
        role_session_name: str,
        policy_arns: Any = None,
        policy: str | None = None,
        **more: Any,
    ) -> Any:
        """Answer as LocalStack does, and keep the policies that limit the session."""
        answer = super().assume_role(
            context, role_arn, role_session_name, policy_arns=policy_arns, policy=policy, **more
        )
        return _limited(answer, role_arn, policy_arns, policy)

    def assume_role_with_web_identity(
        self,
        context: RequestContext,
        *,
        role_arn: str,
        policy_arns: Any = None,
        policy: str | None = None,
        **more: Any,
    ) -> Any:
        """Do the same for a role that is assumed with a web identity."""
        answer = super().assume_role_with_web_identity(context, role_arn=role_arn, **more)
        return _limited(answer, role_arn, policy_arns, policy)

    def assume_role_with_saml(
        self,
        context: RequestContext,
        *,
        role_arn: str,
        policy_arns: Any = None,
        policy: str | None = None,
        **more: Any,
    ) -> Any:
        """Do the same for a role that is assumed with a SAML assertion."""
        answer = super().assume_role_with_saml(context, role_arn=role_arn, **more)
        return _limited(answer, role_arn, policy_arns, policy)

    def get_session_token(self, context: RequestContext, duration_seconds: int | None = None, **more: Any) -> Any:
        """Return a temporary key with the user's permissions. A caller who is not a user gets LocalStack's answer."""
        user = _user_who_asks(context, "GetSessionToken")
        if user is None:
            return super().get_session_token(context, duration_seconds, **more)
        answer = super().get_session_token(context, duration_seconds or DEFAULT_DURATION_S, **more)
        _keep_session(answer, user)
        return answer

    def get_federation_token(
        self,
        context: RequestContext,
        *,
        name: str,
        policy: str | None = None,
        policy_arns: Any = None,
        duration_seconds: int | None = None,
        tags: Any = None,
        **more: Any,
    ) -> Any:
        """Return a temporary key with what both the user's and the session's policies allow."""
        user = _user_who_asks(context, "GetFederationToken")
        answer = super().get_federation_token(
            context, name=name, policy=policy, duration_seconds=duration_seconds or DEFAULT_DURATION_S, **more
        )
        if user is None:
            return answer
        session = _keep_session(answer, user)
        session.arn, session.user_id = (answer["FederatedUser"][each] for each in ("Arn", "FederatedUserId"))
        session.is_federated = True
        session.policy, session.policy_arns, session.tags = policy, _arns(policy_arns), tuple(tags or ())
        return answer


def create_sts_service() -> Service:
    """Return the service for the plugin `sts:embedded`."""
    return Service.for_provider(SessionProvider())


def _limited(answer: Any, role_arn: str, policy_arns: Any, policy: str | None) -> Any:
    """Keep the role and the policies that a session was requested with."""
    session = find_credentials(answer["Credentials"]["AccessKeyId"])
    session.role_arn, session.policy_arns, session.policy = role_arn, _arns(policy_arns), policy
    return answer


def _user_who_asks(context: RequestContext, operation: str) -> Any:
    """Return the user whose key signed the call; None if it is not a user's, such as an account's."""
    access_key_id = extract_access_key_id_from_auth_header(context.request.headers)
    if not access_key_id:
        return None
    if find_session(access_key_id, context.partition) is not None:
        text = f"Cannot call {operation} with session credentials"
        raise CommonServiceException("AccessDenied", text, status_code=403, sender_fault=True)
    return find_user(access_key_id, context.partition)


def _keep_session(answer: Any, user: Any) -> UserSession:
    """Keep the user of a session that LocalStack has begun. Its `GetCallerIdentity` then names that user."""
    credentials = find_credentials(answer["Credentials"]["AccessKeyId"])
    if "FederatedUser" not in answer:
        credentials.arn, credentials.user_id = user["Arn"], user["UserId"]
    credentials.user_session = UserSession(
        access_key_id=credentials.access_key_id,
        secret_access_key=credentials.secret_access_key,
        session_token=credentials.session_token,
        expiration=credentials.expiration,
        account_id=account_of(user["Arn"]),
        arn=user["Arn"],
        user_id=user["UserId"],
        owner_id=user["UserId"],
    )
    return credentials.user_session


def _arns(descriptors: Sequence[Mapping[str, str]] | None) -> tuple[str, ...]:
    return tuple(each["arn"] for each in descriptors or () if "arn" in each)
