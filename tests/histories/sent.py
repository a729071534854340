"""Every message at the moment when it goes out, with the facts by which it is judged later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.kernel.template import Template
from chalicelib.message_log.model import Channel, Envelope, MessageAttempt
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket
from chalicelib.wishes.model import Wish

__all__ = ["Round", "SentMessage", "round_of"]

Round = tuple[Any, ...]
DELIVERY = ("wish.delivered", "wish.unconfirmed")
SOLUTION = ("ticket.resolved", "ticket.unanswered")


@dataclass(frozen=True, kw_only=True)
class SentMessage:
    """A message that went out. `round` is what its question was about, () for no question.

    `people`, `holder` and `subject` are as they were at that moment.
    """

    at: datetime
    kind: str
    about: str
    params: Mapping[str, str]
    recipients: tuple[str, ...]
    address: str
    is_sms: bool
    text: str
    template: Template
    yes: str  # the number for yes, "" for no question
    round: Round
    people: Mapping[str, Person]
    holder: Person | None
    subject: Ticket | Wish | None
    reporters: frozenset[str]

    @property
    def claim(self) -> str:
        """Return the id of the claim that it is about, "" for none."""
        return self.params.get("claim", "")

    @classmethod
    def of(
        cls,
        at: datetime,
        attempt: MessageAttempt,
        envelope: Envelope,
        text: str,
        **facts: Any,
    ) -> "SentMessage":
        """Return an attempt that is being made as a sent message."""
        recipients = (attempt.person, *envelope.recipient.people)
        return cls(
            at=at,
            kind=attempt.kind,
            about=attempt.about,
            params=attempt.params,
            recipients=tuple(dict.fromkeys(recipients)),
            address=envelope.recipient.address,
            is_sms=envelope.recipient.channel is Channel.SMS,
            text=text,
            template=envelope.template,
            yes=attempt.number,
            **facts,
        )


def round_of(kind: str, subject: object, claim: str = "") -> Round:
    """Return the round in which a subject is now, for the question of a kind; () for none.

    A delivery is that of a claim.
    """
    if isinstance(subject, Ticket):
        return _round_of_ticket(kind, subject)
    if isinstance(subject, Wish) and kind in DELIVERY:
        return _delivery_of(subject, claim)
    if isinstance(subject, Wish) and kind == "wish.expiring":
        is_open = subject.state == "open"
        listing = ("listing", subject.listed_at, subject.needed_by)
        return listing if is_open else ()
    return ()


def _round_of_ticket(kind: str, ticket: Ticket) -> Round:
    if kind in SOLUTION and ticket.resolved_at:
        return ("solution", ticket.resolved_at, ticket.reopened)
    if kind == "ticket.is_it_yours" and ticket.is_anonymous:
        return ("report",)
    return ()


def _delivery_of(wish: Wish, claim_id: str) -> Round:
    """Return the delivery of a claim while the resident has not answered about it."""
    for claim in wish.claims:
        is_open = claim.state == "delivered" and not claim.disputed_at
        if claim.id == claim_id and is_open:
            return ("delivery", claim.id, claim.delivered_at)
    return ()
