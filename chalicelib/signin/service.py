"""Signing in and out."""

from dataclasses import dataclass, replace
from typing import Protocol

from ..kernel.access import Actor, authorize
from ..kernel.changes import Changes, Delete, Event, Message, Put, Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Forbidden, Invalid, Unauthenticated
from ..kernel.ids import Ids
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.rate_limit import RateLimit
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.model import Person
from ..people.service import People
from ..store.transaction import Transaction
from . import model
from .model import Challenge, Purpose, Reused, Session
from .policy import CODES_PER_TARGET, COOLDOWN, codes_per
from .repository import SessionRepository

__all__ = ["Limits", "SignIn", "SignedIn", "TokenIssuer"]


class TokenIssuer(Protocol):
    """Makes access tokens."""

    def issue(self, actor: Actor) -> tuple[str, int]:
        """Return a token and its life in seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many codes an installation sends at most: per network address and hour, and in all per day."""

    per_address_hour: int
    per_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a sign-in gives."""

    access_token: str
    refresh_token: str
    expires_in: int
    person: Person


class SignIn:
    """Use cases of signing in."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: SessionRepository,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        people: People,
        tokens: TokenIssuer,
        limits: Limits,
    ) -> None:
        self._repository = repository
        self._transaction, self._clock, self._ids, self._keys = transaction, clock, ids, keys
        self._people, self._tokens, self._limits = people, tokens, limits

    def send_code(self, context: RequestContext, phone: str) -> int:
        """Send a sign-in code; return after how many seconds another may be asked for.

        The same whether or not the phone is known: the code goes out either way, and an account is made at sign-in.
        """
        id = f"phone#{self._people.fingerprint(phone)}"
        limits = [(id, limit) for limit in CODES_PER_TARGET]
        limits.append((f"address#{context.address}", codes_per("hour", self._limits.per_address_hour)))
        limits.append(("codes", codes_per("day", self._limits.per_day)))
        self._challenge(context, id, phone, Purpose.SIGN_IN, limits)
        return int(COOLDOWN.total_seconds())

    def send_email_code(self, context: RequestContext, address: str) -> int:
        """Send a code that proves an address to be one's own; return after how many seconds another may be asked for."""
        actor, person = self._people.current(context.actor)
        authorize(actor, people_permissions.ME, person.as_resource())
        id = f"email#{actor.id}"
        mailbox = f"mail#{self._keys.fingerprint('mail', address.lower())}"  # whoever asks
        limits = [(subject, limit) for subject in (id, mailbox) for limit in CODES_PER_TARGET]
        self._challenge(context, id, address, Purpose.EMAIL, limits)
        return int(COOLDOWN.total_seconds())

    def _challenge(
        self, context: RequestContext, id: str, target: str, purpose: Purpose, limits: list[tuple[str, RateLimit]]
    ) -> None:
        def decide() -> Changes[Challenge]:
            now = self._clock.now()
            before = self._repository.find_challenge(id)
            model.may_issue(before, now)
            nonce = self._ids.new("non")
            fresh = model.issue_challenge(
                before, id=id, target=target, purpose=purpose, nonce=nonce, locale=context.locale, now=now
            )
            message = Message(kind=f"code.{purpose}", to=f"challenge:{id}", about=id, params={"nonce": nonce})
            counts = tuple(limit.count(subject, now) for subject, limit in limits)
            return Changes(entity=fresh, previous=before, writes=counts, messages=(message,))

        self._transaction.run(decide, context)

    def sign_in(self, context: RequestContext, phone: str, code: str, name: str | None, text_version: str | None) -> SignedIn:
        """Exchange a code for tokens; the first time, with consent, this makes the account."""
        id = f"phone#{self._people.fingerprint(phone)}"
        signed: dict[str, Person] = {}

        def decide() -> Changes[Session]:
            now = self._clock.now()
            challenge = model.check_alive(self._repository.find_challenge(id), now, "code")
            tried = model.guess_count(challenge)
            if not model.is_right(self._keys, challenge, code):
                return _refused(challenge, tried, Invalid("auth.code_wrong", ["code"]))
            person = self._people.phone_owner(phone)
            if person and person.blocked:
                return _refused(challenge, tried, Forbidden("person.blocked"))
            beside: tuple[Write, ...] = ()
            agreed: tuple[Changes[Person], ...] = ()
            known = person is not None and (person.appointed or "terms" in person.consents)
            if not known and text_version is None:
                return _refused(challenge, tried, Invalid("consent.required", ["consent"]))
            if person is None:
                person, beside = self._people.new_account(phone, name or "", context.locale, text_version or "")
            elif text_version and "terms" not in person.consents:
                agreed = (self._people.agree(person, text_version),)
                person = replace(agreed[0].entity, version=person.version + 1)  # as the commit leaves her
            signed["person"] = person
            session = model.open_session(
                id=self._ids.new("ses"), person_id=person.id, token_version=person.token_version, now=now
            )
            used = Put(row=replace(challenge, used=True, version=challenge.version + 1), expected=challenge)
            return Changes(entity=session, previous=None, writes=(tried, used, *beside), related=agreed)

        session = self._transaction.run(decide, context)
        return self._signed_in(signed["person"], session)

    def refresh(self, context: RequestContext, token: str) -> SignedIn:
        """Exchange a refresh token for the next pair. A spent token ends the family: somebody has a copy."""
        session_id, generation = model.read_refresh(self._keys, token)

        def decide() -> Changes[Session]:
            session = self._repository.find_session(session_id)
            if session is None:
                raise Unauthenticated("auth.refresh_invalid")
            return Changes(entity=model.refresh(session, generation, self._clock.now()), previous=session)

        try:
            session = self._transaction.run(decide, context)
        except Reused:
            spent = self._repository.find_session(session_id)
            if spent:
                self._end(context, session_id, spent.person_id)
            raise Unauthenticated("auth.refresh_reused") from None
        person = self._people.find(session.person_id)
        if person is None or person.token_version != session.token_version:
            raise Unauthenticated("auth.refresh_invalid")
        person.admit(person.as_actor(session.id))
        return self._signed_in(person, session)

    def sign_out(self, context: RequestContext) -> None:
        """End the session of the caller's token, its refresh tokens and its access tokens."""
        actor, person = self._people.current(context.actor)
        authorize(actor, people_permissions.ME, person.as_resource())
        self._end(context, actor.session, person.id)

    def _end(self, context: RequestContext, session_id: str, person_id: str) -> None:
        """End a family: its refresh tokens by the session, its access tokens by the person, who is read with every write."""

        def decide() -> Changes[Person]:
            session, person = self._repository.find_session(session_id), self._people.find(person_id)
            if person is None:
                raise Unauthenticated("auth.refresh_invalid")
            over = (Put(row=replace(session, ended=True, version=session.version + 1)),) if session else ()
            event = Event(tag="person.signed_out", by=person.id, party="owner")
            signed_out = self._people.end_session(person, session_id)
            return Changes(entity=signed_out, previous=person, writes=over, events=(event,))

        self._transaction.run(decide, context)

    def verify_email(self, context: RequestContext, code: str) -> Person:
        """Take a proven address as a channel."""

        def decide() -> Changes[Person]:
            actor, person = self._people.current(context.actor)
            authorize(actor, people_permissions.ME, person.as_resource())
            challenge = model.check_alive(self._repository.find_challenge(f"email#{actor.id}"), self._clock.now(), "code")
            tried = model.guess_count(challenge)
            wrong = Invalid("auth.code_wrong", ["code"])
            if not model.is_right(self._keys, challenge, code):
                return Changes(entity=person, previous=person, writes=(tried,), refusal=wrong)
            changed = replace(person, email_address=challenge.target, email=True)
            event = Event(tag="person.email_verified", by=actor.id, party="owner")
            used = Put(row=replace(challenge, used=True, version=challenge.version + 1), expected=challenge)
            return Changes(entity=changed, previous=person, writes=(tried, used), events=(event,))

        return self._transaction.run(decide, context)

    def traces_of(self, person: Person) -> list[Delete]:
        """Return what is kept of a phone and an address (see `people.service.ErasureHook`)."""
        ids = [f"email#{person.id}", f"phone#{self._people.fingerprint(person.phone)}" if person.phone else ""]
        return [Delete(row=challenge) for id in ids if id and (challenge := self._repository.find_challenge(id))]

    def read_me(self, context: RequestContext) -> Person:
        """Return one's own record."""
        return self._people.read_me(context)

    def find_challenge(self, challenge_id: str) -> Challenge | None:
        """Return the challenge that a code goes to."""
        return self._repository.find_challenge(challenge_id)

    def message_context(self, subject: MessageSubject) -> MessageContext | None:
        """Return the code of a challenge; None when the challenge is used, replaced or expired."""
        challenge = self._repository.find_challenge(subject.about)
        if challenge is None or challenge.used or challenge.nonce != subject.params["nonce"]:
            return None
        if challenge.expires_at <= self._clock.now():
            return None
        return MessageContext(facts={"code": model.code_of(self._keys, challenge)})

    def _signed_in(self, person: Person, session: Session) -> SignedIn:
        token, lasts = self._tokens.issue(person.as_actor(session.id))
        refresh = model.refresh_token(self._keys, session)
        return SignedIn(access_token=token, refresh_token=refresh, expires_in=lasts, person=person)


def _refused(challenge: Challenge, tried: Write, refusal: Invalid | Forbidden) -> Changes[Session]:
    """A try that is counted although it is refused."""
    return Changes(entity=challenge, previous=challenge, writes=(tried,), refusal=refusal)  # type: ignore[arg-type]
