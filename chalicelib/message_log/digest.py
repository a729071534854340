"""The daily digest: messages that can wait are collected and sent in one message."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from ..kernel.template import Templates
from ..store.outbox import Outbox
from . import decisions, policy
from .attempts import AttemptStore
from .budget import Bill
from .log import MessageLog
from .model import (
    Channel,
    DeliveryState,
    Envelope,
    MessageAttempt,
    Recipient,
    SuppressionReason,
    subject_of,
)
from .repository import MessageRepository

__all__ = ["Digest"]


class Digest:
    """Collects messages that can wait, sends one a day and settles the attempts that it covers."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        attempts: AttemptStore,
        log: MessageLog,
        outbox: Outbox,
        clock: Clock,
        templates: Templates,
        hooks: Hooks,
    ) -> None:
        self._repository = repository
        self._attempts = attempts
        self._log = log
        self._outbox = outbox
        self._clock = clock
        self._templates = templates
        self._hooks = hooks

    def add(self, envelope: Envelope, digest_at: datetime) -> bool:
        """Hold a message for a digest; return False if it was attempted before."""
        held = replace(
            self._attempts.new(envelope, DeliveryState.HELD),
            channel=Channel.DIGEST,
            next_at=digest_at,
            template=envelope.template.version,
        )
        if not self._attempts.claim(held):
            known = self._attempts.find(envelope)
            if known is None or known.state is not DeliveryState.HELD:
                return False
        self._attempts.add_recipients(held, envelope.recipient)
        self._outbox.put(decisions.digest_job(held.person, digest_at))
        return True

    def held_for(self, person: str, now: datetime) -> list[MessageAttempt]:
        """Return the held attempts whose digest is due, oldest first.

        An attempt for another person with the same phone belongs to that person's digest.
        """
        since = self._clock.now() - policy.ATTEMPT_TTL
        due = []
        for attempt in self._repository.digest_attempts_of(person, since):
            is_due = attempt.next_at is None or attempt.next_at <= now
            is_held = attempt.state is DeliveryState.HELD
            if is_held and is_due and attempt.person == person:
                due.append(attempt)
        return due

    def suppress(self, held: Sequence[MessageAttempt], reason: str) -> None:
        """Settle held attempts of a person that no digest reaches."""
        self._attempts.settle_held(held, DeliveryState.SUPPRESSED, reason)

    def send(
        self,
        envelope: Envelope,
        held: Sequence[MessageAttempt],
        next_at: datetime,
        bill: Bill,
    ) -> None:
        """Send the digest of the held attempts. A digest that was begun before is finished first.

        Attempts that came after that beginning wait for the digest at `next_at`.
        """
        begun = self._attempts.find(envelope)
        if begun is None or not begun.covers:
            self._compose(envelope, held, bill, is_begun=False)
            return
        covered = self._repository.find_attempts(begun.covers)
        self._compose(envelope, covered, bill, is_begun=True)
        for attempt in held:
            if attempt.id not in begun.covers:
                self._move_to_next_digest(attempt, next_at)

    def _move_to_next_digest(
        self, attempt: MessageAttempt, next_at: datetime
    ) -> None:
        self._outbox.put(decisions.digest_job(attempt.person, next_at))

    def _compose(
        self,
        envelope: Envelope,
        attempts: Sequence[MessageAttempt],
        bill: Bill,
        *,
        is_begun: bool,
    ) -> None:
        """Send the texts that are still true and settle all the attempts."""
        texts = self._texts_of(attempts, envelope.recipient)
        self._settle_over(attempts, texts)
        if not texts:
            if is_begun:  # and nothing of it is true any more
                self._log.suppress(envelope, SuppressionReason.OUTDATED)
            return
        items = " ".join([*texts.values()][: policy.MAX_DIGEST_ITEMS])
        facts = {"count": len(texts), "items": items}
        sent = self._log.attempt(envelope, facts, bill, covers=[*texts])
        if sent.is_final:
            held = _held(attempts)
            covered = [attempt for attempt in held if attempt.id in texts]
            self._attempts.settle_held(
                covered, sent.state, sent.reason, ref=sent.id
            )

    def _settle_over(
        self, attempts: Sequence[MessageAttempt], texts: Mapping[str, str]
    ) -> None:
        """Settle the held attempts whose message is no longer true."""
        held = _held(attempts)
        over = [attempt for attempt in held if attempt.id not in texts]
        if over:
            self.suppress(over, SuppressionReason.OUTDATED)

    def _texts_of(
        self, attempts: Sequence[MessageAttempt], recipient: Recipient
    ) -> dict[str, str]:
        """Return the texts that are still true as a recipient may read them, by attempt id."""
        subjects = [subject_of(attempt) for attempt in attempts]
        contexts = self._hooks.contexts(subjects)
        texts = {}
        for attempt, context in zip(attempts, contexts, strict=True):
            if context is not None:
                template = self._templates[attempt.kind]
                texts[attempt.id] = template.fill(
                    recipient.locale, context.facts, recipient.holder
                )
        return texts


def _held(attempts: Sequence[MessageAttempt]) -> list[MessageAttempt]:
    return [
        attempt for attempt in attempts if attempt.state is DeliveryState.HELD
    ]
