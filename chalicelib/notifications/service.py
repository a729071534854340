"""Recipients, channels and times of messages, found when a message is due, never before."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..kernel.audiences import Audience, ChallengeTarget, GroupMembers, SeveralPeople
from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from ..kernel.job import Send
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.template import Legal, Template, Templates, Urgency
from ..message_log.budget import Bill, SmsBudget
from ..message_log.decisions import digest_time
from ..message_log.digest import Digest
from ..message_log.log import MessageLog
from ..message_log.model import (
    DIGEST,
    Channel,
    Envelope,
    Facts,
    Recipient,
    SuppressionReason,
)
from ..signin.model import Purpose
from ..signin.service import SignIn
from . import policy
from .decisions import is_held, plan
from .recipients import Recipients, Route

__all__ = ["Notifier"]

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A message as one job sends it. Without `facts` it is no longer true."""

    send: Send
    due_at: datetime
    template: Template
    facts: Facts | None = None
    occasion: str = ""

    def to(self, recipient: Recipient) -> Envelope:
        """Return the message to one recipient."""
        return Envelope(
            send=self.send,
            due_at=self.due_at,
            template=self.template,
            recipient=recipient,
            occasion=self.occasion,
        )


class Notifier:
    """Finds the routes of a message and hands each to the message log or to the digest."""

    def __init__(
        self,
        *,
        clock: Clock,
        recipients: Recipients,
        signin: SignIn,
        log: MessageLog,
        digest: Digest,
        budget: SmsBudget,
        templates: Templates,
        hooks: Hooks,
        start_fanout: Callable[[Send], None],
    ) -> None:
        self._clock, self._recipients, self._signin = clock, recipients, signin
        self._log, self._digest, self._budget = log, digest, budget
        self._templates, self._hooks, self._start_fanout = (
            templates,
            hooks,
            start_fanout,
        )

    def deliver(self, send: Send, due_at: datetime) -> None:
        """Send a message to its audience, each person by the channel that fits now."""
        if send.message_kind == DIGEST:
            self._deliver_digest(send, due_at)
            return
        to = self._direct(send.audience)
        if isinstance(to, GroupMembers):
            self._start_fanout(send)
            return
        subject = MessageSubject(
            kind=send.message_kind, subject=send.subject, params=send.params
        )
        context = self._hooks.contexts([subject])[0]
        if isinstance(to, ChallengeTarget):
            self._deliver_code(self._message(send, due_at, context), to)
        else:
            self.notify(replace(send, audience=to), due_at, context)

    def _message(
        self, send: Send, due_at: datetime, context: MessageContext | None
    ) -> _Message:
        return _Message(
            send=send,
            due_at=due_at,
            template=self._templates[send.message_kind],
            facts=context.facts if context else None,
            occasion=context.occasion if context else "",
        )

    def _direct(self, to: Audience) -> Audience:
        """Return the members of a small group by name, any other audience as it is."""
        if not isinstance(to, GroupMembers):
            return to
        limit = self._hooks.direct_up_to(to.kind)
        if not limit:
            return to
        found: dict[str, None] = {}
        start = None
        while True:
            page = self._hooks.members(
                to.kind, to.name, self._clock.now(), start, limit
            )
            found |= dict.fromkeys(page.items)
            if len(found) > limit:
                return to
            if page.next is None:
                return SeveralPeople(tuple(found))
            start = page.next

    def _deliver_code(self, message: _Message, to: ChallengeTarget) -> None:
        """Send a code at once, at night too: a person waits for it."""
        challenge = self._signin.find_challenge(to.challenge_id)
        if challenge is None:
            return
        channel = Channel.EMAIL if challenge.purpose is Purpose.EMAIL else Channel.SMS
        recipient = Recipient(
            people=(challenge.id,),
            channel=channel,
            address=challenge.target,
            locale=challenge.locale,
        )
        if message.facts is None:
            self._log.suppress(message.to(recipient), SuppressionReason.OVER)
            return
        with self._budget.billing() as bill:
            self._log.attempt(message.to(recipient), message.facts, bill)

    # people

    def notify(
        self, send: Send, due_at: datetime, context: MessageContext | None
    ) -> None:
        """Send a message to staff on duty or named people; without `context` it is no longer true.

        A recipient that fails holds up nobody else. The message then comes again for all, and the
        log knows who has it.
        """
        message, failed = self._message(send, due_at, context), None
        barred = context.barred_people if context else frozenset[str]()
        later: defaultdict[datetime, list[str]] = defaultdict(list)
        with self._budget.billing() as bill:
            for route in self._recipients.routes(send, message.template, barred):
                try:
                    until = self._tell(message, route, bill)
                except Exception as error:  # noqa: BLE001 - raised again below
                    failed = error
                else:
                    if until:
                        later[until] += route.recipient.people
            for (
                until,
                people,
            ) in later.items():  # a share of many costs one row, not one for each
                self._log.defer(send, people, until)
        if failed:
            raise failed
        if not later:
            self._log.abandon_retry(send)

    def _tell(self, message: _Message, route: Route, bill: Bill) -> datetime | None:
        """Tell the people of one route; return until when it must wait, None if it need not."""
        envelope, now = message.to(route.recipient), self._clock.now()
        if self._settle_unreachable(message, route):
            return None
        if message.facts is None:
            self._log.suppress(envelope, SuppressionReason.OVER)
            return None
        if message.send.not_after and now >= message.send.not_after:
            self._log.suppress(envelope, SuppressionReason.TOO_LATE)
            return None
        at = self._planned(message, route, now)
        if at is None:
            self._log.suppress(envelope, SuppressionReason.MISSED)
            return None
        if at > now:
            return at
        self._hand_over(envelope, route, message.facts, bill)
        return None

    def _hand_over(
        self, envelope: Envelope, route: Route, facts: Facts, bill: Bill
    ) -> None:
        """Hand a message that may go out now to the log, or to the digest."""
        now, template = self._clock.now(), envelope.template
        sent = self._sent_this_week(route, template, now)
        if template.legal is Legal.PROMOTIONAL and sent >= policy.WEEKLY_MESSAGES:
            self._log.suppress(envelope, SuppressionReason.ENOUGH)
            return
        digest_at = digest_time(now, route.quiet.zone)
        if not is_held(template, sent) or not self._digest.add(envelope, digest_at):
            self._log.attempt(envelope, facts, bill)

    def _settle_unreachable(self, message: _Message, route: Route) -> bool:
        """Settle a route that ends here; return whether it does.

        A message that was begun at a phone that may not ring any more is not sent elsewhere. It is
        written down for people without any channel.
        """
        if route.silenced and self._log.abandon_channel(message.to(route.silenced)):
            return True  # it rang before it was silenced
        # The lines of a digest are settled one by one.
        if route.unreached and message.send.message_kind != DIGEST:
            self._log.suppress(message.to(route.recipient), route.unreached)
        return route.unreached is not None

    def _planned(
        self, message: _Message, route: Route, now: datetime
    ) -> datetime | None:
        """Return when a message may go out on a route. The people of a share wait together."""
        send = message.send
        return plan(
            now,
            None if message.template.urgency is Urgency.URGENT else route.quiet,
            not_before=send.not_before,
            not_after=send.not_after,
            seed=send.id
            if isinstance(send.audience, SeveralPeople)
            else route.recipient.people[0],
        )

    def _sent_this_week(self, route: Route, template: Template, now: datetime) -> int:
        """Return how many messages count against the week, 0 where the week does not matter."""
        if not route.is_rationed:
            return 0
        if not template.can_wait and template.legal is not Legal.PROMOTIONAL:
            return 0
        return self._log.count_sent(
            route.recipient.people[0], now - _WEEK, policy.WEEKLY_MESSAGES
        )

    # the digest

    def _deliver_digest(self, send: Send, due_at: datetime) -> None:
        """Send a person's digest of the day when their phone may ring."""
        message = self._message(send, due_at, None)
        now = max(
            self._clock.now(), due_at
        )  # a slow clock must not pass over what is due
        for route in self._recipients.routes(send, message.template):
            held = self._digest.held_for(send.subject, now)
            if self._settle_unreachable(message, route):
                self._digest.suppress(held, route.unreached or "")
                continue
            at = self._planned(message, route, now)
            if at is not None and at > now:
                self._log.defer(send, route.recipient.people, at)
                continue
            next_at = digest_time(now, route.quiet.zone)
            with self._budget.billing() as bill:
                self._digest.send(message.to(route.recipient), held, next_at, bill)
