"""Signing in with a code, and the proof of an e-mail address."""

from dataclasses import dataclass, field, replace

from ..kernel.changes import Changes, Delete, Entity, TimelineEvent, Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Forbidden, Invalid
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.model import GUARDIAN, TERMS, GuardianGiven, Person
from ..people.phones import Phones
from ..people.policy import CONSENT_TEXTS
from ..people.registration import Registration
from ..store.transaction import Transaction
from .challenges import Challenges, CodeOrder
from .dormancy import Dormancy
from .model import Challenge, LastSeen, Purpose, Session
from .policy import COOLDOWN, EMAIL_CODES
from .read_out import ReadOutCodes
from .role_codes import RoleCodes
from .sessions import Sessions, SignedIn
from .sign_in_codes import SignInCodes, give_back, phone_target

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
    related: tuple[Changes[Person], ...] = ()
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
        read_out: ReadOutCodes,
        role_codes: RoleCodes,
        dormancy: Dormancy,
    ) -> None:
        self._transaction, self._clock, self._keys = transaction, clock, keys
        self._access, self._phones = access, phones
        self._registration, self._challenges = registration, challenges
        self._dormancy = dormancy
        self.codes, self.sessions, self.read_out = codes, sessions, read_out
        self.role_codes = role_codes

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
            owner = self._phones.find_owner(returned.phone)
            person = owner
            if owner and not self._dormancy.is_open_to(
                owner, returned.name, self._clock.now()
            ):
                person = None
            refusal = _refusal_of(person, returned.text_version)
            if owner is None and self._phones.is_barred(
                returned.phone, self._clock.now()
            ):
                refusal = Forbidden("person.blocked")
            if refusal:
                return self._challenges.incomplete(proved, refusal), None
            try:
                account = self._account(person, owner, returned, context.locale)
            except Invalid as lacking:
                return self._challenges.incomplete(proved, lacking), None
            return self._open(proved, account, context.agent)

        _, opened = self._transaction.run_with(decide, context)
        assert opened is not None  # noqa: S101 - a refused sign-in raises
        return self.sessions.signed_in(*opened)

    def _open(
        self, proved: Changes[Challenge], account: _Account, agent: str
    ) -> tuple[Changes[Entity], tuple[Person, Session]]:
        """Return the commit of a sign-in, its person and its session."""
        opened = self.sessions.open(account.person, proved.entity.device, agent)
        changes: Changes[Entity] = replace(
            proved,
            writes=(
                *proved.writes,
                *account.writes,
                *give_back(proved.entity),
            ),
            related=(opened, *account.related),
        )
        return changes, (account.person, opened.entity)

    def _account(
        self,
        person: Person | None,
        owner: Person | None,
        returned: CodeReturned,
        locale: str,
    ) -> _Account:
        """Return the account that is signed in to: one that is open to the caller, or a new one.

        `owner` has the phone now, and loses it to a new account.
        """
        terms = returned.text_version
        if person is None:
            made, rows = self._registration.new_account(
                returned.phone,
                returned.name or "",
                locale,
                terms or "",
                owner,
                returned.birth_year,
                returned.guardian,
            )
            related: tuple[Changes[Person], ...] = ()
            if owner:
                related = (self._dormancy.lose_phone(owner, self._clock.now()),)
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
            actor = self._access.require_self(
                context, people_permissions.CHANGE_ME
            ).actor
            slot = f"email#{actor.id}"
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
                    for subject in (slot, mailbox)
                    for limit in EMAIL_CODES
                ],
                slot=slot,
            )
            return self._challenges.issue(order)

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
    current = CONSENT_TEXTS[TERMS]
    if text_version not in (None, current):
        return Invalid(
            "consent.version_unknown",
            ["consent", "text_version"],
            current=current,
        )
    return None
