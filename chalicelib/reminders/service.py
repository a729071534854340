"""Sending one message: recipients and words are found at the moment of sending, the ledger keeps it from going out twice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from ..carriers.ports import EmailSender, SmsSender
from ..kernel.access import Role
from ..kernel.clock import Clock
from ..kernel.outcome import Due
from ..kernel.words import Catalogue
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from . import rows
from .model import Delivery, DeliveryState, Recipient

__all__ = ["Reminders"]

_LEDGER_LASTS = timedelta(days=30)
_LEASE = timedelta(minutes=2)  # longer than any attempt
_STAFF = (Role.GRID_WORKER.value, Role.COMMUNITY_STAFF.value, Role.STREET_ADMIN.value)


class BeingSent(Exception):
    """Another worker is at this delivery; the queue must bring it again."""


class Reminders:
    """Sends messages."""

    def __init__(
        self,
        *,
        clock: Clock,
        people: People,
        places: Places,
        sms: SmsSender,
        email: EmailSender,
        texts: Catalogue,
        signature: str,
    ) -> None:
        self._clock, self._people, self._places = clock, people, places
        self._sms, self._email, self._texts, self._signature = sms, email, texts, signature

    def send(self, due: Due, facts: Mapping[str, str] | None) -> None:
        """Tell everybody whom a message is for. `facts` None means that it is no longer true, and nobody is told."""
        if facts is None:
            return
        for person in self._audience(due.to):
            recipient = self._reach(person)
            if recipient is None:
                self._note(due, person.id, "none", DeliveryState.SUPPRESSED)
            else:
                self.send_to(due, recipient, facts)

    def send_to(self, due: Due, recipient: Recipient, facts: Mapping[str, str]) -> None:
        """Make the one attempt to tell one recipient."""
        claimed = self._delivery(due, recipient.person_id, recipient.channel, DeliveryState.CLAIMED)
        if not rows.claim_delivery(claimed):
            self._look_after(claimed)
            return
        text = self._texts[due.kind].fill(recipient.locale, facts)
        try:
            if recipient.channel == "email":
                self._email.send(recipient.address, self._signature, text, due.kind)
            else:
                self._sms.send(recipient.address, f"【{self._signature}】{text}", due.kind)
        except Exception:
            rows.settle_delivery(replace(claimed, state=DeliveryState.UNKNOWN))
            raise
        rows.settle_delivery(replace(claimed, state=DeliveryState.SENT))

    def _look_after(self, mine: Delivery) -> None:
        """Somebody has claimed this delivery before: she is at it, has done it, or died over it and nobody knows how it ended."""
        before = rows.find_delivery(mine.message_id, mine.recipient)
        if before is None or before.state is not DeliveryState.CLAIMED:
            return
        if before.at > mine.at - _LEASE:
            raise BeingSent(mine.message_id)
        rows.settle_delivery(replace(before, state=DeliveryState.UNKNOWN))

    def _audience(self, to: str) -> list[Person]:
        if to.startswith("staff:"):
            on_duty = self._places.on_duty(to.removeprefix("staff:"), _STAFF)
            return list(self._people.find_many(on_duty).values())
        person = self._people.find(to)
        return [person] if person else []

    def _reach(self, person: Person) -> Recipient | None:
        """Her own phone, or that of the contact who may be used; mail for those who want no SMS."""
        if person.erased_at:
            return None
        if person.phone and person.sms:
            return Recipient(person_id=person.id, channel="sms", address=person.phone, locale=person.locale)
        if person.email and person.email_address:
            return Recipient(person_id=person.id, channel="email", address=person.email_address, locale=person.locale)
        contact = self._people.find(person.contact_via) if person.contact_via and not person.phone else None
        if contact and contact.phone and contact.sms:
            return Recipient(person_id=person.id, channel="sms", address=contact.phone, locale=contact.locale)
        return None

    def _note(self, due: Due, person_id: str, channel: str, state: DeliveryState) -> None:
        rows.claim_delivery(self._delivery(due, person_id, channel, state))

    def _delivery(self, due: Due, person_id: str, channel: str, state: DeliveryState) -> Delivery:
        now = self._clock.now()
        return Delivery(
            message_id=due.id, recipient=person_id, kind=due.kind, channel=channel, state=state, at=now, ttl=now + _LEDGER_LASTS
        )
