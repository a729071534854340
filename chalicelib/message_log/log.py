"""The message log: claims the one attempt per message and address, sends, and settles."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..adapters.ports import Refused
from ..kernel.audiences import format_audience, narrowed
from ..kernel.clock import Clock
from ..kernel.ids import Ids
from ..kernel.job import ScheduledJob, Send
from ..kernel.log import Log
from ..kernel.metrics import Metrics
from ..store.outbox import Outbox
from . import decisions, policy
from .attempts import AttemptInProgress, AttemptStore
from .budget import Bill, SmsBudget
from .decisions import Next
from .model import (
    Channel,
    DeliveryState,
    Envelope,
    Facts,
    MessageAttempt,
    SuppressionReason,
    id_of_parts,
)
from .questions import Questions
from .repository import MessageRepository
from .transport import Transport

__all__ = ["MessageLog"]


class MessageLog:
    """Sends messages, each at most once to each address, and keeps what became of them."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        attempts: AttemptStore,
        transport: Transport,
        budget: SmsBudget,
        questions: Questions,
        outbox: Outbox,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self._repository, self._attempts, self._transport = (
            repository,
            attempts,
            transport,
        )
        self._budget, self._questions, self._outbox = budget, questions, outbox
        self._clock, self._ids, self._metrics, self._log = clock, ids, metrics, log

    # attempts

    def attempt(
        self,
        envelope: Envelope,
        facts: Facts,
        bill: Bill,
        covers: Sequence[str] = (),
    ) -> MessageAttempt:
        """Make the attempt that is due, if one is; return the line as it is afterwards.

        Raises:
            AttemptInProgress: another job is making it.

        """
        text, recipient = self._transport.text_of(envelope, facts), envelope.recipient
        is_sms = recipient.channel is Channel.SMS
        if is_sms and self._budget.is_exceeded(envelope.template, recipient.place):
            return self.suppress(envelope, SuppressionReason.BUDGET)
        fresh = self._transport.priced(self._claimed(envelope, tuple(covers)), text)
        attempt = fresh
        if not self._attempts.claim(fresh):
            attempt = self._resume_attempt(envelope, fresh, text)
        if attempt.owner == fresh.owner:
            attempt = self._send(attempt, envelope, text)
            bill.add(attempt)
            self._schedule_follow_up(envelope, attempt)
            self._measure(attempt, envelope.due_at)
        self._attempts.add_recipients(attempt, recipient)
        return attempt

    def _claimed(self, envelope: Envelope, covers: tuple[str, ...]) -> MessageAttempt:
        attempt = self._attempts.new(envelope, DeliveryState.CLAIMED)
        return replace(
            attempt,
            template=envelope.template.version,
            attempt=1,
            owner=self._ids.new("own"),
            lease_until=attempt.at + policy.LEASE,
            covers=covers,
        )

    def _resume_attempt(
        self,
        envelope: Envelope,
        fresh: MessageAttempt,
        text: str,
    ) -> MessageAttempt:
        """Claim a further attempt of a line; return the line as it is if none is due."""
        before = self._find_idle(fresh.id, envelope.due_at)
        if (
            decisions.next_step(before, envelope.template, self._clock.now())
            is not Next.ATTEMPT
        ):
            self._schedule_follow_up(envelope, before)
            return before
        # After an attempt of unknown fate another provider would surely tell the person twice.
        same_provider = before.provider if before.state is DeliveryState.UNKNOWN else ""
        again = self._transport.priced(
            decisions.attempt_again(fresh, before), text, same_provider
        )
        self._attempts.update(again, before)
        return again

    def _find_idle(self, id: str, due_at: datetime) -> MessageAttempt:
        """Read a line that is there. An attempt whose job is gone is of unknown fate from now on.

        Raises:
            AttemptInProgress: a job is making the attempt.

        """
        attempt, now = self._repository.find_attempt(id), self._clock.now()
        if attempt is None or decisions.is_busy(attempt, now):
            raise AttemptInProgress(id)
        if attempt.state is not DeliveryState.CLAIMED:
            return attempt
        # Since the attempt began, not since it was found: a code must not wait for its hold twice.
        began = attempt.lease_until - policy.LEASE if attempt.lease_until else now
        doubted = decisions.after_silence(attempt, began)
        self._attempts.update(doubted, attempt)
        self._measure(doubted, due_at)
        return doubted

    def _send(
        self, attempt: MessageAttempt, envelope: Envelope, text: str
    ) -> MessageAttempt:
        """Call the provider once and write down how it ended."""
        try:
            self._ask_first(attempt, envelope)
            ref = self._transport.send(attempt, envelope, text)
        except Refused as refused:
            now = self._clock.now()
            done = decisions.after_refusal(
                attempt, now, refused.reason, final=refused.final
            )
        except Exception as error:  # noqa: BLE001 - nobody knows whether the message went out
            self._log.error(
                "send",
                delivery=attempt.id,
                kind=attempt.kind,
                error=type(error).__name__,
            )
            done = decisions.after_silence(attempt, self._clock.now())
        else:
            done = replace(
                attempt,
                state=DeliveryState.SENT,
                ref=ref[:100],
                settled_at=self._clock.now(),
                lease_until=None,
            )
        if self._repository.settle(done):
            return done
        return (
            self._repository.find_attempt(done.id) or done
        )  # a report was quicker, and it knows

    def _ask_first(self, attempt: MessageAttempt, envelope: Envelope) -> None:
        """Remember a question before it is sent. If the store refuses it, nothing has been sent."""
        if not envelope.template.asks or attempt.channel is not Channel.SMS:
            return
        try:
            self._questions.ask(attempt, envelope.recipient.address, envelope.occasion)
        except Exception as error:
            raise Refused("question_not_kept") from error

    # later

    def _schedule_follow_up(self, envelope: Envelope, attempt: MessageAttempt) -> None:
        """Schedule the follow-up job (retry or digest). Idempotent."""
        if attempt.state is DeliveryState.HELD:
            at = attempt.next_at or self._clock.now()
            self._outbox.put(decisions.digest_job(attempt.person, at))
        elif resume_at := decisions.resume_at(attempt, envelope.template):
            retry = replace(envelope.send, attempt_id=attempt.id)
            self.defer(retry, envelope.recipient.people, resume_at)

    def defer(self, send: Send, people: Sequence[str], until: datetime) -> None:
        """Schedule a message again, for some of its audience.

        The id of the job follows from the one that it continues. It is never the same: that one is
        about to be deleted.
        """
        to = narrowed(send.audience, tuple(people))
        job = replace(
            send, id=id_of_parts("due", send.id, format_audience(to)), audience=to
        )
        self._outbox.put(ScheduledJob(job=job, at=until))

    # no attempt

    def suppress(self, envelope: Envelope, reason: SuppressionReason) -> MessageAttempt:
        """Write down that no attempt is made, and why. Settle an earlier attempt if possible."""
        fresh = self._attempts.new(envelope, DeliveryState.SUPPRESSED)
        attempt = decisions.suppressed(fresh, fresh.at, reason)
        if not self._attempts.claim(attempt):
            before = self._find_idle(attempt.id, envelope.due_at)
            if before.state not in (DeliveryState.RETRY, DeliveryState.HELD):
                # The job that wrote it may have died before it noted the other recipients.
                self._attempts.add_recipients(before, envelope.recipient)
                return before
            attempt = decisions.suppressed(before, fresh.at, reason)
            self._attempts.update(attempt, before)
        self._attempts.add_recipients(attempt, envelope.recipient)
        self._measure(attempt, envelope.due_at)
        return attempt

    def abandon_channel(self, envelope: Envelope) -> bool:
        """Settle what was begun at an address that is not used any more.

        Return whether the message was sent there, or may have been.
        """
        if self._attempts.find(envelope) is None:
            return False
        attempt = self.suppress(envelope, SuppressionReason.ELSEWHERE)
        return attempt.state is not DeliveryState.SUPPRESSED

    def abandon_retry(self, send: Send) -> None:
        """Settle the line that a job should retry if its recipient has another number now."""
        if not send.attempt_id:
            return
        attempt, now = self._repository.find_attempt(send.attempt_id), self._clock.now()
        if attempt is None or attempt.state is not DeliveryState.RETRY:
            return
        if attempt.next_at and attempt.next_at <= now:
            abandoned = decisions.suppressed(attempt, now, SuppressionReason.ELSEWHERE)
            self._repository.reclaim(abandoned, attempt)

    # numbers

    def count_sent(self, person: str, since: datetime, limit: int) -> int:
        """Return how many messages went to a person since an instant, up to about `limit`."""
        return self._repository.count_sent(person, since, limit)

    def _measure(self, attempt: MessageAttempt, due_at: datetime) -> None:
        self._metrics.count("Sends", kind=attempt.kind, result=attempt.state.value)
        if attempt.state is DeliveryState.UNKNOWN:
            # Of all kinds: CloudWatch does not add up over dimensions by itself.
            self._metrics.count("UnknownSends")
        if attempt.state is DeliveryState.SENT:
            lag = (self._clock.now() - due_at).total_seconds()
            self._metrics.observe("Lag", max(0.0, lag))
        if attempt.is_billed and attempt.parts:
            self._metrics.count("SmsParts", attempt.parts, provider=attempt.provider)
            self._metrics.count(
                "SmsCostFen", attempt.cost_li / 10, provider=attempt.provider
            )
