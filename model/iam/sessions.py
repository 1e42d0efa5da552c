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
    """A session of a user. Its fields are named as LocalStack's for sessions of roles, beside which it is kept.

    Attributes:
        access_key_id: its access key ID.
        secret_access_key: the secret that requests are signed with.
        session_token: the token that they have to send.
        expiration: when it ends.
        account_id: the user's account.
        arn: the user's, or the federated user's.
        user_id: the user's unique ID; of a federated user, the account ID, a colon and its name.
        owner_id: the unique ID of the user who began it, whose permissions it has.
        is_federated: whether it is a federated user's, which is limited to what the session's own policies allow.
        policy: the inline policy of the session, if any.
        policy_arns: the ARNs of the session's managed policies.
        tags: the tags of the session.
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
