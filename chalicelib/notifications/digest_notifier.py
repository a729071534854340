"""The daily digest on its way to a person: its routes, and when their phones may ring."""

from ..kernel.clock import Clock
from ..message_log.budget import SmsBudget
from ..message_log.decisions import digest_time
from ..message_log.digest import Digest
from ..message_log.log import MessageLog
from .recipients import Recipients
from .route import DueMessage
from .unreachable import settle_unreachable

__all__ = ["DigestNotifier"]


class DigestNotifier:
    """Sends the digest of a person by each of their routes."""

    def __init__(
        self,
        *,
        clock: Clock,
        recipients: Recipients,
        log: MessageLog,
        digest: Digest,
        budget: SmsBudget,
    ) -> None:
        self._clock = clock
        self._recipients = recipients
        self._log = log
        self._digest = digest
        self._budget = budget

    def deliver(self, message: DueMessage) -> None:
        """Send a person's digest of the day when their phone may ring."""
        send = message.send
        # A slow clock must not pass over attempts that are due.
        now = max(self._clock.now(), message.due_at)
        for route in self._recipients.routes(send, message.template):
            held = self._digest.held_for(send.subject, now)
            if settle_unreachable(self._log, message, route):
                self._digest.suppress(held, route.unreached or "")
                continue
            at = message.planned_at(route, now)
            if at is not None and at > now:
                self._log.defer(send, route.recipient.people, at)
                continue
            next_at = digest_time(now, route.quiet.zone)
            with self._budget.billing() as bill:
                self._digest.send(
                    message.to(route.recipient), held, next_at, bill
                )
