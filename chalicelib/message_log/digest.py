"""The digest of a day, and bundles of some minutes: messages are collected and sent as one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.clock import Clock, to_text
from ..kernel.hooks import Hooks
from ..kernel.job import Send
from ..kernel.template import Templates
from ..store.outbox import Outbox
from . import decisions, policy
from .attempts import AttemptStore
from .budget import Bill
from .log import MessageLog
from .model import (
    DIGEST,
    Channel,
    DeliveryState,
    Envelope,
    Facts,
    MessageAttempt,
    Recipient,
    SuppressionReason,
    bundle_of,
    subject_of,
)
from .repository import MessageRepository

__all__ = ["Digest"]


class Digest:
    """Collects messages, sends one for all of them and settles the attempts that it covers.

    A digest is sent once a day. A bundle has what came to a phone of staff within some minutes.
    """

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

    def add(
        self,
        envelope: Envelope,
        at: datetime,
        channel: Channel = Channel.DIGEST,
    ) -> bool:
        """Hold a message for the digest or bundle of an instant.

        Return False if it was attempted before.
        """
        held = replace(
            self._attempts.new(envelope, DeliveryState.HELD),
            channel=channel,
            next_at=at,
            template=envelope.template.version,
        )
        if not self._attempts.claim(held):
            known = self._attempts.find(envelope)
            if known is None or known.state is not DeliveryState.HELD:
                return False
        self._attempts.add_recipients(held, envelope.recipient)
        kind = bundle_of(envelope.template)
        self._outbox.put(decisions.job_of_held(held, at, kind))
        return True

    def held_for(self, send: Send, now: datetime) -> list[MessageAttempt]:
        """Return the held attempts of a digest or bundle that is due, oldest first."""
        if send.message_kind == DIGEST:
            return self._held_for_digest(send.subject, now)
        held = []
        for attempt in self._held(send.subject, Channel.BUNDLE):
            template = self._templates[attempt.kind]
            is_of_kind = bundle_of(template) == send.message_kind
            at = attempt.next_at and to_text(attempt.next_at)
            if is_of_kind and at == send.params["at"]:
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
        since = self._clock.now() - policy.ATTEMPT_TTL
        held = self._repository.held_attempts_of(person, channel, since)
        return [one for one in _held(held) if one.person == person]

    def is_begun(self, envelope: Envelope) -> bool:
        """Say whether a digest or bundle was attempted before."""
        return self._attempts.find(envelope) is not None

    def move_to_digest(
        self, held: Sequence[MessageAttempt], digest_at: datetime
    ) -> None:
        """Move attempts from a bundle to the digest of an instant. Idempotent."""
        for attempt in held:
            moved = replace(attempt, channel=Channel.DIGEST, next_at=digest_at)
            self._outbox.put(decisions.digest_job(moved.person, digest_at))
            self._attempts.move(moved, attempt)

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
            is_late = attempt.id not in begun.covers
            if is_late and attempt.channel is Channel.DIGEST:
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
        facts = _facts(envelope.send.message_kind, [*texts.values()])
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


def _facts(kind: str, texts: Sequence[str]) -> Facts:
    """Return the facts of a digest or bundle of these texts, oldest first."""
    if kind == DIGEST:
        items = " ".join(texts[: policy.MAX_DIGEST_ITEMS])
        return {"count": len(texts), "items": items}
    return {"count": len(texts), "oldest": texts[0]}


def _held(attempts: Sequence[MessageAttempt]) -> list[MessageAttempt]:
    return [
        attempt for attempt in attempts if attempt.state is DeliveryState.HELD
    ]
