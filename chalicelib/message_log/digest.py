"""The daily digest: what can wait is collected and sent in one message."""

from collections.abc import Sequence
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
    SuppressionReason,
    subject_of,
)
from .repository import MessageRepository

__all__ = ["Digest"]


class Digest:
    """Collects messages that can wait, sends one a day and settles the lines that it covers."""

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
        self._repository, self._attempts, self._log = repository, attempts, log
        self._outbox, self._clock = outbox, clock
        self._templates, self._hooks = templates, hooks

    def add(self, envelope: Envelope, until: datetime) -> bool:
        """Keep a message for the digest at an instant; return False if it was attempted before."""
        line = replace(
            self._attempts.new(envelope, DeliveryState.HELD),
            channel=Channel.DIGEST,
            next_at=until,
            template=envelope.template.version,
        )
        if not self._attempts.claim(line):
            known = self._attempts.find(envelope)
            if known is None or known.state is not DeliveryState.HELD:
                return False
        self._attempts.add_recipients(line, envelope.recipient)
        self._outbox.put(decisions.digest_job(line.person, until))
        return True

    def held_for(self, person: str, now: datetime) -> list[MessageAttempt]:
        """Return the lines whose digest is due, oldest first.

        A line that is held for another person with the same phone belongs to their digest.
        """
        lines = self._repository.in_digests_of(
            person, self._clock.now() - policy.ATTEMPTS_KEPT
        )
        own = [
            line
            for line in lines
            if line.state is DeliveryState.HELD and line.person == person
        ]
        return [line for line in own if line.next_at is None or line.next_at <= now]

    def suppress(self, held: Sequence[MessageAttempt], reason: str) -> None:
        """Settle lines of a person that no digest reaches."""
        self._attempts.settle_held(held, DeliveryState.SUPPRESSED, reason)

    def send(
        self,
        envelope: Envelope,
        held: Sequence[MessageAttempt],
        next_at: datetime,
        bill: Bill,
    ) -> None:
        """Send the digest of what is held. One that was begun before is finished first.

        What came after it was begun waits for the digest at `next_at`.
        """
        begun = self._attempts.find(envelope)
        covered = begun.covers if begun else ()
        lines = self._repository.find_attempts(covered) if covered else held
        self._compose(envelope, lines, bill, is_begun=bool(covered))
        later = [line for line in held if covered and line.id not in covered]
        for line in later:
            self._move_to_next_digest(line, next_at)

    def _move_to_next_digest(self, line: MessageAttempt, next_at: datetime) -> None:
        self._outbox.put(decisions.digest_job(line.person, next_at))

    def _compose(
        self,
        envelope: Envelope,
        lines: Sequence[MessageAttempt],
        bill: Bill,
        *,
        is_begun: bool,
    ) -> None:
        """Send what is still true of some lines and settle them all."""
        texts = self._texts_of(lines, envelope.recipient.locale)
        over = [
            line
            for line in lines
            if line.id not in texts and line.state is DeliveryState.HELD
        ]
        if over:
            self._attempts.settle_held(
                over, DeliveryState.SUPPRESSED, SuppressionReason.OVER
            )
        if not texts:
            if is_begun:  # and nothing of it is true any more
                self._log.suppress(envelope, SuppressionReason.OVER)
            return
        items = " ".join([*texts.values()][: policy.DIGEST_LINES])
        facts = {"count": len(texts), "items": items}
        sent = self._log.attempt(envelope, facts, bill, covers=[*texts])
        if sent.is_final:
            open_lines = [line for line in lines if line.state is DeliveryState.HELD]
            covered = [line for line in open_lines if line.id in texts]
            self._attempts.settle_held(covered, sent.state, sent.reason, ref=sent.id)

    def _texts_of(self, lines: Sequence[MessageAttempt], locale: str) -> dict[str, str]:
        """Return the texts of the lines that are still true, by id."""
        subjects = [subject_of(line) for line in lines]
        texts = {}
        for line, context in zip(lines, self._hooks.contexts(subjects), strict=True):
            if context is not None:
                texts[line.id] = self._templates[line.kind].fill(locale, context.facts)
        return texts
