"""LocalStack's STS provider, with the limits of sessions and with sessions of users.

LocalStack's drops the `PolicyArns` of a session, so that managed policies do not limit it, and answers all sessions of
users with the same made-up key. Here the policies are kept with the session, and each session of a user has a key of
its own. Whether a caller may begin a session is left to LocalStack.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from localstack.services.plugins import Service
from localstack.services.sts.provider import StsProvider
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.sts.utils import random_session_token

from emulator.services.iam.identities import find_session, find_user
from model.iam.sessions import UserSession, expiration


class SessionProvider(StsProvider):
    """LocalStack's provider, with sessions of users and limits of sessions as on AWS."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Prepare.

        Args:
            now: the time, in UTC: users' sessions expire by it. Sessions of roles expire by moto's own clock.
        """
        super().__init__()
        self._now = now

    def assume_role(
        self,
        context: RequestContext,
        role_arn: str,
        role_session_name: str,
        policy_arns: Any = None,
        **more: Any,
    ) -> Any:
        """Answer as LocalStack does, and keep the managed policies that limit the session."""
        answer = super().assume_role(context, role_arn, role_session_name, policy_arns=policy_arns, **more)
        return _limited(context, answer, policy_arns)

    def assume_role_with_web_identity(
        self, context: RequestContext, *_: Any, policy_arns: Any = None, **__: Any
    ) -> Any:
        """Do the same for a role that is assumed with a web identity."""
        return _limited(context, call_moto(context), policy_arns)

    def assume_role_with_saml(
        self, context: RequestContext, *_: Any, policy_arns: Any = None, policy: str | None = None, **__: Any
    ) -> Any:
        """Do the same for a role that is assumed with a SAML assertion, whose inline policy moto drops as well."""
        return _limited(context, call_moto(context), policy_arns, policy)

    def get_session_token(self, context: RequestContext, duration_seconds: int | None = None, **_: Any) -> Any:
        """Return a temporary key with the user's permissions. A caller who is not a user gets LocalStack's answer."""
        user = _user_who_asks(context, "GetSessionToken")
        if user is None:
            return call_moto(context)
        return {"Credentials": _credentials(self._new_session(context, user, duration_seconds))}

    def get_federation_token(
        self,
        context: RequestContext,
        *_: Any,
        policy: str | None = None,
        policy_arns: Any = None,
        duration_seconds: int | None = None,
        tags: Any = None,
        **__: Any,
    ) -> Any:
        """Return a temporary key with what both the user's and the session's policies allow."""
        user = _user_who_asks(context, "GetFederationToken")
        answer = call_moto(context)
        if user is None:
            return answer
        session = self._new_session(context, user, duration_seconds)
        session.arn, session.user_id = (answer["FederatedUser"][each] for each in ("Arn", "FederatedUserId"))
        session.is_federated = True
        session.policy, session.policy_arns, session.tags = policy, _arns(policy_arns), tuple(tags or ())
        return {**answer, "Credentials": _credentials(session)}

    def _new_session(self, context: RequestContext, user: Any, duration_s: int | None) -> UserSession:
        key = iam_backends[user.account_id][context.partition].create_temp_access_key()
        session = UserSession(
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            session_token=random_session_token(),
            expiration=expiration(self._now(), duration_s),
            account_id=user.account_id,
            arn=user.arn,
            user_id=user.id,
            owner_id=user.id,
        )
        sts_backends[user.account_id][context.partition].assumed_roles.append(session)
        return session


def create_sts_service() -> Service:
    """Return the service for the plugin `sts:embedded`."""
    return Service.for_provider(
        SessionProvider(lambda: datetime.now(UTC)), dispatch_table_factory=MotoFallbackDispatcher
    )


def _limited(context: RequestContext, answer: Any, policy_arns: Any, policy: str | None = None) -> Any:
    """Keep the policies that a session was requested with."""
    session = find_session(answer["Credentials"]["AccessKeyId"], context.partition)
    if session is not None:
        session.policy_arns = _arns(policy_arns)
        session.policy = session.policy or policy
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


def _credentials(session: UserSession) -> dict[str, Any]:
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expiration,
    }


def _arns(descriptors: Sequence[Mapping[str, str]] | None) -> tuple[str, ...]:
    return tuple(each["arn"] for each in descriptors or () if "arn" in each)
