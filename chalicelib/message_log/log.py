"""The message log: claims the one attempt per message and address, sends it and settles it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.audiences import format_audience, narrowed
from ..kernel.clock import Clock
from ..kernel.ids import Ids
from ..kernel.job import ScheduledJob, Send
from ..store.outbox import Outbox
from . import decisions, policy
from .attempt_metrics import AttemptMetrics
from .attempts import AttemptInProgress, AttemptStore
from .budget import Bill, SmsBudget
from .decisions import NextStep
from .model import (
    Channel,
    DeliveryState,
    Envelope,
    Facts,
    MessageAttempt,
    SuppressionReason,
    id_of_parts,
)
from .repository import MessageRepository
from .sender import AttemptSender

__all__ = ["MessageLog"]


class MessageLog:
    """Sends each message at most once to each address, and keeps the end of each attempt."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        attempts: AttemptStore,
        sender: AttemptSender,
        budget: SmsBudget,
        outbox: Outbox,
        clock: Clock,
        ids: Ids,
        metrics: AttemptMetrics,
    ) -> None:
        self._repository = repository
        self._attempts = attempts
        self._sender = sender
        self._budget = budget
        self._outbox = outbox
        self._clock = clock
        self._ids = ids
        self._metrics = metrics

    # attempts

    def attempt(
        self,
        envelope: Envelope,
        facts: Facts,
        bill: Bill,
        covers: Sequence[str] = (),
    ) -> MessageAttempt:
        """Make the attempt that is due, if one is; return it as it is afterwards.

        Raises:
            AttemptInProgress: another job is making it.

        """
        recipient = envelope.recipient
        is_sms = recipient.channel is Channel.SMS
        if is_sms and self._budget.is_exceeded(
            envelope.template, recipient.place
        ):
            return self.suppress(envelope, SuppressionReason.BUDGET)
        fresh = self._sender.priced(
            self._claimed(envelope, tuple(covers)), envelope, facts
        )
        attempt = fresh
        if not self._attempts.claim(fresh):
            attempt = self._resume_attempt(envelope, fresh, facts)
        if attempt.owner == fresh.owner:
            attempt = self._sender.send(attempt, envelope, facts)
            bill.add(attempt, envelope.template.paid_from)
            self._schedule_follow_up(envelope, attempt)
            self._metrics.record(attempt, envelope.due_at)
        self._attempts.add_recipients(attempt, recipient)
        return attempt

    def _claimed(
        self, envelope: Envelope, covers: tuple[str, ...]
    ) -> MessageAttempt:
        attempt = self._attempts.new(envelope, DeliveryState.CLAIMED)
        return replace(
            attempt,
            template=envelope.template.version,
            attempt=1,
            owner=self._ids.new("own"),
            lease_until=attempt.at + policy.ATTEMPT_LEASE,
            covers=covers,
        )

    def _resume_attempt(
        self,
        envelope: Envelope,
        fresh: MessageAttempt,
        facts: Facts,
    ) -> MessageAttempt:
        """Claim a further attempt; return the earlier one as it is if none is due."""
        before = self._find_idle(fresh.id, envelope.due_at)
        now = self._clock.now()
        step = decisions.next_step(before, envelope.template, now)
        if step is not NextStep.ATTEMPT:
            self._schedule_follow_up(envelope, before)
            return before
        provider_name = ""
        if before.state is DeliveryState.UNKNOWN:
            # Another provider would surely send the message a second time.
            provider_name = before.provider
        again = decisions.attempt_again(fresh, before)
        again = self._sender.priced(again, envelope, facts, provider_name)
        self._attempts.update(again, before)
        return again

    def _find_idle(self, id: str, due_at: datetime) -> MessageAttempt:
        """Read an attempt that exists. If its job has died, its fate is unknown from now on.

        Raises:
            AttemptInProgress: a job is making the attempt.

        """
        attempt = self._repository.find_attempt(id)
        now = self._clock.now()
        if attempt is None or decisions.is_busy(attempt, now):
            raise AttemptInProgress(id)
        if attempt.state is not DeliveryState.CLAIMED:
            return attempt
        began = now
        if attempt.lease_until:
            # The wait for another attempt counts from the start of this one, not from now.
            began = attempt.lease_until - policy.ATTEMPT_LEASE
        doubted = decisions.after_silence(attempt, began)
        self._attempts.update(doubted, attempt)
        self._metrics.record(doubted, due_at)
        return doubted

    # later

    def _schedule_follow_up(
        self, envelope: Envelope, attempt: MessageAttempt
    ) -> None:
        """Schedule the follow-up job (retry or digest). Idempotent."""
        if attempt.state is DeliveryState.HELD:
            at = attempt.next_at or self._clock.now()
            self._outbox.put(decisions.job_of_held(attempt, at))
        elif resume_at := decisions.resume_at(attempt, envelope.template):
            retry = replace(envelope.send, attempt_id=attempt.id)
            self.defer(retry, envelope.recipient.people, resume_at)

    def defer(self, send: Send, people: Sequence[str], until: datetime) -> None:
        """Schedule a message again, for some of its audience.

        The id of the new job is derived from the present one. It must differ: the present job is
        about to be deleted.
        """
        audience = narrowed(send.audience, tuple(people))
        id = id_of_parts("due", send.id, format_audience(audience))
        job = replace(send, id=id, audience=audience)
        self._outbox.put(ScheduledJob(job=job, at=until))

    # no attempt

    def suppress(
        self, envelope: Envelope, reason: SuppressionReason
    ) -> MessageAttempt:
        """Store that no attempt is made, and why. Settle an earlier attempt if possible."""
        fresh = self._attempts.new(envelope, DeliveryState.SUPPRESSED)
        attempt = decisions.suppressed(fresh, fresh.at, reason)
        if not self._attempts.claim(attempt):
            before = self._find_idle(attempt.id, envelope.due_at)
            if before.state not in (DeliveryState.RETRY, DeliveryState.HELD):
                # The job that wrote it may have died before it added the other recipients.
                self._attempts.add_recipients(before, envelope.recipient)
                return before
            attempt = decisions.suppressed(before, fresh.at, reason)
            self._attempts.update(attempt, before)
        self._attempts.add_recipients(attempt, envelope.recipient)
        self._metrics.record(attempt, envelope.due_at)
        return attempt

    def abandon_channel(self, envelope: Envelope) -> bool:
        """Settle the attempt at an address that is not used any more.

        Return whether the message was sent there, or may have been.
        """
        if self._attempts.find(envelope) is None:
            return False
        attempt = self.suppress(envelope, SuppressionReason.ELSEWHERE)
        return attempt.state is not DeliveryState.SUPPRESSED

    def abandon_retry(self, send: Send) -> None:
        """Settle the attempt that a job should retry if its recipient has another number now."""
        if not send.attempt_id:
            return
        attempt = self._repository.find_attempt(send.attempt_id)
        now = self._clock.now()
        if attempt is None or attempt.state is not DeliveryState.RETRY:
            return
        if attempt.next_at and attempt.next_at <= now:
            abandoned = decisions.suppressed(
                attempt, now, SuppressionReason.ELSEWHERE
            )
            self._repository.reclaim(abandoned, attempt)

    # numbers

    def count_sent(self, person: str, since: datetime, limit: int) -> int:
        """Return the number of messages sent to a person since an instant, up to about `limit`."""
        return self._repository.count_sent(person, since, limit)
