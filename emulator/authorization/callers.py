"""The border to moto: whose an access key is, and what policies that one has."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from emulator.authorization.identities import Identity
from emulator.authorization.signatures.verification import AccessKey


def find_identity(access_key_id: str, partition: str) -> Identity | None:
    """Return whose an access key is: a user's, or a session's of a role, in any account of the engine."""
    for backend in _backends(iam_backends, partition):
        for user in list(backend.users.values()):
            for key in list(user.access_keys):
                if key.access_key_id == access_key_id:
                    return _of_user(user, key, backend)
    for backend in _backends(sts_backends, partition):
        for session in reversed(list(backend.assumed_roles)):
            if session.access_key_id == access_key_id:
                return _of_session(session, partition)
    return None


def role_policies(role_arn: str, account_id: str, partition: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the documents of a role's policies, and of those that limit it. A role that is not there has none."""
    backend = iam_backends[account_id][partition]
    for role in list(backend.roles.values()):
        if role.arn == role_arn:
            return tuple(_documents(role)), _boundary(role, backend)
    return (), ()


def _backends(accounts: Mapping[str, Any], partition: str) -> Iterator[Any]:
    return (backends[partition] for backends in list(accounts.values()) if partition in backends)


def _of_user(user: Any, key: Any, backend: Any) -> Identity:
    groups = [group for group in list(backend.groups.values()) if user in group.users]
    return Identity(
        key=AccessKey(secret=key.secret_access_key, is_active=key.status == "Active"),
        account_id=user.account_id,
        arn=user.arn,
        role_arn=None,
        user_id=user.id,
        policies=tuple(document for holder in (user, *groups) for document in _documents(holder)),
        limits=_boundary(user, backend),
        values={
            **_known(user.arn, user.account_id, user.id, "User", user.tags),
            "aws:username": (user.name,),
        },
    )


def _of_session(session: Any, partition: str) -> Identity:
    policies, limits = role_policies(session.role_arn, session.account_id, partition)
    role = next(
        (each for each in iam_backends[session.account_id][partition].roles.values() if each.arn == session.role_arn),
        None,
    )
    return Identity(
        key=AccessKey(
            secret=session.secret_access_key,
            token=session.session_token,
            expires_at=_in_utc(session.expiration),
        ),
        account_id=session.account_id,
        arn=session.arn,
        role_arn=session.role_arn,
        user_id=session.user_id,
        policies=policies,
        limits=(*limits, session.policy) if session.policy else limits,
        # The principal of a session is its role: https://docs.aws.amazon.com/IAM/latest/UserGuide/
        # reference_policies_condition-keys.html#condition-keys-principalarn
        values=_known(session.role_arn, session.account_id, session.user_id, "AssumedRole", role.tags if role else ()),
    )


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
    """Yield the documents of a user's, a group's or a role's policies: inline ones, and those attached."""
    yield from holder.policies.values()
    for policy in list(holder.managed_policies.values()):
        yield _default_document(policy)


def _boundary(holder: Any, backend: Any) -> tuple[Any, ...]:
    """Return a permissions boundary; one that names a policy that is not there allows nothing."""
    # A role's is its ARN here, and the description of one under the name that LocalStack keeps a user's ARN by.
    arn = holder.permissions_boundary_arn if hasattr(holder, "permissions_boundary_arn") else _boundary_of_user(holder)
    if not arn:
        return ()
    policy = backend.managed_policies.get(arn)
    return (_default_document(policy) if policy else {},)


def _boundary_of_user(user: Any) -> Any:
    return getattr(user, "permissions_boundary", None)


def _default_document(policy: Any) -> Any:
    """Return a policy's default version. That which moto marks as such may be another, or none."""
    return next((each.document for each in policy.versions if each.version_id == policy.default_version_id), {})


def _in_utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
