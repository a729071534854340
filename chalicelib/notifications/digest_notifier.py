"""Digests and bundles on their way to a person: routes, and when their phones may ring."""

from ..kernel.clock import Clock
from ..message_log.budget import SmsBudget
from ..message_log.decisions import digest_time
from ..message_log.digest import Digest
from ..message_log.log import MessageLog
from ..message_log.model import DIGEST, Envelope
from ..message_log.staff_phones import StaffPhones
from .recipients import Recipients
from .route import DueMessage, Route
from .unreachable import settle_unreachable

__all__ = ["DigestNotifier"]


class DigestNotifier:
    """Sends the digest or a bundle of a person by each of their routes."""

    def __init__(
        self,
        *,
        clock: Clock,
        recipients: Recipients,
        log: MessageLog,
        digest: Digest,
        staff_phones: StaffPhones,
        budget: SmsBudget,
    ) -> None:
        self._clock = clock
        self._recipients = recipients
        self._log = log
        self._digest = digest
        self._staff_phones = staff_phones
        self._budget = budget

    def deliver(self, message: DueMessage) -> None:
        """Send a person's digest or bundle when their phone may ring."""
        send = message.send
        # A slow clock must not pass over attempts that are due.
        now = max(self._clock.now(), message.due_at)
        for route in self._recipients.routes(send, message.template):
            held = self._digest.held_for(send, now)
            if settle_unreachable(self._log, message, route):
                self._digest.suppress(held, route.unreached or "")
                continue
            at = message.planned_at(route, now)
            if at is not None and at > now:
                self._log.defer(send, route.recipient.people, at)
                continue
            zone = route.quiet.zone
            envelope = message.to(route.recipient)
            if held and self._is_over_ceiling(envelope, route):
                self._digest.move_to_digest(held, digest_time(now, zone))
                continue
            with self._budget.billing() as bill:
                self._digest.send(envelope, held, zone, bill)

    def _is_over_ceiling(self, envelope: Envelope, route: Route) -> bool:
        """Say whether a bundle must wait for the digest: the phone has rung often today."""
        is_digest = envelope.send.message_kind == DIGEST
        if is_digest or not route.takes_rations:
            return False
        placement = self._staff_phones.place(envelope, route.quiet.zone)
        return placement.is_over_ceiling
