"""Reads identities from LocalStack's IAM and STS: whom an access key belongs to, and the policies of that identity."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from localstack.services.iam.models import iam_stores
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.sts.models import sts_stores

from model.iam.identities import Documents, Identity
from model.iam.sessions import UserSession
from model.iam.signatures.verification import AccessKey

# All regions of an account have the same users and roles, and all accounts the same sessions.
_REGION: Final = "us-east-1"
_ACCOUNT_ID: Final = "000000000000"
_MAX_DOCUMENTS: Final = 1024
_PARTITION: Final = re.compile(r"^arn:[^:]+:")


def find_identity(access_key_id: str, partition: str) -> Identity | None:
    """Return the user or session that an access key belongs to, in any account of the engine."""
    for store, user in _users(access_key_id, partition):
        key = user.access_keys[access_key_id].access_key
        return _of_user(user, AccessKey(secret=key["SecretAccessKey"], is_active=key["Status"] == "Active"), store)
    session = find_session(access_key_id, partition)
    return _of_session(session) if session is not None else None


def find_session(access_key_id: str, partition: str) -> Any:
    """Return the session with an access key: a user's, or a role's as LocalStack has it; None if there is none."""
    session = find_credentials(access_key_id)
    if session is None or _partition(session.arn) != partition:
        return None
    return getattr(session, "user_session", session)


def find_credentials(access_key_id: str) -> Any:
    """Return what LocalStack keeps of the session with an access key; None if there is none."""
    return sts_stores[_ACCOUNT_ID][_REGION].credentials.get(access_key_id)


def find_user(access_key_id: str, partition: str) -> Any:
    """Return LocalStack's description of the user with an access key; None if there is none."""
    return next((entity.user for _, entity in _users(access_key_id, partition)), None)


def role_policies(role_arn: str, account_id: str) -> tuple[Documents, tuple[Documents, ...]]:
    """Return the documents of a role's policies, and its limits. A role that does not exist has none."""
    store = iam_stores[account_id][_REGION]
    role = _role(role_arn, store)
    return (tuple(_documents(role, store)), _boundary(role.role, store)) if role is not None else ((), ())


def _partition(arn: str) -> str:
    return arn.split(":", 2)[1]


def account_of(arn: str) -> str:
    """Return the account that an ARN of IAM or STS is in."""
    return arn.split(":")[4]


def _users(access_key_id: str, partition: str) -> Iterator[tuple[Any, Any]]:
    """Yield the store and the user that an access key belongs to, if it belongs to a user."""
    for regions in list(iam_stores.values()):
        store = regions[_REGION]
        user = store.USERS.get(store.ACCESS_KEY_INDEX.get(access_key_id))
        if user is not None and access_key_id in user.access_keys and _partition(user.user["Arn"]) == partition:
            yield store, user


def _role(role_arn: str, store: Any) -> Any:
    return next((each for each in list(store.ROLES.values()) if each.role["Arn"] == role_arn), None)


def _of_user(user: Any, key: AccessKey, store: Any) -> Identity:
    arn, name, user_id = (user.user[each] for each in ("Arn", "UserName", "UserId"))
    groups = [group for group in list(store.GROUPS.values()) if name in group.member_user_names]
    return Identity(
        key=key,
        account_id=account_of(arn),
        arn=arn,
        session_issuer=None,
        user_id=user_id,
        policies=tuple(document for holder in (user, *groups) for document in _documents(holder, store)),
        limits=_boundary(user.user, store),
        values={**_known(arn, account_of(arn), user_id, "User", _tags(arn, store)), "aws:username": (name,)},
    )


def _of_session(session: Any) -> Identity | None:
    key = AccessKey(
        secret=session.secret_access_key, token=session.session_token, expires_at=_in_utc(session.expiration)
    )
    store = iam_stores[session.account_id][_REGION]
    if not isinstance(session, UserSession):  # a session that an account itself began has no role
        return _of_role_session(session, key, store) if hasattr(session, "role_arn") else None
    # A session whose user was deleted, or replaced by one of the same name, is invalid.
    user = next((each for each in list(store.USERS.values()) if each.user["UserId"] == session.owner_id), None)
    if user is None:
        return None
    whole = _of_user(user, key, store)
    return _federated(whole, session, store, _tags(whole.arn, store)) if session.is_federated else whole


def _federated(whole: Identity, session: UserSession, store: Any, tags: Any) -> Identity:
    """Return a federated user: limited to what its session's policies allow, and nothing without them."""
    all_tags = (*tags, *session.tags)
    return replace(
        whole,
        arn=session.arn,
        session_issuer=whole.arn,
        user_id=session.user_id,
        limits=(*whole.limits, _session_documents(session, store)),
        values=_known(session.arn, session.account_id, session.user_id, "FederatedUser", all_tags),
    )


def _of_role_session(session: Any, key: AccessKey, store: Any) -> Identity:
    policies, limits = role_policies(session.role_arn, session.account_id)
    role = _role(session.role_arn, store)
    own = _session_documents(session, store)
    tags = (*(_tags(session.role_arn, store) if role else ()), *session.tags.values())
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


def _session_documents(session: Any, store: Any) -> Documents:
    """Return the policies that a session was requested with, which limit it together."""
    managed = (_managed(arn, store) for arn in session.policy_arns)
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


def _tags(arn: str, store: Any) -> list[Mapping[str, str]]:
    return [{"Key": key, "Value": value} for key, value in store.TAGS.get_tags(arn).items()]


def _documents(holder: Any, store: Any) -> Iterator[Any]:
    """Yield the documents of a user's, a group's or a role's inline and attached policies."""
    yield from (_unquoted(document) for document in list(holder.inline_policies.values()))
    for arn in list(holder.attached_policy_arns):
        yield _managed(arn, store)


def _boundary(description: Mapping[str, Any], store: Any) -> tuple[Documents, ...]:
    """Return a user's or a role's permissions boundary."""
    boundary = description.get("PermissionsBoundary")
    return ((_managed(boundary["PermissionsBoundaryArn"], store),),) if boundary else ()


def _managed(arn: str, store: Any) -> Any:
    """Return a managed policy's document, or one that allows nothing if it does not exist."""
    policy = store.MANAGED_POLICIES.get(arn) or _policies_of_aws().get(_PARTITION.sub("arn:aws:", arn))
    version = policy.versions.get(policy.policy["DefaultVersionId"]) if policy else None
    return _unquoted(version["Document"]) if version else {}


def _policies_of_aws() -> Any:
    """Return AWS's own managed policies by their ARNs, all in the partition of the same name."""
    provider = SERVICE_PLUGINS.require("iam")._provider  # noqa: SLF001 - there is no public way to it
    return provider._aws_managed_policy_cache  # noqa: SLF001 - as above


@lru_cache(_MAX_DOCUMENTS)
def _unquoted(document: str) -> str:
    return unquote(document)


def _in_utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
