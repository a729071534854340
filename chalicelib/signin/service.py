"""Signing in and out."""

from dataclasses import dataclass, replace
from typing import Protocol

from ..kernel.access import Actor
from ..kernel.audiences import ChallengeTarget
from ..kernel.changes import Changes, Delete, Message, Put, TimelineEvent, Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Forbidden, Invalid, Unauthenticated
from ..kernel.ids import Ids
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.rate_limit import RateLimit
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import TERMS, Person, end_session
from ..people.phones import Phones
from ..people.registration import Registration
from ..people.service import People
from ..store.transaction import Transaction
from . import model
from .model import Challenge, Purpose, Reused, Session
from .policy import CODES_PER_TARGET, COOLDOWN, CodeLimits, codes_per
from .repository import SessionRepository

__all__ = ["SignIn", "SignedIn", "TokenIssuer"]


class TokenIssuer(Protocol):
    """Makes access tokens."""

    def issue(self, actor: Actor) -> tuple[str, int]:
        """Return a token and its life in seconds."""
        ...


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
        access: Access,
        people: People,
        phones: Phones,
        registration: Registration,
        tokens: TokenIssuer,
        limits: CodeLimits,
    ) -> None:
        self._repository, self._access = repository, access
        self._transaction, self._clock, self._ids, self._keys = (
            transaction,
            clock,
            ids,
            keys,
        )
        self._people, self._phones, self._registration = (
            people,
            phones,
            registration,
        )
        self._tokens, self._limits = tokens, limits

    def send_code(self, context: RequestContext, phone: str) -> int:
        """Send a sign-in code; return after how many seconds another may be asked for.

        A known and an unknown phone get the same answer. An account is made at sign-in.
        """
        id = f"phone#{self._phones.fingerprint(phone)}"
        limits = [(id, limit) for limit in CODES_PER_TARGET]
        limits.append(
            (
                f"address#{context.address}",
                codes_per("hour", self._limits.per_address_hour),
            )
        )
        limits.append(("codes", codes_per("day", self._limits.per_day)))
        self._challenge(context, id, phone, Purpose.SIGN_IN, limits)
        return int(COOLDOWN.total_seconds())

    def send_email_code(self, context: RequestContext, address: str) -> int:
        """Send a code to the actor's e-mail address; return the seconds until the next."""
        actor = self._access.require_self(context).actor
        id = f"email#{actor.id}"
        mailbox = f"mail#{self._keys.fingerprint('mail', address.lower())}"  # for all actors
        limits = [
            (subject, limit)
            for subject in (id, mailbox)
            for limit in CODES_PER_TARGET
        ]
        self._challenge(context, id, address, Purpose.EMAIL, limits)
        return int(COOLDOWN.total_seconds())

    def _challenge(
        self,
        context: RequestContext,
        id: str,
        target: str,
        purpose: Purpose,
        limits: list[tuple[str, RateLimit]],
    ) -> None:
        def decide() -> Changes[Challenge]:
            now = self._clock.now()
            before = self._repository.find_challenge(id)
            model.may_issue(before, now)
            nonce = self._ids.new("non")
            fresh = model.issue_challenge(
                before,
                id=id,
                target=target,
                purpose=purpose,
                nonce=nonce,
                locale=context.locale,
                now=now,
            )
            message = Message(
                kind=f"code.{purpose}",
                audience=ChallengeTarget(id),
                subject=id,
                params={"nonce": nonce},
            )
            counts = tuple(
                limit.count(subject, now) for subject, limit in limits
            )
            return Changes(
                entity=fresh,
                previous=before,
                writes=counts,
                messages=(message,),
            )

        self._transaction.run(decide, context)

    def sign_in(
        self,
        context: RequestContext,
        phone: str,
        code: str,
        name: str | None,
        text_version: str | None,
    ) -> SignedIn:
        """Exchange a code for tokens; the first time, with consent, this makes the account."""
        id = f"phone#{self._phones.fingerprint(phone)}"

        def decide() -> tuple[Changes[Session], Person | None]:
            challenge = self._repository.find_challenge(id)
            challenge = model.check_alive(challenge, self._clock.now(), "code")
            if not model.is_right(self._keys, challenge, code):
                return _refused(
                    challenge, Invalid("auth.code_wrong", ["code"])
                ), None
            person = self._phones.find_owner(phone)
            refusal = _refusal_of(person, text_version)
            if refusal:
                return _refused(challenge, refusal), None
            person, agreed, rows = self._account(
                person, phone, name, context.locale, text_version
            )
            session = model.open_session(
                id=self._ids.new("ses"),
                person_id=person.id,
                token_version=person.token_version,
                now=self._clock.now(),
            )
            writes = (model.guess_count(challenge), _use(challenge), *rows)
            return Changes(
                entity=session, previous=None, writes=writes, related=agreed
            ), person

        session, person = self._transaction.run_with(decide, context)
        assert person is not None  # noqa: S101 - a refused sign-in raises
        return self._signed_in(person, session)

    def _account(
        self,
        person: Person | None,
        phone: str,
        name: str | None,
        locale: str,
        text_version: str | None,
    ) -> tuple[Person, tuple[Changes[Person], ...], tuple[Write, ...]]:
        """Return the person who signs in, their consent to the terms, and the rows of a new one."""
        if person is None:
            terms = text_version or ""
            made, rows = self._registration.new_account(
                phone, name or "", locale, terms
            )
            return made, (), rows
        if not text_version or TERMS in person.consents:
            return person, (), ()
        agreed = self._registration.agree_to_terms(person, text_version)
        written = replace(
            agreed.entity, version=person.version + 1
        )  # as the commit leaves it
        return written, (agreed,), ()

    def refresh(self, context: RequestContext, token: str) -> SignedIn:
        """Exchange a refresh token for the next pair. A spent token revokes the family."""
        session_id, generation = model.read_refresh(self._keys, token)

        def decide() -> Changes[Session]:
            session = self._repository.find_session(session_id)
            if session is None:
                raise Unauthenticated("auth.refresh_invalid")
            return Changes(
                entity=model.refresh(session, generation, self._clock.now()),
                previous=session,
            )

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
        person.check_still_valid(person.as_actor(session.id))
        return self._signed_in(person, session)

    def sign_out(self, context: RequestContext) -> None:
        """End the session of the actor's token, its refresh tokens and its access tokens."""
        actor = self._access.require_self(context).actor
        self._end(context, actor.session, actor.id)

    def _end(
        self, context: RequestContext, session_id: str, person_id: str
    ) -> None:
        """End a family of tokens. Each write reads the person, which ends its access tokens."""

        def decide() -> Changes[Person]:
            session = self._repository.find_session(session_id)
            person = self._people.find(person_id)
            if person is None:
                raise Unauthenticated("auth.refresh_invalid")
            over = (
                (
                    Put(
                        row=replace(
                            session, ended=True, version=session.version + 1
                        )
                    ),
                )
                if session
                else ()
            )
            event = TimelineEvent(
                tag="person.signed_out", actor=person.id, party="owner"
            )
            signed_out = end_session(person, session_id, self._clock.now())
            return Changes(
                entity=signed_out, previous=person, writes=over, events=(event,)
            )

        self._transaction.run(decide, context)

    def verify_email(self, context: RequestContext, code: str) -> Person:
        """Take a verified e-mail address as a channel."""

        def decide() -> Changes[Person]:
            person = self._access.require_self(context).person
            found = self._repository.find_challenge(f"email#{person.id}")
            challenge = model.check_alive(found, self._clock.now(), "code")
            tried = model.guess_count(challenge)
            if not model.is_right(self._keys, challenge, code):
                wrong = Invalid("auth.code_wrong", ["code"])
                return Changes(
                    entity=person,
                    previous=person,
                    writes=(tried,),
                    refusal=wrong,
                )
            changed = replace(
                person, email_address=challenge.target, email=True
            )
            event = TimelineEvent(
                tag="person.email_verified", actor=person.id, party="owner"
            )
            used = _use(challenge)
            return Changes(
                entity=changed,
                previous=person,
                writes=(tried, used),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def traces_of(self, person: Person) -> list[Delete]:
        """Return the deletes of the challenges of a person's phone and address."""
        ids = [f"email#{person.id}"]
        if person.phone:
            ids.append(f"phone#{self._phones.fingerprint(person.phone)}")
        challenges = [self._repository.find_challenge(id) for id in ids]
        return [Delete(row=challenge) for challenge in challenges if challenge]

    def read_me(self, context: RequestContext) -> Person:
        """Return the actor's record."""
        return self._access.require_self(context).person

    def find_challenge(self, challenge_id: str) -> Challenge | None:
        """Return the challenge that a code goes to."""
        return self._repository.find_challenge(challenge_id)

    def message_context(self, subject: MessageSubject) -> MessageContext | None:
        """Return the code of a challenge; None when the challenge is used, replaced or expired."""
        challenge = self._repository.find_challenge(subject.subject)
        if (
            challenge is None
            or challenge.used
            or challenge.nonce != subject.params["nonce"]
        ):
            return None
        if challenge.expires_at <= self._clock.now():
            return None
        return MessageContext(
            facts={"code": model.code_of(self._keys, challenge)}
        )

    def _signed_in(self, person: Person, session: Session) -> SignedIn:
        token, lasts = self._tokens.issue(person.as_actor(session.id))
        refresh = model.refresh_token(self._keys, session)
        return SignedIn(
            access_token=token,
            refresh_token=refresh,
            expires_in=lasts,
            person=person,
        )


def _refusal_of(
    person: Person | None, text_version: str | None
) -> Invalid | Forbidden | None:
    """Return why a person with the right code may not sign in; None if they may."""
    if person and person.blocked:
        return Forbidden("person.blocked")
    known = person is not None and (
        person.appointed or TERMS in person.consents
    )
    if not known and text_version is None:
        return Invalid("consent.required", ["consent"])
    return None


def _use(challenge: Challenge) -> Put:
    """Return the challenge as used; two sign-ins with one code cannot both succeed."""
    used = replace(challenge, used=True, version=challenge.version + 1)
    return Put(row=used, expected=challenge)


def _refused(
    challenge: Challenge, refusal: Invalid | Forbidden
) -> Changes[Session]:
    """Return a try that is counted although it is refused."""
    tried = model.guess_count(challenge)
    return Changes(
        entity=challenge,  # type: ignore[arg-type]
        previous=challenge,  # type: ignore[arg-type]
        writes=(tried,),
        refusal=refusal,
    )
