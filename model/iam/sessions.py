"""Sessions of users, which STS's GetSessionToken and GetFederationToken begin.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

DEFAULT_DURATION_S: Final = 43_200


@dataclass(slots=True)
class UserSession:
    """A session of a user. Its fields are named as LocalStack's for sessions of roles, beside which it is kept."""

    access_key_id: str
    """Its access key ID."""
    secret_access_key: str
    """The secret that requests are signed with."""
    session_token: str
    """The token that they have to send."""
    expiration: datetime
    """When it ends."""
    account_id: str
    """The user's account."""
    arn: str
    """The user's, or the federated user's."""
    user_id: str
    """The user's unique ID; of a federated user, the account ID, a colon and its name."""
    owner_id: str
    """The unique ID of the user who began it, whose permissions it has."""
    is_federated: bool = False
    """Whether it is a federated user's, which is limited to what the session's own policies allow."""
    policy: str | None = None
    """The inline policy of the session, if any."""
    policy_arns: tuple[str, ...] = ()
    """The ARNs of the session's managed policies."""
    tags: tuple[Mapping[str, str], ...] = ()
    """The tags of the session."""
