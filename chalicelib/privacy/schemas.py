"""The data of others as staff ask for it."""

from typing import Annotated, Literal

from pydantic import Field

from ..people.consent_schemas import ConsentView
from ..web.choices import Choices
from ..web.fields import (
    Flag,
    Instant,
    Line,
    PersonId,
    PlaceCode,
    Request,
    View,
)

__all__ = [
    "CallBackIn",
    "ErasePersonIn",
    "ErasureView",
    "PersonConsentList",
    "SealedView",
    "UnsealIn",
]

Reason = Annotated[Line, Field(min_length=2, max_length=200)]


class PersonConsentView(ConsentView):
    """A line of a person's consent history, as staff see it."""

    id: str


class PersonConsentList(View):
    """A page of a person's consent history, newest first."""

    items: list[PersonConsentView]
    next: str | None


class ErasePersonIn(Request):
    """The reason for an erasure. `second` names the colleague who is to approve it."""

    reason: Reason
    second: PersonId | None = None


class ErasureView(View):
    """How far an erasure is. It waits for a second member of staff."""

    id: PersonId
    state: Annotated[
        Literal["pending", "erased"],
        Choices("ErasureState", "How far an erasure by staff is."),
    ]
    requested_by: PersonId | None
    expires_at: Instant | None


class CallBackIn(Request):
    """The answer of the person who was called back."""

    given: Flag = True


class UnsealIn(Request):
    """The reason for reading a sealed record; it is recorded."""

    reason: Reason


class SealedHomeView(View):
    """A home that the person was shown as a helper."""

    wish_id: str
    place: PlaceCode
    at: Instant


class SealedView(View):
    """The rest of an erased person, until it goes."""

    person_id: PersonId
    name: str
    phone: str | None
    homes: list[SealedHomeView]
    blocked: bool
    erased_at: Instant
    ttl: Instant = Field(
        serialization_alias="sealed_until",
        description="The record is gone after this.",
    )
