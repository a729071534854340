"""Signing in with a code, and the proof of an e-mail address."""

from dataclasses import dataclass, field, replace
from typing import Any

from ..kernel.changes import Changes, Delete, Entity, TimelineEvent, Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Conflict, Forbidden, Invalid, Refusal
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.model import Person
from ..people.moves import GUARDIAN, TERMS
from ..people.phones import Phones
from ..people.records import GuardianGiven
from ..people.registration import Registration
from ..security_trail.audit import AuditLog
from ..security_trail.kinds import EventKind
from ..store.transaction import Transaction
from .challenges import Challenges
from .code_order import CodeOrder
from .dormancy import Dormancy
from .hand_over import FindHandOver, HandOver, kept_blocked
from .model import Challenge, LastSeen, Purpose, Session
from .policy import COOLDOWN, EMAIL_CODES
from .read_out import ReadOutCodes
from .refusals import sign_in_refusal
from .role_codes import RoleCodes
from .sessions import Sessions, SignedIn
from .sign_in_codes import SignInCodes, give_back, phone_target
from .staff_sessions import StaffSessions

__all__ = ["CodeReturned", "SignIn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReturned:
    """A code with its challenge, and what a first sign-in says of the person."""

    phone: str
    code: str
    challenge: str
    name: str | None = None
    text_version: str | None = None
    birth_year: int | None = None
    guardian: GuardianGiven | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """The person who signs in, and what the sign-in writes about them."""

    person: Person
    related: tuple[Changes[Any], ...] = ()
    writes: tuple[Write, ...] = field(default=())


class SignIn:
    """Use cases of signing in."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        keys: Keyring,
        access: Access,
        phones: Phones,
        registration: Registration,
        challenges: Challenges,
        codes: SignInCodes,
        sessions: Sessions,
        staff_sessions: StaffSessions,
        read_out: ReadOutCodes,
        role_codes: RoleCodes,
        dormancy: Dormancy,
        audit: AuditLog,
        find_hand_over: FindHandOver,
    ) -> None:
        self._transaction, self._clock, self._keys = transaction, clock, keys
        self._access, self._phones = access, phones
        self._registration, self._challenges = registration, challenges
        self._dormancy, self._audit = dormancy, audit
        self._find_hand_over = find_hand_over
        self.codes, self.sessions, self.read_out = codes, sessions, read_out
        self.role_codes, self.staff_sessions = role_codes, staff_sessions

    def sign_in(
        self, context: RequestContext, returned: CodeReturned
    ) -> SignedIn:
        """Exchange a code for tokens; the first time, with consent, this makes the account."""

        def decide() -> tuple[Changes[Entity], tuple[Person, Session] | None]:
            proved = self._challenges.verify(
                returned.challenge,
                returned.code,
                Purpose.SIGN_IN,
                target=phone_target(self._phones, returned.phone),
                address=context.address,
            )
            if proved.refusal:
                return proved, None
            try:
                return self._signed_in(context, proved, returned)
            except (Invalid, Forbidden, Conflict) as lacking:
                return self._refused(context, proved, lacking), None

        with self._challenges.counting_refusals():
            _, opened = self._transaction.run_with(decide, context)
        assert opened is not None  # noqa: S101 - a refused sign-in raises
        return self.sessions.signed_in(*opened)

    def _refused(
        self,
        context: RequestContext,
        proved: Changes[Challenge],
        refusal: Refusal,
    ) -> Changes[Challenge]:
        """Return the commit of a right code with which nobody is signed in."""
        tried = self._challenges.incomplete(proved, refusal)
        line = self._challenges.line_of_try(
            EventKind.SIGN_IN, tried.entity, context.address, refusal
        )
        return replace(tried, writes=(*tried.writes, line))

    def _signed_in(
        self,
        context: RequestContext,
        proved: Changes[Challenge],
        returned: CodeReturned,
    ) -> tuple[Changes[Entity], tuple[Person, Session] | None]:
        """Return the commit of a sign-in with a right code; raise what it lacks."""
        phone, now = returned.phone, self._clock.now()
        owner = self._phones.find_owner(phone)
        person, handed = owner, None
        if not owner or not self._dormancy.is_open_to(
            owner, returned.name, now
        ):
            handed = self._find_hand_over(
                phone, returned.name, owner, context.address
            )
            person = handed.before if handed else None
            if handed is None:
                person = self._newer_owner(phone, owner)
                owner = person or owner
        refusal = sign_in_refusal(person, returned.text_version)
        if owner is None and self._phones.is_barred(phone, now):
            refusal = Forbidden("person.blocked")
        if refusal and handed and handed.before.blocked:
            return kept_blocked(proved, handed, refusal), None
        if refusal:
            raise refusal
        if handed:
            account = self._handed_over(handed, returned)
        else:
            account = self._account(context, person, owner, returned)
        return self._open(context, proved, account)

    def _newer_owner(self, phone: str, owner: Person | None) -> Person | None:
        """Return who got a phone since its owner was read: a hand-over ends at any moment."""
        holder = self._phones.find_owner(phone)
        if holder and (owner is None or holder.id != owner.id):
            return holder
        return None

    def _handed_over(
        self, handed: HandOver, returned: CodeReturned
    ) -> _Account:
        """Return the account that gets the number, with the terms that it lacked."""
        agreed = self._agreed(
            handed.person, returned.text_version, returned.guardian
        )
        after, lines = handed.person, tuple[Write, ...]()
        for changes in agreed.related:
            after, lines = changes.entity, changes.writes
        person = replace(after, version=handed.before.version + 1)
        return _Account(person=person, related=handed.parts(after, lines))

    def _open(
        self,
        context: RequestContext,
        proved: Changes[Challenge],
        account: _Account,
    ) -> tuple[Changes[Entity], tuple[Person, Session]]:
        """Return the commit of a sign-in, its person and its session."""
        person = account.person
        opened = self.sessions.open(person, proved.entity, context.agent)
        line = self._audit.record(
            person.as_actor(),
            EventKind.SIGN_IN,
            person,
            address=context.address,
        )
        changes: Changes[Entity] = replace(
            proved,
            writes=(
                *proved.writes,
                *account.writes,
                *give_back(proved.entity),
                line,
            ),
            related=(opened, *account.related),
        )
        return changes, (person, opened.entity)

    def _account(
        self,
        context: RequestContext,
        person: Person | None,
        owner: Person | None,
        returned: CodeReturned,
    ) -> _Account:
        """Return the account that is signed in to: one that is open to the caller, or a new one.

        `owner` has the phone now, and loses it to a new account.
        """
        terms = returned.text_version
        if person is None:
            made, rows = self._registration.new_account(
                returned.phone,
                returned.name or "",
                context.locale,
                terms or "",
                owner,
                returned.birth_year,
                returned.guardian,
            )
            related: tuple[Changes[Person], ...] = ()
            if owner:
                lost = self._dormancy.lose_phone(
                    owner, context.address, self._clock.now()
                )
                related = (lost,)
            return _Account(person=made, related=related, writes=rows)
        return self._agreed(person, terms, returned.guardian)

    def _agreed(
        self, person: Person, terms: str | None, guardian: GuardianGiven | None
    ) -> _Account:
        """Return a known person with the terms and the guardian that they lacked."""
        lines: tuple[Write, ...] = ()
        after = person
        if GUARDIAN not in person.consents:
            after, lines = self._registration.guardians.with_age(
                person, None, guardian
            )
        if terms and person.consents.get(TERMS) != terms:
            agreed = self._registration.agree_to_terms(after, terms)
            after, lines = agreed.entity, (*lines, *agreed.writes)
        if after == person:
            return _Account(person=person)
        changes = Changes(entity=after, previous=person, writes=lines)
        written = replace(after, version=person.version + 1)
        return _Account(person=written, related=(changes,))

    # e-mail

    def send_email_code(self, context: RequestContext, address: str) -> int:
        """Send a code to the actor's e-mail address; return the seconds until the next."""

        def decide() -> Changes[Challenge]:
            now = self._clock.now()
            person = self._access.require_self(
                context, people_permissions.CHANGE_ME
            ).person
            slot = f"email#{person.id}"
            # The account, and each phone: leaving and coming back resets nothing.
            _, *phones = person.limit_subjects
            askers = [slot, *(f"email#{phone}" for phone in phones)]
            mailbox = f"mail#{self._keys.fingerprint('mail', address.lower())}"
            order = CodeOrder(
                purpose=Purpose.EMAIL,
                target=slot,
                address=address,
                asker=f"asker#{slot}",
                locale=context.locale,
                # The limits of the mailbox hold for all actors together.
                counts=[
                    limit.count(subject, now)
                    for subject in (*askers, mailbox)
                    for limit in EMAIL_CODES
                ],
                slot=slot,
                holder=person,
            )
            return self._challenges.issue(order)

        with self._challenges.counting_refusals():
            self._transaction.run(decide, context)
        return int(COOLDOWN.total_seconds())

    def verify_email(self, context: RequestContext, code: str) -> Person:
        """Take a verified e-mail address as a channel."""

        def decide() -> tuple[Changes[Entity], None]:
            person = self._access.require_self(
                context, people_permissions.CHANGE_ME
            ).person
            slot = f"email#{person.id}"
            proved = self._challenges.verify(
                slot,
                code,
                Purpose.EMAIL,
                target=slot,
                address=context.address,
            )
            if proved.refusal:
                return proved, None
            address = self._challenges.address_of(proved.entity)
            if address is None:
                raise Invalid("auth.code_wrong", ["code"])
            changed = replace(person, email_address=address, email=True)
            event = TimelineEvent(
                tag="person.email_verified", actor=person.id, party="owner"
            )
            return Changes(
                entity=changed,
                previous=person,
                events=(event,),
                related=(proved,),
            ), None

        with self._challenges.counting_refusals():
            written, _ = self._transaction.run_with(decide, context)
        assert isinstance(written, Person)  # noqa: S101 - a refusal raises
        return written

    def traces_of(self, person: Person) -> list[Delete]:
        """Return the deletes of a person's phone and address, and of when they were seen."""
        targets = [f"email#{person.id}"]
        if person.phone:
            targets.append(phone_target(self._phones, person.phone))
        seen = LastSeen(person_id=person.id, at=self._clock.now())
        forgotten = [self._challenges.forget(target) for target in targets]
        return [*forgotten, Delete(row=seen)]

    def read_me(self, context: RequestContext) -> Person:
        """Return the actor's record."""
        return self._access.require_self(context).person
