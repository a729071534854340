"""The change of one's own phone: a code to the old number and one to the new."""

from dataclasses import dataclass, replace

from ..kernel.access import Relation
from ..kernel.changes import Changes, Entity, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, Invalid
from ..kernel.request import RequestContext
from ..kernel.state_table import Mover
from ..people.access import Access, Granted
from ..people.kept_session import KeptSession
from ..people.model import Person
from ..people.phones import Phones
from ..security_trail.audit import AuditLog
from ..signin.challenges import Challenges
from ..signin.model import Challenge, Purpose
from ..signin.policy import COOLDOWN
from ..signin.sessions import Sessions
from ..signin.sign_in_codes import (
    CodeSent,
    give_back,
    phone_target,
)
from ..store.transaction import Transaction
from . import decisions, permissions
from .code_orders import CodeOrders, id_of_new
from .model import CorrectionState, PhoneCorrection
from .numbers import Numbers
from .repository import PhoneCorrectionRepository

__all__ = ["OwnPhone", "ReturnedCodes", "code_sent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedCodes:
    """The codes of a change of phone, and their challenge."""

    challenge: str
    code_old: str
    code_new: str


class OwnPhone:
    """Use cases of people about their own phone.

    No answer shows whether anybody has a number. A number that is not free gets
    a notice in place of the code, and the code is never right.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PhoneCorrectionRepository,
        clock: Clock,
        access: Access,
        phones: Phones,
        challenges: Challenges,
        orders: CodeOrders,
        sessions: Sessions,
        numbers: Numbers,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._access = clock, access
        self._phones, self._challenges = phones, challenges
        self._orders, self._sessions = orders, sessions
        self._numbers, self._audit = numbers, audit

    def send_codes(self, context: RequestContext, phone: str) -> CodeSent:
        """Send a code to the actor's phone and one to the phone that they want.

        Raises:
            Conflict: staff correct the phone, and that is not decided.
            TooMany: too soon, too many changes, or too many codes to a number.

        """

        def decide() -> Changes[Challenge]:
            person = self._require(context).person
            if phone == person.phone:
                raise Invalid("phone_change.same", ["phone"])
            return self._orders.ordered(
                person, phone, context.locale, context.address
            )

        challenge = self._transaction.run(decide, context)
        return code_sent(challenge.id)

    def _require(self, context: RequestContext) -> Granted:
        """Return the actor, who has a phone that nobody corrects."""
        granted = self._access.require_self(context, permissions.CHANGE)
        if granted.person.phone is None:
            raise Conflict("person.no_phone")
        self.check_settled(granted.actor.id)
        return granted

    def check_settled(self, person_id: str) -> None:
        """Refuse what the holder of a doubted phone must not do, with Conflict."""
        correction = self._repository.find(person_id)
        if correction and correction.is_live:
            raise Conflict("phone_change.pending")

    def verify(
        self, context: RequestContext, returned: ReturnedCodes
    ) -> Person:
        """Give the actor the new number. Their other sessions end.

        Raises:
            Invalid: one of the codes is wrong. The try of that code is spent.

        """

        def decide() -> tuple[Changes[Entity], None]:
            granted = self._require(context)
            proved = self._prove_old(granted.person, returned, context)
            if proved.refusal:
                return proved, None
            asked = self._prove_new(returned, context)
            if asked.refusal:
                return asked, None
            phone = self._challenges.address_of(asked.entity) or ""
            number = self._numbers.standing(phone)
            if not phone or not number.is_free:
                wrong = Invalid("auth.code_wrong", ["code_new"])
                return self._challenges.incomplete(asked, wrong), None
            changed = self._changed(context, granted.person, phone)
            moved = self._moved(granted, changed, number.loser, context)
            related = (proved, _answered(asked), *moved.related)
            return replace(moved, related=related), None

        written, _ = self._transaction.run_with(decide, context)
        assert isinstance(written, Person)  # noqa: S101 - a refusal raises
        return written

    def _prove_old(
        self,
        person: Person,
        returned: ReturnedCodes,
        context: RequestContext,
    ) -> Changes[Challenge]:
        return self._prove(
            returned.challenge,
            returned.code_old,
            Purpose.PHONE_OLD,
            phone_target(self._phones, person.phone or ""),
            "code_old",
            context.address,
        )

    def _prove_new(
        self, returned: ReturnedCodes, context: RequestContext
    ) -> Changes[Challenge]:
        id = id_of_new(returned.challenge)
        found = self._challenges.find(id)
        return self._prove(
            id,
            returned.code_new,
            Purpose.PHONE_NEW,
            found.target if found else "",
            "code_new",
            context.address,
        )

    def _prove(
        self,
        challenge: str,
        code: str,
        purpose: Purpose,
        target: str,
        field: str,
        address: str,
    ) -> Changes[Challenge]:
        """Return the decision about one code. A refusal names its field."""
        try:
            proved = self._challenges.verify(
                challenge, code, purpose, target=target, address=address
            )
        except Invalid as wrong:
            raise Invalid(wrong.code, [field]) from None
        if proved.refusal:
            refusal = Invalid(proved.refusal.code, [field])
            return replace(proved, refusal=refusal)
        return proved

    def _changed(
        self, context: RequestContext, person: Person, phone: str
    ) -> Person:
        """Return the actor with the number; the session of the request lives on."""
        changed = self._numbers.given(person, phone)
        kept = KeptSession(
            id=context.actor.session,
            before=context.actor.token_version,
            after=changed.token_version,
        )
        return replace(changed, kept_session=kept)

    def _moved(
        self,
        granted: Granted,
        changed: Person,
        loser: Person | None,
        context: RequestContext,
    ) -> Changes[Person]:
        person = granted.person
        event = TimelineEvent(
            tag="person.phone_changed", actor=person.id, party="owner"
        )
        line = self._audit.record(
            granted.actor,
            "person.phone_changed",
            person,
            detail="by the person",
            address=context.address,
        )
        kept = self._sessions.kept(changed, context.actor.session)
        return self._numbers.moved(
            person,
            changed,
            loser,
            event,
            address=context.address,
            writes=(line,),
            related=(*kept, *self._numbers.notice_of_change(person)),
        )

    def read_me(self, context: RequestContext) -> Person:
        """Return the actor's record."""
        return self._access.require_self(context).person

    def stop(self, context: RequestContext) -> None:
        """Stop the correction of the actor's phone that staff have asked for. Idempotent.

        Raises:
            Conflict: staff correct nothing, or the 24 hours are over.

        """

        def decide() -> Changes[PhoneCorrection]:
            granted = self._access.require_self(context, permissions.STOP)
            correction = self._repository.find(granted.actor.id)
            if correction is None or not correction.is_live:
                raise Conflict("phone_change.none")
            if correction.state is CorrectionState.STOPPED:
                return Changes(entity=correction, previous=correction)
            mover = Mover(
                id=granted.actor.id,
                relations=frozenset({Relation.OWNER}),
                now=self._clock.now(),
            )
            stopped = decisions.stop(correction, mover)
            line = self._audit.record(
                granted.actor,
                "person.phone_change_stopped",
                granted.person,
                detail="in the app",
                address=context.address,
            )
            return replace(stopped, writes=(line,))

        self._transaction.run(decide, context)


def code_sent(challenge: str) -> CodeSent:
    """Return the answer to a request for codes."""
    seconds = int(COOLDOWN.total_seconds())
    return CodeSent(challenge=challenge, retry_after=seconds)


def _answered(asked: Changes[Challenge]) -> Changes[Challenge]:
    """Return the use of a challenge, whose code was asked for by its owner."""
    writes = (*asked.writes, *give_back(asked.entity))
    return replace(asked, writes=writes)
