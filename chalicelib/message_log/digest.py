"""The digest of a day, and bundles of some minutes: messages are collected and sent as one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ..kernel.audiences import SeveralPeople
from ..kernel.clock import Clock, to_text
from ..kernel.job import ScheduledJob, Send
from ..kernel.template import Pot, Templates
from ..store.outbox import Outbox
from . import decisions, policy
from .attempts import AttemptStore
from .budget import Bill
from .collected_texts import CollectedTexts, Collection
from .log import MessageLog
from .model import (
    DIGEST,
    MORNING,
    Channel,
    DeliveryState,
    Envelope,
    MessageAttempt,
    SuppressionReason,
    id_of_parts,
)
from .repository import MessageRepository

__all__ = ["Digest"]


class Digest:
    """Collects messages, sends one for all of them and settles the attempts that it covers.

    A digest is sent once a day. A bundle has what came to a phone of staff within some minutes, or
    what quiet hours have held back.
    """

    def __init__(
        self,
        *,
        repository: MessageRepository,
        attempts: AttemptStore,
        log: MessageLog,
        texts: CollectedTexts,
        outbox: Outbox,
        clock: Clock,
        templates: Templates,
    ) -> None:
        self._repository = repository
        self._attempts = attempts
        self._log = log
        self._texts = texts
        self._outbox = outbox
        self._clock = clock
        self._templates = templates

    def add(self, envelope: Envelope, at: datetime, bundle: str = "") -> bool:
        """Hold a message for the digest of an instant, or for a kind of `bundle`.

        Return False if it was attempted before.
        """
        held = replace(
            self._attempts.new(envelope, DeliveryState.HELD),
            channel=Channel.BUNDLE if bundle else Channel.DIGEST,
            bundle=bundle,
            next_at=at,
            template=envelope.template.version,
        )
        if not self._attempts.claim(held):
            known = self._attempts.find(envelope)
            if known is None or known.state is not DeliveryState.HELD:
                return False
        self._attempts.add_recipients(held, envelope.recipient)
        self._outbox.put(decisions.job_of_held(held, at))
        return True

    def held_for(self, send: Send, now: datetime) -> list[MessageAttempt]:
        """Return the held attempts of a digest or bundle that is due, oldest first."""
        if send.message_kind == DIGEST:
            return self._held_for_digest(send.subject, now)
        held = []
        for attempt in self._held(send.subject, Channel.BUNDLE):
            at = attempt.next_at and to_text(attempt.next_at)
            if (attempt.bundle, at) == (send.message_kind, send.params["at"]):
                held.append(attempt)
        return held

    def _held_for_digest(
        self, person: str, now: datetime
    ) -> list[MessageAttempt]:
        due = []
        for attempt in self._held(person, Channel.DIGEST):
            if attempt.next_at is None or attempt.next_at <= now:
                due.append(attempt)
        return due

    def _held(self, person: str, channel: Channel) -> list[MessageAttempt]:
        """Return the held attempts of a person, oldest first.

        An attempt for another person with the same phone belongs to that person's digest.
        """
        since = self._clock.now() - policy.HELD_KEPT
        held = self._repository.held_attempts_of(person, channel, since)
        return [one for one in _held(held) if one.person == person]

    def is_begun(self, envelope: Envelope) -> bool:
        """Say whether a digest or bundle was attempted before."""
        return self._attempts.find(envelope) is not None

    def move_to_digest(
        self, held: Sequence[MessageAttempt], digest_at: datetime
    ) -> None:
        """Move attempts from a bundle to the digest of an instant. Idempotent.

        A question goes out alone: in a digest no number would answer it.
        """
        for attempt in held:
            if self._templates[attempt.kind].asks:
                self._release(attempt, self._clock.now())
                continue
            moved = replace(
                attempt, channel=Channel.DIGEST, bundle="", next_at=digest_at
            )
            self._outbox.put(decisions.digest_job(moved.person, digest_at))
            self._attempts.move(moved, attempt)

    def _release(self, attempt: MessageAttempt, at: datetime) -> None:
        """Let a held message go out alone at an instant. Idempotent."""
        again = replace(
            attempt,
            channel=Channel.SMS,
            bundle="",
            state=DeliveryState.RETRY,
            next_at=at,
        )
        self._attempts.move(again, attempt)
        send = Send(
            id=id_of_parts("due", "released", attempt.id),
            message_kind=attempt.kind,
            subject=attempt.about,
            audience=SeveralPeople((attempt.person, *attempt.others)),
            params=attempt.params,
            not_after=attempt.not_after,
            message_id=attempt.message,
            attempt_id=attempt.id,
        )
        self._outbox.put(ScheduledJob(job=send, at=at))

    def suppress(self, held: Sequence[MessageAttempt], reason: str) -> None:
        """Settle held attempts of a person that no digest reaches."""
        self._attempts.settle_held(held, DeliveryState.SUPPRESSED, reason)

    def send(
        self,
        envelope: Envelope,
        held: Sequence[MessageAttempt],
        zone: str,
        bill: Bill,
    ) -> None:
        """Send the digest of the held attempts. A digest that was begun before is finished first.

        Attempts that came after that beginning wait for the next one.
        """
        begun = self._attempts.find(envelope)
        if begun is None or not begun.covers:
            self._compose(envelope, held, zone, bill, is_begun=False)
            return
        covered = self._repository.find_attempts(begun.covers)
        self._compose(envelope, covered, zone, bill, is_begun=True)
        for attempt in held:
            if attempt.id not in begun.covers:
                self._put_off(attempt, zone)

    def _put_off(self, attempt: MessageAttempt, zone: str) -> None:
        """Let a held attempt wait for the next digest or bundle."""
        now = self._clock.now()
        if attempt.channel is Channel.DIGEST:
            at = decisions.digest_time(now, zone)
            self._outbox.put(decisions.digest_job(attempt.person, at))
            return
        at = now + policy.NEXT_BUNDLE_AFTER
        moved = replace(attempt, next_at=at)
        self._attempts.move(moved, attempt)
        self._outbox.put(decisions.job_of_held(moved, at))

    def _compose(
        self,
        envelope: Envelope,
        attempts: Sequence[MessageAttempt],
        zone: str,
        bill: Bill,
        *,
        is_begun: bool,
    ) -> None:
        """Send the texts that are still true and settle the attempts that the message has."""
        kind = envelope.send.message_kind
        found = self._texts.collect(kind, attempts, envelope.recipient)
        self._settle_over(found)
        if not found.texts:
            if is_begun:  # and nothing of it is true any more
                self._log.suppress(envelope, SuppressionReason.OUTDATED)
            return
        if kind == MORNING and len(found.texts) == 1 and not is_begun:
            (id,) = found.texts
            self._release(found.attempts[id], self._clock.now())
            return
        covers = self._covered(found, kind)
        facts = self._facts(envelope, found, covers, zone)
        priced = replace(
            envelope,
            template=replace(envelope.template, pot=self._pot(found, covers)),
        )
        sent = self._log.attempt(priced, facts, bill, covers=covers)
        if sent.is_final:
            held = _held([found.attempts[id] for id in covers])
            held = self._texts.kept(held, envelope.recipient)
            self._attempts.settle_held(
                held, sent.state, sent.reason, ref=sent.id
            )
        for id in found.texts:
            if id not in covers:
                self._put_off(found.attempts[id], zone)

    def _covered(self, found: Collection, kind: str) -> list[str]:
        """Return the attempts that a message settles: those that it lists.

        The rest of a resident's digest is in the app. Work is named in the next message.
        """
        covers = [*found.listed.ids]
        for id in found.texts:
            template = self._templates[found.attempts[id].kind]
            is_listed = id in found.listed.ids
            if kind == DIGEST and not is_listed and not template.is_bundled:
                covers.append(id)
        return covers

    def _facts(
        self,
        envelope: Envelope,
        found: Collection,
        covers: Sequence[str],
        zone: str,
    ) -> dict[str, object]:
        local = self._clock.now().astimezone(ZoneInfo(zone))
        line = found.listed.line
        if envelope.send.message_kind == DIGEST and found.is_work:
            line = f"{line} ({local:%m-%d})"
        facts = {
            "count": found.count(covers),
            "items": line,
            "at": f"{local:%m-%d %H:%M}",
        }
        return {name: facts[name] for name in envelope.template.slots}

    def _pot(self, found: Collection, covers: Sequence[str]) -> Pot:
        """Return the pot that pays for messages together: codes never wait for money."""
        kinds = [found.attempts[id].kind for id in covers]
        pots = {self._templates[kind].pot for kind in kinds}
        if Pot.CODES in pots:
            return Pot.CODES
        return pots.pop() if len(pots) == 1 else Pot.OTHER

    def _settle_over(self, found: Collection) -> None:
        """Settle what is no longer true; a question without numbers goes out alone later."""
        over = _held(found.over)
        if over:
            self.suppress(over, SuppressionReason.OUTDATED)
        for id, at in found.later.items():
            self._release(found.attempts[id], at)


def _held(attempts: Sequence[MessageAttempt]) -> list[MessageAttempt]:
    return [
        attempt for attempt in attempts if attempt.state is DeliveryState.HELD
    ]
