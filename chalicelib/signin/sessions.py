"""Sessions: where a person is signed in, and for how long."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ..kernel.access import Actor
from ..kernel.changes import Changes, Put, TimelineEvent, Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import NotFound, Unauthenticated
from ..kernel.ids import Ids
from ..kernel.paging import Page, Position, first_found
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import Person
from ..people.moves import end_session
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..security_trail.kinds import EventKind
from ..store.transaction import Transaction
from . import model
from .devices import device_token, hint_of
from .model import Challenge, LastSeen, Reused, Session
from .policy import life_of
from .repository import SessionRepository

__all__ = ["Sessions", "SignedIn", "TokenIssuer"]


class TokenIssuer(Protocol):
    """Makes access tokens."""

    def issue(
        self, actor: Actor, until: datetime | None = None
    ) -> tuple[str, int]:
        """Return a token that ends by an instant, and its life in seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a sign-in gives."""

    access_token: str
    refresh_token: str
    expires_in: int
    device: str
    person: Person


class _Unchanged(Exception):
    """A session that was used a moment ago, with its person: there is nothing to write."""

    def __init__(self, session: Session, person: Person) -> None:
        super().__init__(session.id)
        self.session, self.person = session, person


class Sessions:
    """Use cases about sessions: refresh, list, end."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: SessionRepository,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        access: Access,
        people: People,
        tokens: TokenIssuer,
        audit: AuditLog,
    ) -> None:
        self._repository, self._access = repository, access
        self._transaction, self._clock = transaction, clock
        self._ids, self._keys = ids, keys
        self._people, self._tokens, self._audit = people, tokens, audit

    def open(
        self, person: Person, challenge: Challenge, agent: str
    ) -> Changes[Session]:
        """Return the decision that opens a session of a person who has answered a challenge."""
        session = model.open_session(
            id=self._ids.new("ses"),
            person_id=person.id,
            token_version=person.token_version,
            life=life_of(person.grants),
            device=challenge.device or self._ids.new("dev"),
            hint=hint_of(agent),
            read_out=challenge.person_id is not None,
            now=self._clock.now(),
        )
        seen = LastSeen(person_id=person.id, at=session.created_at)
        return Changes(entity=session, previous=None, writes=(Put(row=seen),))

    def kept(
        self, person: Person, session_id: str
    ) -> tuple[Changes[Session], ...]:
        """Return the decision that a session lives on while the person's others end."""
        session = self._repository.find_session(session_id)
        if session is None:
            return ()
        kept = replace(session, token_version=person.token_version)
        return (Changes(entity=kept, previous=session),)

    def signed_in(self, person: Person, session: Session) -> SignedIn:
        """Return the tokens of a session. No access token outlives it."""
        token, lasts = self._tokens.issue(
            person.as_actor(session.id), session.expires_at
        )
        return SignedIn(
            access_token=token,
            refresh_token=model.refresh_token(self._keys, session),
            expires_in=lasts,
            device=device_token(self._keys, session.device, person.id),
            person=person,
        )

    def refresh(self, context: RequestContext, token: str) -> SignedIn:
        """Exchange a refresh token for the next pair. A spent token revokes the family."""
        session_id, generation = model.read_refresh(self._keys, token)

        def decide() -> tuple[Changes[Session], Person]:
            now = self._clock.now()
            session, person = self._read(session_id)
            rotated = model.refresh(
                session, generation, life_of(person.grants), now
            )
            seen: tuple[Put, ...] = ()
            if session.rotated_at.date() != now.date():
                seen = (Put(row=LastSeen(person_id=person.id, at=now)),)
            return Changes(
                entity=rotated, previous=session, writes=seen
            ), person

        try:
            session, person = self._transaction.run_with(decide, context)
        except Reused:
            self._revoke(context, session_id)
            raise Unauthenticated("auth.refresh_reused") from None
        return self.signed_in(person, session)

    def resume(self, session_id: str) -> SignedIn:
        """Return the tokens of the session that a browser keeps in its cookie.

        It does not rotate, so that a lost answer signs nobody out.

        Raises:
            Unauthenticated: the session is over.
            Forbidden: the person is blocked.

        """

        def decide() -> tuple[Changes[Session], Person]:
            now = self._clock.now()
            session, person = self._read(session_id)
            resumed = model.resume(session, life_of(person.grants), now)
            if resumed is session:
                raise _Unchanged(session, person)
            seen = LastSeen(person_id=person.id, at=now)
            return Changes(
                entity=resumed, previous=session, writes=(Put(row=seen),)
            ), person

        try:
            session, person = self._transaction.run_with(
                decide, RequestContext()
            )
        except _Unchanged as found:
            session, person = found.session, found.person
        return self.signed_in(person, session)

    def _read(self, session_id: str) -> tuple[Session, Person]:
        """Return a session and its person.

        Raises:
            Unauthenticated: the session is unknown, or its person has ended all sessions.
            Forbidden: the person is blocked.

        """
        session = self._repository.find_session(session_id)
        person = self._people.find(session.person_id) if session else None
        if session is None or person is None:
            raise Unauthenticated("auth.refresh_invalid")
        if person.token_version != session.token_version:
            raise Unauthenticated("auth.refresh_invalid")
        if not session.ended:
            person.check_still_valid(person.as_actor(session.id))
        return session, person

    def _revoke(self, context: RequestContext, session_id: str) -> None:
        """End the family of a token that somebody has copied."""

        def decide() -> Changes[Person]:
            session, person = self._read(session_id)
            ended = self._ended(person, session_id, session)
            line = self._audit.record_try(
                EventKind.REFRESH_REUSED,
                context.address,
                result="auth.refresh_reused",
                subject=person.id,
                place=next(iter(person.places), None),
            )
            return replace(ended, writes=(*ended.writes, line))

        self._transaction.run(decide, context)

    def sign_out(self, context: RequestContext) -> None:
        """End the session of the actor's token, its refresh tokens and its access tokens."""

        def decide() -> Changes[Person]:
            granted = self._access.require_self(context)
            session_id = granted.actor.session
            session = self._repository.find_session(session_id)
            return self._ended(granted.person, session_id, session)

        self._transaction.run(decide, context)

    def list_sessions(
        self, context: RequestContext, limit: int
    ) -> tuple[Actor, Page[Session]]:
        """Return the actor, and where they are signed in, newest first. A page may be short."""
        granted = self._access.require_self(context)
        page = self.alive(granted.person, context.start, limit)
        return granted.actor, page

    def alive(
        self, person: Person, start: Position | None, limit: int
    ) -> Page[Session]:
        """Return the sessions of a person that are not over. The caller has authorized."""

        def read(start: Position | None, size: int) -> Page[Session]:
            page = self._repository.sessions_of(person.id, start, size)
            alive = [one for one in page.items if self._is_alive(one, person)]
            return Page(alive, page.next)

        return first_found(read, start, limit)

    def end_session(self, context: RequestContext, session_id: str) -> None:
        """End one session of the actor."""

        def decide() -> Changes[Person]:
            person = self._access.require_self(context).person
            session = self._alive_of(person, session_id)
            return self._ended(person, session_id, session)

        self._transaction.run(decide, context)

    def ended_by_staff(
        self,
        person: Person,
        session_id: str,
        actor: Actor,
        writes: tuple[Write, ...],
    ) -> Changes[Person]:
        """Return the end of a session of a person by staff, who are authorized.

        Raises:
            NotFound: the person has no such session, or it is over.

        """
        session = self._alive_of(person, session_id)
        event = TimelineEvent(
            tag="person.signed_out", actor=actor.id, party="staff"
        )
        ended = self._ended(person, session_id, session)
        return replace(ended, writes=writes, events=(event,))

    def _alive_of(self, person: Person, session_id: str) -> Session:
        session = self._repository.find_session(session_id)
        if session is None or session.person_id != person.id:
            raise NotFound
        if not self._is_alive(session, person):
            raise NotFound
        return session

    def _is_alive(self, session: Session, person: Person) -> bool:
        """Say whether a session goes on. A block, for one, has ended all that were open."""
        if session.token_version != person.token_version:
            return False
        return not session.is_over(self._clock.now())

    def _ended(
        self, person: Person, session_id: str, session: Session | None
    ) -> Changes[Person]:
        """Return the end of a family of tokens. Each write reads the person again."""
        related: tuple[Changes[Session], ...] = ()
        if session:
            over = replace(session, ended=True)
            related = (Changes(entity=over, previous=session),)
        event = TimelineEvent(
            tag="person.signed_out", actor=person.id, party="owner"
        )
        return Changes(
            entity=end_session(person, session_id, self._clock.now()),
            previous=person,
            events=(event,),
            related=related,
        )
