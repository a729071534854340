"""Messages about a ticket: their recipients, relevance and context. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ..kernel.audiences import Audience, GroupMembers, OnePerson, StaffOnDuty
from ..kernel.changes import Message
from ..kernel.clock import to_text
from ..kernel.text_catalogue import Text, text
from ..kernel.user_text import UserText
from .model import Ticket, place_at
from .policy import Category, Level
from .states import OPEN_STATES, Ending, TicketStatus

__all__ = [
    "ALSO_AT_NIGHT",
    "IS_IT_YOURS",
    "RELEVANT_WHILE",
    "is_relevant",
    "occasion_of",
    "template_context",
    "to_assignee",
    "to_audience",
    "to_claimed_reporter",
    "to_former_assignee",
    "to_reporters",
    "to_staff",
]

IS_IT_YOURS = "ticket.is_it_yours"
Test = Callable[[Ticket, Mapping[str, str]], bool]
S = TicketStatus

# Kinds for those who work on a ticket. For an urgent one no quiet hour holds them back.
ALSO_AT_NIGHT = {
    "new",
    "new_staff",
    "assigned",
    "back",
    "bounced_staff",
    "must_assign_staff",
    "climbed_staff",
    "overdue_staff",
    "reopened_staff",
    "merged_in",
}


def to_staff(ticket: Ticket, kind: str) -> tuple[Message, ...]:
    """Return a message to the staff on duty for the ticket's place at its level."""
    recipient = StaffOnDuty(
        place_at(ticket.level, ticket.place), within=ticket.place
    )
    return (
        _message(ticket, f"{kind}_staff", recipient, level=ticket.level.value),
    )


def to_assignee(ticket: Ticket, kind: str) -> tuple[Message, ...]:
    """Return a message to the assignee, if there is one."""
    if not ticket.assignee:
        return ()
    params = {"holder": ticket.assignee, "level": ticket.level.value}
    return (_message(ticket, kind, OnePerson(ticket.assignee), **params),)


def to_former_assignee(
    before: Ticket, after: Ticket, by: str
) -> tuple[Message, ...]:
    """Return a message to the assignee who has lost a ticket by somebody else's move."""
    former = before.assignee
    if former is None or former in (by, after.assignee):
        return ()
    if after.state is S.CLOSED:
        return ()  # its end is a message of its own
    recipient = OnePerson(former)
    return (_message(after, "taken_over", recipient, holder=former),)


def to_reporters(
    ticket: Ticket, kind: str, group: str = "ticket"
) -> tuple[Message, ...]:
    """Return a message to all reporters, or to the group of them who have not answered."""
    return (_message(ticket, kind, GroupMembers(group, ticket.id)),)


def to_audience(
    ticket: Ticket, kind: str, audience: Audience
) -> tuple[Message, ...]:
    """Return a message about a ticket to some of those who reported it."""
    return (_message(ticket, kind, audience),)


def to_claimed_reporter(ticket: Ticket, person_id: str) -> tuple[Message, ...]:
    """Return the question to the owner of a phone that a report names: is it theirs?"""
    return (_message(ticket, "is_it_yours", OnePerson(person_id)),)


def _message(
    ticket: Ticket, kind: str, recipient: Audience, **params: str
) -> Message:
    urgent = ticket.rings and kind in ALSO_AT_NIGHT
    full_kind = f"ticket.urgent_{kind}" if urgent else f"ticket.{kind}"
    return Message(
        kind=full_kind, audience=recipient, subject=ticket.id, params=params
    )


def _in(*states: TicketStatus) -> Test:
    return lambda ticket, params: ticket.state in states


def _ended(*endings: Ending) -> Test:
    return lambda ticket, params: ticket.ending in endings


def _still_assigned(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """Say whether the ticket is open and has the assignee that the message names."""
    return ticket.state in OPEN_STATES and ticket.assignee == params.get(
        "holder"
    )


def _lost(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """Say whether the ticket goes on, and somebody else than the message names has it."""
    return ticket.state is not S.CLOSED and ticket.assignee != params.get(
        "holder"
    )


def _new(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """Say whether nobody has accepted the ticket.

    After an outage it may have been escalated before the message to its first level was sent. That
    level still gets its message.
    """
    escalated = (
        "level" in params and ticket.level.rank > Level(params["level"]).rank
    )
    return ticket.state is S.OPEN and (
        _still_assigned(ticket, params) or escalated
    )


def _reached(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """Say whether the ticket is open and has reached the level that the message names."""
    return (
        ticket.state in OPEN_STATES
        and ticket.level.rank >= Level(params["level"]).rank
    )


def _not_closed(ticket: Ticket, params: Mapping[str, str]) -> bool:
    return ticket.state is not S.CLOSED


def _unclaimed(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """Say whether the ticket is open and nobody is known to have reported it."""
    return ticket.is_anonymous and ticket.state is not S.CLOSED


def _must_be_assigned(ticket: Ticket, params: Mapping[str, str]) -> bool:
    return ticket.must_be_assigned


def _resumed(ticket: Ticket, params: Mapping[str, str]) -> bool:
    return _still_assigned(ticket, params) and not ticket.hold


RELEVANT_WHILE: Mapping[str, Test] = {
    "ticket.new": _new,
    "ticket.new_staff": _in(S.OPEN),
    "ticket.assigned": _still_assigned,
    "ticket.said": _still_assigned,
    "ticket.taken_over": _lost,
    "ticket.over": _in(S.CLOSED),
    "ticket.back": _still_assigned,
    "ticket.accepted": _in(S.ACCEPTED, S.ASSIGNED),
    "ticket.commented": _not_closed,
    "ticket.held": _in(S.ON_HOLD),
    "ticket.is_it_yours": _unclaimed,
    "ticket.resolved": _in(S.RESOLVED),
    "ticket.unanswered": _in(S.RESOLVED),
    "ticket.closed": _ended(
        Ending.UNSOLVED, Ending.SILENT
    ),  # the system's end is not announced
    "ticket.merged": _ended(Ending.MERGED),
    "ticket.merged_in": _still_assigned,
    "ticket.split": _in(*OPEN_STATES),
    "ticket.turned": _ended(Ending.WISH),
    "ticket.returned": _in(*OPEN_STATES),
    "ticket.bounced_staff": _in(S.OPEN, S.ACCEPTED),
    "ticket.must_assign_staff": _must_be_assigned,
    "ticket.climbed_staff": _reached,
    "ticket.overdue_staff": _reached,
    "ticket.reopened_staff": _in(*OPEN_STATES),
    "ticket.released": _resumed,
    "ticket.released_staff": _in(S.ACCEPTED, S.ASSIGNED),
}


def is_relevant(ticket: Ticket, kind: str, params: Mapping[str, str]) -> bool:
    """Say whether a message about the ticket is relevant now, in its plain or urgent form."""
    return RELEVANT_WHILE[kind.replace("urgent_", "")](ticket, params)


def occasion_of(ticket: Ticket, kind: str) -> str:
    """Return the solution that a question is about. After another one, it is another question."""
    if kind == IS_IT_YOURS:
        return "report"  # the same, however often the ticket is solved
    return to_text(ticket.resolved_at) if ticket.resolved_at else ""


_PRIVATE = text(zh="一件私下反映的事", en="a private matter")
_REASON_ELSEWHERE = text(zh="理由见应用", en="the reason is in the app")


def template_context(
    ticket: Ticket, category: Category, now: datetime | None = None
) -> dict[str, str | UserText]:
    """Return the facts that templates take.

    The reporter gets their own words without personal data, for phones are shared. Others get the
    released text, or else the category. Nothing names a private ticket to others: the ticket may be
    about the contact who holds the phone.
    """
    until = ticket.hold.until if ticket.hold else ticket.updated_at
    shown_at = now or ticket.updated_at
    owners = frozenset(
        one for one in (ticket.person_id, ticket.proxy_id) if one
    )
    public: str | Text = ticket.public_text or text(
        zh=category.zh, en=category.en
    )
    if ticket.private:
        public = _PRIVATE
    reason = ticket.told_publicly if ticket.state is S.CLOSED else None
    return {
        "what": UserText(words=ticket.text, owners=owners, public=public),
        "where": ticket.community_name,
        "reason": UserText(
            words=reason or ticket.reason or "",
            owners=owners,
            public=_REASON_ELSEWHERE,
        ),
        "until": f"{until.astimezone(ticket.local):%m-%d}",
        "now": f"{shown_at.astimezone(ticket.local):%m-%d %H:%M}",
    }
