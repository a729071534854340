"""The notifier: finds recipients, channels and times of a message when it is due, never before."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.audiences import (
    Audience,
    ChallengeTarget,
    GroupMembers,
    SeveralPeople,
)
from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from ..kernel.job import Send
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.template import Legal, Pot, Template, Templates, Urgency
from ..message_log.budget import Bill, SmsBudget
from ..message_log.decisions import digest_time, resume_at
from ..message_log.digest import Digest
from ..message_log.log import MessageLog
from ..message_log.model import (
    COLLECTIONS,
    MORNING,
    Channel,
    Envelope,
    Facts,
    Recipient,
    SuppressionReason,
)
from ..message_log.staff_phones import StaffPhones
from ..signin.challenges import Challenges
from ..signin.model import Purpose
from . import policy
from .decisions import is_held
from .digest_notifier import DigestNotifier
from .recipients import Recipients
from .route import DueMessage, Route
from .unreachable import settle_unreachable

__all__ = ["Notifier"]

_WEEK = timedelta(days=7)


class Notifier:
    """Finds the routes of a message and hands each to the message log or to the digest."""

    def __init__(
        self,
        *,
        clock: Clock,
        recipients: Recipients,
        challenges: Challenges,
        log: MessageLog,
        digest: Digest,
        staff_phones: StaffPhones,
        digest_notifier: DigestNotifier,
        budget: SmsBudget,
        templates: Templates,
        hooks: Hooks,
        start_fanout: Callable[[Send], None],
    ) -> None:
        self._clock = clock
        self._recipients = recipients
        self._challenges = challenges
        self._log = log
        self._digest = digest
        self._staff_phones = staff_phones
        self._digest_notifier = digest_notifier
        self._budget = budget
        self._templates = templates
        self._hooks = hooks
        self._start_fanout = start_fanout

    def deliver(self, send: Send, due_at: datetime) -> None:
        """Send a message to its audience, each person by the channel that fits now."""
        if send.message_kind in COLLECTIONS:
            self._digest_notifier.deliver(self._message(send, due_at, None))
            return
        audience = self._direct(send.audience)
        if isinstance(audience, GroupMembers):
            self._start_fanout(send)
            return
        context = self._context_of(send)
        if isinstance(audience, ChallengeTarget):
            self._deliver_code(self._message(send, due_at, context), audience)
        else:
            self.notify(replace(send, audience=audience), due_at, context)

    def _context_of(self, send: Send) -> MessageContext | None:
        subject = MessageSubject(
            kind=send.message_kind, subject=send.subject, params=send.params
        )
        return self._hooks.contexts([subject])[0]

    def _message(
        self, send: Send, due_at: datetime, context: MessageContext | None
    ) -> DueMessage:
        template = self._templates[send.message_kind]
        message = DueMessage(send=send, due_at=due_at, template=template)
        if context is None:
            return message
        return replace(
            message,
            facts=context.facts,
            occasion=context.occasion,
            bars_phones=bool(context.barred_people),
        )

    def _direct(self, audience: Audience) -> Audience:
        """Return the members of a small group by name, any other audience as it is."""
        if not isinstance(audience, GroupMembers):
            return audience
        kind, name = audience.kind, audience.name
        limit = self._hooks.direct_up_to(kind)
        if not limit:
            return audience
        members: dict[str, None] = {}  # each once, in order
        start = None
        while True:
            page = self._hooks.members(
                kind, name, self._clock.now(), start, limit
            )
            members |= dict.fromkeys(page.items)
            if len(members) > limit:
                return audience
            if page.next is None:
                return SeveralPeople(tuple(members))
            start = page.next

    def _deliver_code(
        self, message: DueMessage, target: ChallengeTarget
    ) -> None:
        """Send a code at once, at night too: a person waits for it.

        The address of a notice is dropped when no attempt can follow. A job that died before comes
        again, and drops it then.
        """
        found = self._challenges.destination(target.challenge_id)
        if found is None:
            return
        channel = (
            Channel.EMAIL if found.purpose is Purpose.EMAIL else Channel.SMS
        )
        recipient = Recipient(
            people=(found.challenge_id,),  # there may be no person yet
            channel=channel,
            address=found.address,
            locale=found.locale,
        )
        envelope = message.to(recipient)
        if message.facts is None:
            outdated = SuppressionReason.OUTDATED
            attempt = self._log.suppress(envelope, outdated)
        else:
            with self._budget.billing() as bill:
                attempt = self._log.attempt(envelope, message.facts, bill)
        if resume_at(attempt, message.template) is None:
            self._challenges.drop_address(found)

    # people

    def notify(
        self, send: Send, due_at: datetime, context: MessageContext | None
    ) -> None:
        """Send a message to staff on duty or named people; without `context` it is no longer true.

        A recipient that fails holds up nobody else. The message then comes again for all, and the
        log knows who has it.
        """
        message = self._message(send, due_at, context)
        barred: frozenset[str] = (
            context.barred_people if context else frozenset()
        )
        failed: Exception | None = None
        later: defaultdict[datetime, list[str]] = defaultdict(list)
        with self._budget.billing() as bill:
            for route in self._recipients.routes(
                send, message.template, barred
            ):
                try:
                    until = self._notify_route(message, route, bill)
                except Exception as error:  # noqa: BLE001 - raised again below
                    failed = error
                else:
                    if until:
                        later[until] += route.recipient.people
            # People who wait together share one row, in place of a row for each.
            for until, people in later.items():
                self._log.defer(send, people, until)
        if failed:
            raise failed
        if not later:
            self._log.abandon_retry(send)

    def _notify_route(
        self, message: DueMessage, route: Route, bill: Bill
    ) -> datetime | None:
        """Send a message by one route; return until when it must wait, None if it need not."""
        if settle_unreachable(self._log, message, route):
            return None
        envelope = message.to(route.recipient)
        now = self._clock.now()
        if message.facts is None:
            self._log.suppress(envelope, SuppressionReason.OUTDATED)
            return None
        if message.send.not_after and now >= message.send.not_after:
            self._log.suppress(envelope, SuppressionReason.TOO_LATE)
            return None
        at = message.planned_at(route, now)
        if at is None:
            self._log.suppress(envelope, SuppressionReason.MISSED)
            return None
        if at > now:
            return at
        self._send_or_hold(message, route, message.facts, bill)
        return None

    def _send_or_hold(
        self, message: DueMessage, route: Route, facts: Facts, bill: Bill
    ) -> None:
        """Hand a message that may go out now to the log, to the digest, or to a bundle."""
        now = self._clock.now()
        envelope, template = message.to(route.recipient), message.template
        sent = self._sent_this_week(route, template, now)
        if (
            template.legal is Legal.PROMOTIONAL
            and sent >= policy.WEEKLY_MESSAGES
        ):
            self._log.suppress(envelope, SuppressionReason.ENOUGH)
            return
        digest_at = digest_time(now, route.quiet.zone)
        if is_held(template, sent) and self._digest.add(envelope, digest_at):
            return
        if self._hold_for_morning(message, route):
            return
        if route.takes_rations and self._hold_for_staff(envelope, route, facts):
            return
        self._log.attempt(envelope, facts, bill)

    def _hold_for_morning(self, message: DueMessage, route: Route) -> bool:
        """Hold what quiet hours have released, with the rest of the night; say if it waits."""
        at = message.morning_at(route)
        if at is None or at <= self._clock.now():
            return False
        not_after = message.send.not_after
        if not_after and message.due_at + policy.JITTER >= not_after:
            return False
        return self._digest.add(message.to(route.recipient), at, MORNING)

    def _hold_for_staff(
        self, envelope: Envelope, route: Route, facts: Facts
    ) -> bool:
        """Hold a message to a phone of staff for a bundle or the digest; return whether it waits.

        Codes and urgent alarms never wait. A question that the ceiling stops is in the app: in a
        digest, "1" would answer nothing.
        """
        template = envelope.template
        is_urgent = template.urgency is Urgency.URGENT
        if template.pot is Pot.CODES or (is_urgent and not template.is_bundled):
            return False
        recipient = envelope.recipient
        words = template.fill(recipient.locale, facts, recipient.holder)
        placement = self._staff_phones.place(envelope, route.quiet.zone, words)
        if placement.bundle_at:
            return self._digest.add(
                envelope, placement.bundle_at, placement.bundle
            )
        if placement.is_at_once:
            return False
        if not template.asks:
            digest_at = digest_time(self._clock.now(), route.quiet.zone)
            return self._digest.add(envelope, digest_at)
        if not route.is_rationed:
            self._log.suppress(envelope, SuppressionReason.ENOUGH)
            return True
        return False

    def _sent_this_week(
        self, route: Route, template: Template, now: datetime
    ) -> int:
        """Return how many messages count against the week, 0 where the week has no limit."""
        if not route.is_rationed:
            return 0
        if not template.can_wait and template.legal is not Legal.PROMOTIONAL:
            return 0
        person = route.recipient.people[0]
        return self._log.count_sent(person, now - _WEEK, policy.WEEKLY_MESSAGES)
