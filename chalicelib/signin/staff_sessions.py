"""Sessions of a person as staff see and end them, such as that of a lost phone."""

from ..kernel.access import Actor, Resource
from ..kernel.changes import Changes
from ..kernel.errors import NotFound
from ..kernel.paging import Page
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import Person
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..security_trail.kinds import EventKind
from ..store.transaction import Transaction
from . import permissions
from .model import Session
from .sessions import Sessions

__all__ = ["StaffSessions"]


class StaffSessions:
    """Use cases of staff about the sessions of somebody of a lower rank."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        access: Access,
        people: People,
        sessions: Sessions,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._access = transaction, access
        self._people, self._sessions = people, sessions
        self._audit = audit

    def list_sessions(
        self, context: RequestContext, person_id: str, limit: int
    ) -> Page[Session]:
        """Return where a person is signed in, newest first. A page may be short."""
        _, person = self._require(context, person_id)
        return self._sessions.alive(person, context.start, limit)

    def end_session(
        self, context: RequestContext, person_id: str, session_id: str
    ) -> None:
        """End one session of a person. The others live on.

        Raises:
            NotFound: the person has no such session, or it is over.

        """

        def decide() -> Changes[Person]:
            actor, person = self._require(context, person_id)
            line = self._audit.record(
                actor,
                EventKind.SESSION_ENDED,
                person,
                detail=session_id,
                address=context.address,
            )
            return self._sessions.ended_by_staff(
                person, session_id, actor, (line,)
            )

        self._transaction.run(decide, context)

    def _require(
        self, context: RequestContext, person_id: str
    ) -> tuple[Actor, Person]:
        """Return the actor, who may end sessions of a person, and the person."""
        person = self._people.find(person_id)

        def resource_of(me: Person) -> Resource:
            if person is None or person.erased_at:
                raise NotFound
            return person.as_resource()

        granted = self._access.require(
            context, permissions.END_SESSION, resource_of
        )
        assert person is not None  # noqa: S101 - `resource_of` has refused
        return granted.actor, person
