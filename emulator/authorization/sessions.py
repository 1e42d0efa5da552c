"""What is kept of a user's session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class UserSession:
    """A session of a user, kept with what LocalStack has of it, under the same names.

    Attributes:
        access_key_id: its key.
        secret_access_key: what requests are signed with.
        session_token: what they have to show beside.
        expiration: when it ends.
        account_id: the user's account.
        arn: the user's, or the federated user's.
        user_id: the user's unique ID; of a federated user, its name behind the account.
        owner_id: the unique ID of the user who asked for it, whose permissions it has.
        is_federated: whether it is a federated user's, who has no more than the session's own policies allow.
        policy: an inline policy of the session; None without one.
        policy_arns: its managed ones.
        tags: those of the session.
    """

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime
    account_id: str
    arn: str
    user_id: str
    owner_id: str
    is_federated: bool = False
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    tags: tuple[Mapping[str, str], ...] = ()
