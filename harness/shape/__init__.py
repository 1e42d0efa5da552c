"""The shape of an asynchronous API, as a value: create, poll, retrieve. No I/O.

Ours is `harness.shape.users.USERS_API`; another API is another value, written in JSON (`harness.shape.document`).
Where something is in an answer is said by a `Place`; which answers mean what is said by sets of statuses and, where
the status is not enough, by a text at a place in the body.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text is in an answer: in a header, or in the JSON body. Exactly one of the two is set."""

    header: str | None = None
    """The header's name, in lower case."""
    body: str | None = None
    """A JSON Pointer (RFC 6901) into the body, such as `/messageId`."""


@dataclass(frozen=True, slots=True)
class When:
    """Which answers are meant: the status is one of these and, if `at` is given, the text there is one of `values`."""

    statuses: frozenset[str]
    """Statuses ("202") and classes of statuses ("4xx")."""
    at: Place | None = None
    values: frozenset[str] = frozenset()


class FieldKind(enum.StrEnum):
    """What a field of the create's body holds."""

    TEXT = "text"
    """Free text: what the workload's payload mix is about."""
    EMAIL = "email"
    """An email address that no other flow of the run has, by which a stored result is known to be this flow's."""
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class BodyField:
    """One member of the create's JSON body, which is an object."""

    kind: FieldKind
    max_characters: int = 100
    """For a text: how long the API lets it be. A payload at the limit has exactly this many characters."""
    value: Any = None
    """For a constant."""


@dataclass(frozen=True, slots=True)
class CreateCall:
    """How a flow begins. `path` is below the API's base URL."""

    path: str
    fields: Mapping[str, BodyField]
    accepted: When
    rejected: When
    handle: Place
    """Where the handle is in an accepted answer: an ID, or the URL of the status to poll."""
    method: str = "POST"
    only_these_fields: bool = False
    """Whether a body with any other member must be rejected."""
    unauthorized: When | None = None
    """What a caller is answered that may not call; None: the API does not know who calls."""


@dataclass(frozen=True, slots=True)
class StatusCall:
    """How a flow is polled. `{handle}` in `path` stands for the handle, percent-encoded.

    A path of exactly `{handle}` is the handle itself as a URL, absolute or relative to the API's base URL; one of
    another origin than the API's is never asked.
    """

    path: str
    done: When
    pending: When
    result_id: Place
    """Where, in an answer that says done, the identity of the result is."""
    failed: When | None = None
    """Answers that say that the work ended without a result; None where the API has none."""
    echo: Place | None = None
    """Where, in an answer that says done, the handle must be repeated."""
    retry_after: bool = False
    """Whether an answer that says pending must have `Retry-After` in seconds."""
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class RetrieveCall:
    """How the result is fetched. `{result_id}` in `path` stands for its identity, percent-encoded."""

    path: str
    found: When
    missing: When
    identity: Place
    """Where, in an answer that is found, the identity must be repeated."""
    equal: Mapping[str, str]
    """What must come back as it was sent: pointers into the create's body to pointers into the retrieved one."""
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class StoredShape:
    """How a result looks in the table, for the final observation. Names are of top-level attributes."""

    identity: str
    handle: str
    equal: Mapping[str, str]
    """What must be stored as it was sent: pointers into the create's body to names of attributes."""
    unchanged: Mapping[str, str] = field(default_factory=dict)
    """What must still be stored as it was retrieved: pointers into the retrieved document to names of attributes."""
    created_by: str | None = None
    """The name of the attribute that says who created it, where the API knows; None: there is none."""


@dataclass(frozen=True, slots=True)
class ApiShape:
    """One asynchronous API."""

    name: str
    create: CreateCall
    status: StatusCall
    retrieve: RetrieveCall
    stored: StoredShape | None = None
    """None where there is no table to look into."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every call, besides `Accept` and `Content-Type`. Never a secret: it is part of the run's record."""
