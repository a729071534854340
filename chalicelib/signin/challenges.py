"""Challenges: codes that are asked for, sent and proved, as parts of the commits of use cases.

A challenge belongs to the one who asked for it. Every request makes its own, with its own code
and its own tries. So nobody can replace, use up or end the challenge of somebody else.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.audiences import ChallengeTarget
from ..kernel.changes import Changes, Count, Delete, Message, Put, Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Invalid, Refusal, TooMany
from ..kernel.ids import Ids
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.metrics import Metrics
from ..kernel.network import network_hash
from ..kernel.place import community_of
from ..kernel.rate_limit import RateLimit
from ..people.model import Person
from ..security_trail.audit import AuditLog
from ..security_trail.kinds import EventKind
from . import model
from .code_order import CodeOrder, Destination
from .model import Challenge, CodeAsker, CodeTarget, Purpose
from .policy import (
    WRONG_PER_ADDRESS,
    WRONG_PER_TARGET,
    pause_after,
)
from .read_out_guesses import ReadOutGuesses
from .repository import SessionRepository

__all__ = ["Challenges"]

_KEPT = timedelta(days=1)  # after the last use, for a late message


class Challenges:
    """Issues codes and verifies them. It does not ask on whose behalf: the caller has authorized.

    `issue` and `verify` return decisions. A caller commits them, alone or with its own.
    """

    def __init__(
        self,
        *,
        repository: SessionRepository,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        audit: AuditLog,
        metrics: Metrics,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._ids, self._keys = ids, keys
        self._audit, self._metrics = audit, metrics
        self._read_outs = ReadOutGuesses(repository, keys)

    def issue(self, order: CodeOrder) -> Changes[Challenge]:
        """Return the decision that makes a challenge and sends its code.

        Raises:
            TooMany: the asker had a code less than a minute ago.

        """
        now = self._clock.now()
        last = self._repository.find_asker(order.asker)
        model.check_cooldown(last, now)
        before = None
        if order.slot:
            before = self._repository.find_challenge(order.slot)
        challenge = self._new(order, now)
        target = CodeTarget(
            id=order.target,
            address=order.address,
            ttl=challenge.expires_at + _KEPT,
        )
        message = Message(
            kind=f"code.{order.purpose}",
            audience=ChallengeTarget(challenge.id),
            subject=challenge.id,
            params={"nonce": challenge.nonce},
        )
        return Changes(
            entity=challenge,
            previous=before,
            writes=(Put(row=target), _asked(last, order, now), *order.counts),
            messages=(message,) if order.sent else (),
        )

    def _new(self, order: CodeOrder, now: datetime) -> Challenge:
        expires = now + order.lasts
        return Challenge(
            id=order.slot or self._ids.new("chl"),
            created_at=now,
            updated_at=now,
            nonce=self._ids.new("non"),
            target=order.target,
            purpose=order.purpose,
            asker=order.asker,
            locale=order.locale,
            expires_at=expires,
            device=order.device,
            person_id=order.person_id,
            holder=order.holder.id if order.holder else None,
            place=_community_of(order.holder),
            about=order.about,
            muted=order.muted,
            ttl=expires + _KEPT,
        )

    def verify(
        self,
        challenge_id: str,
        code: str,
        purpose: Purpose,
        *,
        target: str,
        address: str,
    ) -> Changes[Challenge]:
        """Return the decision about a code: the challenge is used, or one more try is spent.

        A code that staff have read out to the person counts for every sign-in challenge of theirs.

        A wrong code is a decision with a `refusal`: commit it alone. A right one goes into the
        `related` of the caller's changes. `address` is the network address of the caller.

        Raises:
            Invalid: there is no such challenge for this purpose and target any more.
            TooMany: the challenge has no try left, or a pause goes on after wrong codes.

        """
        now = self._clock.now()
        found = self._repository.find_challenge(challenge_id)
        challenge = model.check_alive(found, purpose, target, now)
        wrong = self._wrong_counts(challenge, address, now)
        pause = timedelta(0)
        if challenge.failed_at:
            pause = pause_after(max(self._repository.read_counters(wrong)))
        model.check_tries(challenge, pause, now)
        if model.is_right(self._keys, challenge, code):
            return _used(challenge, (), now)
        guess = self._read_outs.guess(challenge, code, now)
        if guess.is_right:
            return _used(challenge, guess.writes, now)
        writes = (*wrong, *guess.writes)
        return self._failed(challenge, writes, address, now)

    def notice(
        self,
        kind: str,
        target: str | None,
        address: str,
        locale: str,
        counts: Sequence[Count] = (),
    ) -> Changes[Challenge]:
        """Return the decision that sends a notice to an address that may have no account.

        Its challenge holds the address. Nobody can answer it. Without `target` the address is kept
        for this notice alone, and goes when it is settled.
        """
        id = self._ids.new("chl")
        order = CodeOrder(
            purpose=Purpose.NOTICE,
            target=target or id,
            address=address,
            asker="",
            locale=locale,
            slot=id,
        )
        challenge = replace(self._new(order, self._clock.now()), used=True)
        row = CodeTarget(id=order.target, address=address, ttl=challenge.ttl)
        message = Message(
            kind=kind,
            audience=ChallengeTarget(challenge.id),
            subject=challenge.id,
        )
        return Changes(
            entity=challenge,
            previous=None,
            writes=(Put(row=row), *counts),
            messages=(message,),
        )

    def _failed(
        self,
        challenge: Challenge,
        wrong: Sequence[Write],
        address: str,
        now: datetime,
    ) -> Changes[Challenge]:
        """Return the decision about a wrong code: counted and noted, although it is refused."""
        refusal = Invalid("auth.code_wrong", ["code"])
        line = self.line_of_try(
            EventKind.CODE_WRONG, challenge, address, refusal
        )
        self._metrics.count("WrongCodes")
        return Changes(
            entity=replace(challenge, tries=challenge.tries + 1, failed_at=now),
            previous=challenge,
            writes=(*wrong, line),
            refusal=refusal,
        )

    def line_of_try(
        self,
        kind: EventKind,
        challenge: Challenge,
        address: str,
        refusal: Refusal,
    ) -> Put:
        """Return the line in the security trail of a refused try."""
        return self._audit.record_try(
            kind,
            address,
            result=refusal.code,
            subject=challenge.holder,
            place=challenge.place,
            phone_hash=challenge.phone_hash,
        )

    def incomplete(
        self, proved: Changes[Challenge], refusal: Refusal
    ) -> Changes[Challenge]:
        """Return a right code as a spent try, for a request that lacks something else."""
        challenge = proved.entity
        tried = replace(challenge, used=False, tries=challenge.tries + 1)
        return Changes(entity=tried, previous=proved.previous, refusal=refusal)

    def _wrong_counts(
        self, challenge: Challenge, address: str, now: datetime
    ) -> tuple[Count, ...]:
        """Return the writes that count a wrong code for its target and for the caller's network."""
        network = f"address#{self.network_key(address)}"
        return (
            _tally(WRONG_PER_TARGET, challenge.target, now),
            _tally(WRONG_PER_ADDRESS, network, now),
        )

    def network_key(self, address: str) -> str:
        """Return the keyed hash of a caller's network, by which requests are counted."""
        return network_hash(self._keys, address)

    @contextmanager
    def counting_refusals(self) -> Iterator[None]:
        """Count the refusal of a code, or of a try, for there were too many, and by which limit."""
        try:
            yield
        except TooMany as refused:
            self._metrics.count("CodesRefused")
            self._metrics.count("CodesRefused", reason=refused.limit)
            raise

    def find(self, challenge_id: str) -> Challenge | None:
        """Return a challenge."""
        return self._repository.find_challenge(challenge_id)

    def code_of(self, challenge: Challenge) -> str:
        """Return the code of a challenge."""
        return model.code_of(self._keys, challenge)

    def address_of(self, challenge: Challenge) -> str | None:
        """Return the phone or e-mail address to which the code went; None after an erasure."""
        target = self._repository.find_target(challenge.target)
        return target.address if target else None

    def destination(self, challenge_id: str) -> Destination | None:
        """Return the address to which a code is to be sent; None after an erasure."""
        challenge = self._repository.find_challenge(challenge_id)
        if challenge is None:
            return None
        address = self.address_of(challenge)
        if address is None:
            return None
        return Destination(
            challenge_id=challenge.id,
            purpose=challenge.purpose,
            address=address,
            locale=challenge.locale,
            is_for_it_alone=challenge.is_own_target,
        )

    def drop_address(self, destination: Destination) -> None:
        """Delete the address of a message that is settled, if nothing else needs it. Idempotent."""
        if destination.is_for_it_alone:
            target = self._target_without_address(destination.challenge_id)
            self._repository.delete_target(target)

    def message_context(self, subject: MessageSubject) -> MessageContext | None:
        """Return the code of a challenge; None if the code is not to be sent, or not any more."""
        challenge = self._repository.find_challenge(subject.subject)
        if challenge is None or challenge.used or challenge.muted:
            return None
        is_replaced = challenge.nonce != subject.params["nonce"]
        if is_replaced or challenge.expires_at <= self._clock.now():
            return None
        return MessageContext(facts={"code": self.code_of(challenge)})

    def forget(self, target: str) -> Delete:
        """Return the deletion of a phone or address that codes went to."""
        return Delete(row=self._target_without_address(target))

    def _target_without_address(self, id: str) -> CodeTarget:
        """Return what names the row of an address, to delete it."""
        return CodeTarget(id=id, address="", ttl=self._clock.now())


def _community_of(holder: Person | None) -> str | None:
    """Return the community whose staff may read of tries with a person's codes."""
    if holder is None or not holder.places:
        return None
    return community_of(holder.places[0])


def _used(
    challenge: Challenge, further: Sequence[Write], now: datetime
) -> Changes[Challenge]:
    """Return the decision about a right code. The next one needs no pause."""
    asker = CodeAsker(
        id=challenge.asker, created_at=now, updated_at=now, ttl=now
    )
    return Changes(
        entity=replace(challenge, used=True),
        previous=challenge,
        writes=(Delete(row=asker), *further),
    )


def _asked(last: CodeAsker | None, order: CodeOrder, now: datetime) -> Write:
    """Return the row of an asker. Two requests at once cannot both write it."""
    asker = CodeAsker(
        id=order.asker,
        version=last.version + 1 if last else 1,
        created_at=now,
        updated_at=now,
        ttl=now + _KEPT,
    )
    return Put(row=asker, new=last is None, expected=last)


def _tally(limit: RateLimit, subject: str, now: datetime) -> Count:
    """Return the write that adds 1 in a window and never refuses."""
    return replace(limit.count(subject, now), limit=None, refusal=None)
