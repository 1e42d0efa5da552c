"""The users API of `infra/`, as a shape: what the harness drives when it is told nothing else."""

from dataclasses import replace
from typing import Final

from harness.shape import (
    ApiShape,
    BodyField,
    CreateCall,
    FieldKind,
    Place,
    RetrieveCall,
    StatusCall,
    StoredShape,
    When,
)

_OK = When(frozenset({"200"}))
_NOT_FOUND = When(frozenset({"404"}))

USERS_API: Final = ApiShape(
    name="users",
    create=CreateCall(
        path="/users",
        fields={
            "name": BodyField(FieldKind.TEXT, max_characters=102_400),
            "email": BodyField(FieldKind.EMAIL, max_characters=254),
        },
        only_these_fields=True,
        accepted=When(frozenset({"202"})),
        # Not any 4xx: that too much was asked (429) says nothing of the body.
        rejected=When(frozenset({"400"})),
        unauthorized=When(frozenset({"401", "403"})),
        handle=Place(body="/messageId"),
    ),
    status=StatusCall(
        path="/status/{handle}",
        done=_OK,
        pending=_NOT_FOUND,
        result_id=Place(body="/userId"),
        echo=Place(body="/messageId"),
        retry_after=True,
    ),
    retrieve=RetrieveCall(
        path="/users/{result_id}",
        found=_OK,
        missing=_NOT_FOUND,
        identity=Place(body="/id"),
        equal={"/name": "/name", "/email": "/email"},
    ),
    stored=StoredShape(
        identity="id",
        handle="messageId",
        equal={"/name": "name", "/email": "email"},
        unchanged={"/createdAt": "createdAt"},
        created_by="createdBy",
    ),
)


def as_known(shape: ApiShape) -> ApiShape:
    """Return the users API for what a run wrote down before it was known who calls; any other shape as it is."""
    return USERS_API if shape == _BEFORE_CALLERS else shape


_BEFORE_CALLERS: Final = replace(
    USERS_API,
    create=replace(USERS_API.create, unauthorized=None),
    stored=USERS_API.stored and replace(USERS_API.stored, created_by=None),
)
