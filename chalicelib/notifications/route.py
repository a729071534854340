"""A message that is due, and its routes: the address, and when its phone may ring."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.audiences import SeveralPeople
from ..kernel.job import Send
from ..kernel.template import Legal, Template, Urgency
from ..message_log.model import (
    COLLECTIONS,
    Channel,
    Envelope,
    Facts,
    Recipient,
    SuppressionReason,
)
from .decisions import morning_at, plan
from .model import LocalQuietHours

__all__ = ["DueMessage", "Route"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The address of a message to a person, and when that phone may ring.

    A message on a route that `is_rationed` counts against the person's week. `unreached` says why
    the route ends without an address. The phone or mailbox of a route that `rings_staff` is that of
    somebody who works here. `silenced` is a phone that may not ring (any more), at which
    the message may have been begun.
    """

    recipient: Recipient
    quiet: LocalQuietHours
    is_rationed: bool
    rings_staff: bool = False
    unreached: SuppressionReason | None = None
    silenced: Recipient | None = None

    @property
    def takes_rations(self) -> bool:
        """Say whether the quota of a phone or mailbox of staff counts for the route."""
        has_address = self.recipient.channel in (Channel.SMS, Channel.EMAIL)
        return self.rings_staff and has_address

    def joined_by(self, other: "Route") -> "Route":
        """Return the route of people who share a phone. It rings once, as for the first one."""
        people = (*self.recipient.people, *other.recipient.people)
        return replace(self, recipient=replace(self.recipient, people=people))


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMessage:
    """A message as one job sends it. Without `facts` it is no longer true.

    One that `bars_phones` must not ring at phones that ring for other messages to a person.
    """

    send: Send
    due_at: datetime
    template: Template
    facts: Facts | None = None
    occasion: str = ""
    bars_phones: bool = False

    def to(self, recipient: Recipient) -> Envelope:
        """Return the message to one recipient."""
        return Envelope(
            send=self.send,
            due_at=self.due_at,
            template=self.template,
            recipient=recipient,
            occasion=self.occasion,
        )

    def planned_at(self, route: Route, now: datetime) -> datetime | None:
        """Return when the message may go out on a route, None for never."""
        quiet = None if self.template.urgency is Urgency.URGENT else route.quiet
        return plan(
            now,
            quiet,
            not_before=self.send.not_before,
            not_after=self.send.not_after,
            seed=self._jitter_seed(route),
        )

    @property
    def is_collectable(self) -> bool:
        """Say whether quiet hours collect the message with others for the same phone.

        A promotion goes alone, with its own way to opt out.
        """
        is_urgent = self.template.urgency is Urgency.URGENT
        is_promotion = self.template.legal is Legal.PROMOTIONAL
        is_collection = self.send.message_kind in COLLECTIONS
        return not is_urgent and not is_promotion and not is_collection

    def morning_at(self, route: Route) -> datetime | None:
        """Return when the message goes out with others of the night, None if it goes alone.

        The route of a bundle knows nothing of phones that one of its messages bars.
        """
        has_address = route.recipient.channel in (Channel.SMS, Channel.EMAIL)
        if not self.is_collectable or not has_address or self.bars_phones:
            return None
        seed = route.recipient.people[0]
        return morning_at(self.due_at, route.quiet, seed)

    def _jitter_seed(self, route: Route) -> str | None:
        """Return the seed of the random delay. All people of a share have the same one.

        What is collected is spread later.
        """
        if self.is_collectable:
            return None
        if isinstance(self.send.audience, SeveralPeople):
            return self.send.id
        return route.recipient.people[0]
