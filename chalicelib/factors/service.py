"""Use cases about one's own second factor: set it up, and show it."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Message, Write
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, Forbidden, Invalid
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.factor_gate import FactorState
from ..people.model import Person
from ..security_trail.audit import AuditLog
from ..signin.repository import SessionRepository
from ..store.transaction import Transaction
from . import permissions
from .codes import Accepted, FactorCodes, PendingFactor
from .model import Factor
from .policy import (
    CODES,
    FRESH_FOR,
    SIGNED_IN_WITHIN,
)
from .repository import FactorRepository
from .resets import FactorResets

__all__ = ["Factors", "ShownFactor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFactor:
    """A factor that was shown. `recovery_codes` are there when it has just been confirmed."""

    fresh_until: datetime | None
    recovery_codes: tuple[str, ...] | None
    recovery_codes_left: int


class Factors:
    """Use cases about one's own factor."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: FactorRepository,
        sessions: SessionRepository,
        clock: Clock,
        codes: FactorCodes,
        access: Access,
        audit: AuditLog,
        resets: FactorResets,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._sessions, self._clock = sessions, clock
        self._access, self._audit = access, audit
        self._codes, self.resets = codes, resets

    def set_up(self, context: RequestContext) -> PendingFactor:
        """Make a secret for the actor's app. It counts once a code has confirmed it.

        Raises:
            Forbidden: the actor has a factor and must show it first, or has none and must sign in
                by SMS again.

        """

        def decide() -> tuple[Changes[Factor], PendingFactor]:
            granted = self._require(context)
            person, now = granted.person, self._clock.now()
            session = granted.actor.session
            known = self._repository.find_factor(person.id)
            self._check_may_set_up(known, session, now)
            factor = known or Factor(
                id=person.id, created_at=now, updated_at=now
            )
            seed = self._codes.new_seed(now)
            changed = replace(factor, pending=seed, pending_session=session)
            return (
                Changes(entity=changed, previous=known),
                self._codes.pending(person.id, person.name, seed),
            )

        return self._transaction.run_with(decide, context)[1]

    def reread_pending(self, context: RequestContext) -> PendingFactor:
        """Return the secret of a repeated request.

        Raises:
            Conflict: it has been confirmed, or has expired.

        """
        granted = self._require(context)
        known = self._repository.find_factor(granted.actor.id)
        now, seed = self._clock.now(), None
        if known:
            seed = known.pending_for(granted.actor.session, now)
        if seed is None:
            raise Conflict("factor.none")
        person = granted.person
        return self._codes.pending(person.id, person.name, seed)

    def _require(self, context: RequestContext) -> Granted:
        return self._access.require_self(context, permissions.FACTOR)

    def _check_may_set_up(
        self, known: Factor | None, session_id: str, now: datetime
    ) -> None:
        """Refuse another factor without the one before, and a first one without an SMS code."""
        if known and known.seed:
            fresh = known.is_fresh(session_id, now)
            FactorState(exists=True, fresh=fresh).check()
            return
        session = self._sessions.find_session(session_id)
        if session is None or session.read_out:
            raise Forbidden("factor.sign_in_again")
        if now >= session.created_at + SIGNED_IN_WITHIN:
            raise Forbidden("factor.sign_in_again")

    def show(self, context: RequestContext, code: str) -> ShownFactor:
        """Confirm a pending factor, or show the confirmed one; it is then fresh in this session.

        Every code is counted, so that nobody guesses one.

        Raises:
            Conflict: the actor has set up no factor.
            Invalid: the code is wrong, or was used before.
            TooMany: there were too many codes.

        """

        def decide() -> tuple[Changes[Factor], ShownFactor | None]:
            granted = self._require(context)
            person, now = granted.person, self._clock.now()
            factor = self._repository.find_factor(person.id)
            if factor is None:
                raise Conflict("factor.none")
            counts = _counts(person, now)
            session = granted.actor.session
            accepted = self._codes.accept(factor, code, session, now)
            if accepted is None:
                line = self._wrong_line(context, granted)
                counted = (*counts, line)
                return self._wrong(factor, code, counted, now), None
            after = self._codes.renewed(
                accepted.factor.shown(session, now), now
            )
            return Changes(
                entity=after,
                previous=factor,
                writes=(*counts, *self._lines(context, granted, accepted)),
                messages=_messages(accepted),
            ), _shown(after, session, accepted.recovery_codes)

        _, shown = self._transaction.run_with(decide, context)
        assert shown is not None  # noqa: S101 - a refusal raises
        return shown

    def _wrong_line(self, context: RequestContext, granted: Granted) -> Write:
        """Return the line of the security trail about a wrong code."""
        return self._audit.record(
            granted.actor,
            "auth.factor_wrong",
            granted.person,
            address=context.address,
            result="auth.code_wrong",
        )

    def _wrong(
        self,
        factor: Factor,
        code: str,
        counts: tuple[Write, ...],
        now: datetime,
    ) -> Changes[Factor]:
        """Return the count of a wrong code.

        Raises:
            Invalid: the code was used before. A repeated request may be answered.

        """
        refusal = Invalid("auth.code_wrong", ["code"])
        if self._codes.was_used(factor, code, now):
            raise refusal
        return Changes(
            entity=factor, previous=factor, writes=counts, refusal=refusal
        )

    def reread_shown(self, context: RequestContext) -> ShownFactor:
        """Return the state of the factor for a repeated request, without recovery codes."""
        granted = self._require(context)
        factor = self._repository.find_factor(granted.actor.id)
        if factor is None:
            raise Conflict("factor.none")
        return _shown(factor, granted.actor.session, None)

    def _lines(
        self, context: RequestContext, granted: Granted, accepted: Accepted
    ) -> tuple[Write, ...]:
        if not accepted.audit:
            return ()
        line = self._audit.record_own(
            granted.person, accepted.audit, context.address
        )
        return (line,)


def _counts(person: Person, now: datetime) -> tuple[Write, ...]:
    """Return the writes that count a code of a person, or refuse it."""
    counts: tuple[Write, ...] = ()
    for limit in CODES:
        counts += limit.counts(person.limit_subjects, now)
    return counts


def _messages(accepted: Accepted) -> tuple[Message, ...]:
    """Return the notice about a new factor, for its owner to object."""
    if accepted.recovery_codes is None:
        return ()
    person_id = accepted.factor.id
    notice = Message(
        kind="account.factor_set",
        audience=OnePerson(person_id),
        subject=person_id,
    )
    return (notice,)


def _shown(
    factor: Factor, session: str, codes: tuple[str, ...] | None
) -> ShownFactor:
    at = factor.shown_at(session)
    return ShownFactor(
        fresh_until=at + FRESH_FOR if at else None,
        recovery_codes=codes,
        recovery_codes_left=len(factor.recovery),
    )
