"""The erasure of somebody who cannot ask for it by phone: one asks, another approves. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.errors import Forbidden

__all__ = ["ErasureRequest"]


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
