"""Reads identities from moto: the user or session that an access key belongs to, and its policies."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from localstack.services.sts.models import sts_stores
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from model.iam.identities import Documents, Identity
from model.iam.sessions import UserSession
from model.iam.signatures.verification import AccessKey


def find_identity(access_key_id: str, partition: str) -> Identity | None:
    """Return the user or session that an access key belongs to, in any account of the engine."""
    for backend, user, key in _keys(partition):
        if key.access_key_id == access_key_id:
            return _of_user(user, AccessKey(secret=key.secret_access_key, is_active=key.status == "Active"), backend)
    session = find_session(access_key_id, partition)
    return _of_session(session, partition) if session is not None else None


def find_session(access_key_id: str, partition: str) -> Any:
    """Return moto's session with an access key; None if there is none."""
    for backend in _backends(sts_backends, partition):
        for session in reversed(list(backend.assumed_roles)):
            if session.access_key_id == access_key_id:
                return session
    return None


def find_user(access_key_id: str, partition: str) -> Any:
    """Return moto's user with an access key; None if there is none."""
    return next((user for _, user, key in _keys(partition) if key.access_key_id == access_key_id), None)


def role_policies(role_arn: str, account_id: str, partition: str) -> tuple[Documents, tuple[Documents, ...]]:
    """Return the documents of a role's policies, and its limits. A role that does not exist has none."""
    backend = iam_backends[account_id][partition]
    for role in list(backend.roles.values()):
        if role.arn == role_arn:
            return tuple(_documents(role)), _boundary(role, backend)
    return (), ()


def _backends(accounts: Mapping[str, Any], partition: str) -> Iterator[Any]:
    return (backends[partition] for backends in list(accounts.values()) if partition in backends)


def _keys(partition: str) -> Iterator[tuple[Any, Any, Any]]:
    """Yield moto's backends, their users, and the users' access keys."""
    for backend in _backends(iam_backends, partition):
        for user in list(backend.users.values()):
            for key in list(user.access_keys):
                yield backend, user, key


def _of_user(user: Any, key: AccessKey, backend: Any) -> Identity:
    groups = [group for group in list(backend.groups.values()) if user in group.users]
    return Identity(
        key=key,
        account_id=user.account_id,
        arn=user.arn,
        session_issuer=None,
        user_id=user.id,
        policies=tuple(document for holder in (user, *groups) for document in _documents(holder)),
        limits=_boundary(user, backend),
        values={
            **_known(user.arn, user.account_id, user.id, "User", user.tags),
            "aws:username": (user.name,),
        },
    )


def _of_session(session: Any, partition: str) -> Identity | None:
    key = AccessKey(
        secret=session.secret_access_key, token=session.session_token, expires_at=_in_utc(session.expiration)
    )
    backend = iam_backends[session.account_id][partition]
    if not isinstance(session, UserSession):
        return _of_role_session(session, key, backend, partition)
    # A session whose user was deleted, or replaced by one of the same name, is invalid.
    user = next((each for each in list(backend.users.values()) if each.id == session.owner_id), None)
    if user is None:
        return None
    whole = _of_user(user, key, backend)
    return _federated(whole, session, backend, user.tags) if session.is_federated else whole


def _federated(whole: Identity, session: UserSession, backend: Any, tags: Any) -> Identity:
    """Return a federated user: limited to what its session's policies allow, and nothing without them."""
    all_tags = (*(tags or ()), *session.tags)
    return replace(
        whole,
        arn=session.arn,
        session_issuer=whole.arn,
        user_id=session.user_id,
        limits=(*whole.limits, _session_documents(session, backend)),
        values=_known(session.arn, session.account_id, session.user_id, "FederatedUser", all_tags),
    )


def _of_role_session(session: Any, key: AccessKey, backend: Any, partition: str) -> Identity:
    policies, limits = role_policies(session.role_arn, session.account_id, partition)
    role = next((each for each in list(backend.roles.values()) if each.arn == session.role_arn), None)
    own = _session_documents(session, backend)
    given = sts_stores[session.account_id]["us-east-1"].sessions.get(session.access_key_id)
    tags = (*((role.tags if role else None) or ()), *(given["tags"].values() if given else ()))
    return Identity(
        key=key,
        account_id=session.account_id,
        arn=session.arn,
        session_issuer=session.role_arn,
        user_id=session.user_id,
        policies=policies,
        limits=(*limits, own) if own else limits,
        # The principal of a session is its role: https://docs.aws.amazon.com/IAM/latest/UserGuide/
        # reference_policies_condition-keys.html#condition-keys-principalarn
        values=_known(session.role_arn, session.account_id, session.user_id, "AssumedRole", tags),
    )


def _session_documents(session: Any, backend: Any) -> Documents:
    """Return the policies that a session was requested with, which limit it together."""
    managed = (_managed(arn, backend) for arn in getattr(session, "policy_arns", ()))
    return (*([session.policy] if session.policy else []), *managed)


def _known(
    arn: str, account_id: str, user_id: str, kind: str, tags: Iterable[Mapping[str, str]] | None
) -> dict[str, tuple[str, ...]]:
    return {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (account_id,),
        "aws:principaltype": (kind,),
        "aws:userid": (user_id,),
        **{f"aws:principaltag/{tag['Key']}".lower(): (tag["Value"],) for tag in tags or ()},
    }


def _documents(holder: Any) -> Iterator[Any]:
    """Yield the documents of a user's, a group's or a role's inline and attached policies."""
    yield from holder.policies.values()
    for policy in list(holder.managed_policies.values()):
        yield _default_document(policy)


def _boundary(holder: Any, backend: Any) -> tuple[Documents, ...]:
    """Return a permissions boundary."""
    # Of a role this is the ARN, and `permissions_boundary` a description; of a user that is the ARN.
    arn = holder.permissions_boundary_arn if hasattr(holder, "permissions_boundary_arn") else _boundary_of_user(holder)
    return ((_managed(arn, backend),),) if arn else ()


def _managed(arn: str, backend: Any) -> Any:
    """Return a managed policy's document, or one that allows nothing if it does not exist."""
    policy = backend.managed_policies.get(arn)
    return _default_document(policy) if policy else {}


def _boundary_of_user(user: Any) -> Any:
    return getattr(user, "permissions_boundary", None)


def _default_document(policy: Any) -> Any:
    """Return a policy's default version. The one that moto marks as such may be another, or none."""
    return next((each.document for each in policy.versions if each.version_id == policy.default_version_id), {})


def _in_utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
