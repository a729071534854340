"""The lines of the message log: one for each message and recipient, as sending leaves them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.container import Container
from chalicelib.kernel.audiences import GroupMembers, OnePerson, StaffOnDuty
from chalicelib.kernel.changes import Message
from chalicelib.kernel.job import Send
from chalicelib.message_log import feature as message_log_feature
from chalicelib.message_log.decisions import suppressed
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    Envelope,
    MessageAttempt,
    Recipient,
    SuppressionReason,
    masked,
)
from chalicelib.people.model import Person

from .ledger import RowLedger
from .scale import StreetScale

__all__ = ["LogWriter"]

_FACT = "一件事"  # in place of titles and places
_PRICE_LI = 55  # of one part, as of most providers


class LogWriter:
    """Writes messages into the log, up to the number of lines that the street has.

    Everybody with a phone was reached. Staff have visited the others, but for the first line of
    each of those who are still to be visited.
    """

    def __init__(
        self,
        services: Container,
        ledger: RowLedger,
        scale: StreetScale,
        people: Mapping[str, Person],
        duty: Mapping[str, Sequence[str]],
    ) -> None:
        self._ids, self._templates = services.core.ids, services.core.templates
        self._attempts = services.get(message_log_feature.attempt_store)
        self._ledger, self._people, self._duty = ledger, people, duty
        self._lines_left, self._visits_left = scale.log_lines, scale.visits
        self._to_visit: set[str] = set()

    def write(
        self, messages: Sequence[Message], at: datetime, members: Sequence[str]
    ) -> None:
        """Write the lines of messages that are sent at an instant."""
        for message in messages:
            send = self._send(message)
            for person, place in self._recipients(message, members):
                if self._lines_left:
                    self._lines_left -= 1
                    self._ledger.add_whole(self._line(send, person, place, at))

    def _send(self, message: Message) -> Send:
        id = self._ids.new("due")
        return Send(
            id=id,
            message_kind=message.kind,
            subject=message.subject,
            audience=message.audience,
            params=message.params,
            message_id=id,
        )

    def _recipients(
        self, message: Message, members: Sequence[str]
    ) -> Iterator[tuple[Person, str]]:
        """Yield the recipients, each with the place whose staff would visit."""
        match message.audience:
            case OnePerson(id):
                yield self._people[id], ""
            case GroupMembers():
                for id in members:
                    yield self._people[id], ""
            case StaffOnDuty(place):
                for id in self._duty.get(place, ()):
                    yield self._people[id], place

    def _line(
        self, send: Send, person: Person, place: str, at: datetime
    ) -> MessageAttempt:
        channel = Channel.SMS if person.phone else Channel.NONE
        recipient = Recipient(
            people=(person.id,),
            place=place or person.places[0],
            channel=channel,
            address=person.phone or person.id,
            locale=person.locale,
            holder=person.id,
        )
        template = self._templates[send.message_kind]
        envelope = Envelope(
            send=send, due_at=at, template=template, recipient=recipient
        )
        if channel is Channel.NONE:
            return self._unreached(envelope, at)
        return self._sent(envelope, at)

    def _sent(self, envelope: Envelope, at: datetime) -> MessageAttempt:
        template, number = envelope.template, ""
        if template.asks:
            number = "1"  # nobody is asked two things at once
        attempt = self._attempts.new(envelope, DeliveryState.SENT)
        locale, text = envelope.recipient.locale, ""
        facts = masked(template, dict.fromkeys(template.slots, _FACT))
        if facts is not None:
            text = template.fill(locale, facts)
        return replace(
            attempt,
            template=template.version,
            text=text,
            locale=locale if text else "",
            number=number,
            attempt=1,
            owner=self._ids.new("own"),
            provider="console",
            ref=attempt.id,
            parts=template.parts,
            cost_li=template.parts * _PRICE_LI,
            settled_at=at,
        )

    def _unreached(self, envelope: Envelope, at: datetime) -> MessageAttempt:
        fresh = self._attempts.new(envelope, DeliveryState.SUPPRESSED)
        attempt = suppressed(fresh, at, SuppressionReason.NO_CHANNEL)
        if attempt.person not in self._to_visit and self._visits_left:
            self._to_visit.add(attempt.person)
            self._visits_left -= 1
            return attempt
        visitor = next(iter(self._duty.values()))[0]
        return replace(attempt, visited_by=visitor)
