"""A photo that somebody sends: what it waits for, and which files of it may lie about in which state. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import Relation, Resource
from ..kernel.changes import Entity
from ..kernel.ids import ID_PATTERN
from ..kernel.state_table import Move, StateTable
from . import permissions, policy

__all__ = [
    "INCOMING",
    "PHOTOS",
    "TABLE",
    "Kind",
    "Reason",
    "Upload",
    "UploadState",
    "is_upload_id",
]

_ID = re.compile(f"upl_{ID_PATTERN}")

INCOMING, PHOTOS = (
    "incoming/",
    "photos/",
)  # as it was sent, metadata and all; as it is shown


def is_upload_id(text: str) -> bool:
    """Tell whether a text has the form of an upload's id."""
    return _ID.fullmatch(text) is not None


class Kind(StrEnum):
    """What may be sent."""

    PHOTO = "photo"


class UploadState(StrEnum):
    """Where an upload stands."""

    PENDING = "pending"  # not here yet, or not looked at
    READY = "ready"
    REFUSED = "refused"  # it was no photo, or never came
    GONE = "gone"  # it was good and its files are deleted


class Reason(StrEnum):
    """Why an upload came to nothing: the first six come from `adapters.photos`."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    WRONG_TYPE = "wrong_type"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    NEVER_ARRIVED = "never_arrived"
    UNUSED = "unused"
    OWNER_ERASED = "owner_erased"
    REMOVED = "removed"  # the ticket or wish that showed it shows it no more


S = UploadState
M = Move[UploadState]
TABLE: StateTable[UploadState] = StateTable(
    "upload",
    [
        M(S.PENDING, "make_ready", (S.READY,)),
        M(S.PENDING, "refuse", (S.REFUSED,)),
        M(S.PENDING, "end", (S.GONE,)),
        M(S.READY, "end", (S.GONE,)),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(Entity):
    """One upload. Its files: what was sent, and once it is ready the photo and its thumbnail.

    `bound_to` names what shows it (a ticket), `place` where that is. A pending one may be bound already: phones are slow.
    Files are never deleted before a commit has said that they must go. `clear_at` is when those that must not be there
    are deleted for good: late enough that nobody can write them again.
    """

    entity_kind: ClassVar[str] = "upload"

    owner: str
    kind: Kind = Kind.PHOTO
    content_type: str  # as it was announced
    size: int  # in bytes, as it was announced
    state: UploadState = S.PENDING
    reason: Reason | None = None
    width: int | None = None  # of the photo, in pixels
    height: int | None = None
    stored_bytes: int | None = None  # of the photo
    ready_at: datetime | None = None
    clear_at: datetime | None = None
    bound_to: str | None = None
    place: str = ""
    ttl: datetime | None = None

    def deadlines(self) -> Mapping[str, datetime]:
        """Return what waits for an instant: it has to come, to be used, and what is left of it to be deleted."""
        waits = {}
        if self.state is S.PENDING:
            waits["arrive"] = self.created_at + policy.ARRIVES_WITHIN
        if self.state is S.READY and self.ready_at and not self.bound_to:
            waits["use"] = self.ready_at + policy.USED_WITHIN
        if self.clear_at:
            waits["clear"] = self.clear_at
        return waits

    def as_resource(self) -> Resource:
        """Return what permission needs to know of it: it is its owner's alone; what shows it has rules of its own."""
        return Resource(
            see=permissions.SEE, relations={Relation.OWNER: frozenset({self.owner})}
        )

    @property
    def ended(self) -> bool:
        """Say whether it came to nothing, or is over."""
        return self.state in (S.REFUSED, S.GONE)

    @property
    def form_expires_at(self) -> datetime:
        """Return until when its form is good for sending it."""
        return self.created_at + policy.FORM_LASTS

    @property
    def incoming(self) -> str:
        """Return the key of what was sent."""
        return f"{INCOMING}{self.id}"

    @property
    def photo(self) -> str:
        """Return the key of the photo."""
        return f"{PHOTOS}{self.id}.jpg"

    @property
    def thumb(self) -> str:
        """Return the key of the thumbnail."""
        return f"{PHOTOS}{self.id}.thumb.jpg"

    @property
    def leftovers(self) -> tuple[str, ...]:
        """Return the keys at which nothing may lie (any more) in its state."""
        if self.state is S.PENDING:
            return ()
        return (
            (self.incoming,)
            if self.state is S.READY
            else (self.incoming, self.photo, self.thumb)
        )
