"""Erasures: asked for by one member of staff and approved by another; how far they are. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.errors import Forbidden

__all__ = ["ErasureProgress", "ErasureRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest(Entity):
    """A pending erasure; its id is that of the person.

    `second` is the colleague who is asked to approve, None for any.
    """

    entity_kind: ClassVar[str] = "erasure"

    requested_by: str
    second: str | None
    place: str
    ttl: datetime

    def check_second(self, actor_id: str) -> None:
        """Refuse an approval by the person who asked, or by another than the named colleague.

        Raises:
            Forbidden: a second person has to approve.

        """
        if actor_id == self.requested_by:
            raise Forbidden("erasure.needs_second")
        if self.second not in (None, actor_id):
            raise Forbidden("erasure.second_named")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureProgress(Entity):
    """What features still have to erase of a person; its id is that of the person.

    `parts` are event and handler. `phone` is the number that the last SMS goes to, None afterwards.
    `street` tells when it is night there.
    """

    entity_kind: ClassVar[str] = "erasure_progress"

    parts: tuple[str, ...]
    phone: str | None
    locale: str
    street: str
    ttl: datetime
