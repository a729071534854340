"""An uploaded photo: its states, its deadlines and the files of each state. Pure."""

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
    "Upload",
    "UploadEndReason",
    "UploadKind",
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


class UploadKind(StrEnum):
    """What may be sent."""

    PHOTO = "photo"


class UploadState(StrEnum):
    """The state of an upload."""

    PENDING = "pending"  # not here yet, or not looked at
    READY = "ready"
    REFUSED = "refused"  # it was no photo, or never came
    GONE = "gone"  # it was good and its files are deleted


class UploadEndReason(StrEnum):
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
    OWNER_LEFT = "owner_left"  # blocked, or without the terms
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
    """One upload. Its files are the sent one and, once it is ready, the photo and its thumbnail.

    `bound_to` is the id of the entity that shows it (a ticket), `place` the place of that. With
    `is_proof` staff of the place read it by its id. A
    pending upload may be bound already, because phones are slow. No file is deleted before a
    commit has decided so. At `clear_at` unwanted files are deleted for good. That is late enough
    that no process can write them again.
    """

    entity_kind: ClassVar[str] = "upload"

    owner: str
    kind: UploadKind = UploadKind.PHOTO
    content_type: str  # as it was announced
    size: int  # in bytes, as it was announced
    state: UploadState = S.PENDING
    reason: UploadEndReason | None = None
    width: int | None = None  # of the photo, in pixels
    height: int | None = None
    stored_bytes: int | None = None  # of the photo
    ready_at: datetime | None = None
    clear_at: datetime | None = None
    bound_to: str | None = None
    place: str = ""
    is_proof: bool = False  # for staff of that place
    then: str | None = None  # the page that a browser shows once it has arrived
    ttl: datetime | None = None

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the deadlines: for its arrival, for its use, and for the deletion of its files."""
        waits = {}
        if self.state is S.PENDING:
            waits["arrive"] = self.created_at + policy.ARRIVES_WITHIN
        if self.state is S.READY and self.ready_at and not self.bound_to:
            waits["use"] = self.ready_at + policy.USED_WITHIN
        if self.clear_at:
            waits["clear"] = self.clear_at
        return waits

    def as_resource(self) -> Resource:
        """Return the upload as access checks see it: for its owner; a proof for staff, too."""
        return Resource(
            see=permissions.SEE,
            places=(self.place,) if self.is_proof else (),
            relations={Relation.OWNER: frozenset({self.owner})},
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
