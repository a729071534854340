"""Sessions as records about a person: their export, and their end with an erasure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..kernel.access import SYSTEM
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.paging import Page, Position, every
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from .model import Session
from .policy import FORGOTTEN_PER_STEP
from .repository import SessionRepository

__all__ = ["SessionRecords"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)


class SessionRecords:
    """Reads and ends the sessions of a person. The caller has authorized."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: SessionRepository,
        clock: Clock,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock = clock

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return where and when a person is signed in, without anything to sign in with."""

        def read(start: Position | None) -> Page[Session]:
            return self._repository.sessions_of(person_id, start, 100)

        now = self._clock.now()
        alive = [one for one in every(read) if not one.is_over(now)]
        return {"sessions": [_exported(session) for session in alive]}

    def forget(
        self, person_id: str, position: Position | None
    ) -> Position | None:
        """End the sessions of an erased person and forget their devices, a page in a step."""
        page = self._repository.sessions_of(
            person_id, position, FORGOTTEN_PER_STEP
        )
        for session in page.items:
            self._end(session.id)
        return page.next

    def _end(self, session_id: str) -> None:
        def decide() -> Changes[Session]:
            session = self._repository.find_session(session_id)
            assert session is not None  # noqa: S101 - it lives for weeks
            over = replace(session, ended=True, hint=None, device="")
            return Changes(entity=over, previous=session)

        self._transaction.run(decide, _AS_SYSTEM)


def _exported(session: Session) -> dict[str, Any]:
    return {
        "signed_in_at": session.created_at,
        "last_used_at": session.rotated_at,
        "expires_at": session.expires_at,
        "device": session.hint,
    }
