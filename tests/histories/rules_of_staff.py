"""The rule that there is always a person (I3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel.job import Send, Timer
from chalicelib.kernel.place import ancestors, covers
from chalicelib.message_log.model import COLLECTIONS, MessageAttempt
from chalicelib.people.model import Person
from chalicelib.places.model import Place
from chalicelib.queue_watch.model import QueueWatch
from chalicelib.tickets.model import Ticket

from .rule import Past, break_rule, may_act, serves
from .street import Street

__all__ = ["somebody_has_it"]

# I3


def somebody_has_it(street: Street, past: Past) -> None:
    """I3 (L3): what waits has a person in office or a told level, and a deadline to come."""
    waiting = street.tickets("open", "accepted", "assigned", "on_hold")
    people = {one.id: one for one in street.ledger.all(Person)}
    timers = {
        scheduled.job.entity_id
        for scheduled in street.ledger.jobs()
        if isinstance(scheduled.job, Timer)
    }
    duty = Duty(street, people)
    for ticket in waiting:
        _check_deadline(street, ticket, timers)
        if ticket.assignee:
            assignee = people[ticket.assignee]
            if not serves(assignee, ticket.place):
                name = street.name_of(ticket.assignee)
                what = f"{ticket.id} is with {name}, who has left"
                break_rule("I3", street, what)
        elif duty.along(ticket.place) and not _was_told(street, ticket, past):
            break_rule("I3", street, f"nobody was told of {ticket.id}")
    _check_wishes(street, duty)
    _note_levels(past, waiting, street.now)


def _note_levels(past: Past, waiting: list[Ticket], now: datetime) -> None:
    """Remember since when each ticket is at its level: not before the step before."""
    for ticket in waiting:
        before = past.tickets.get(ticket.id)
        if before is None or before.level is not ticket.level:
            since = past.checked_at or now
            past.level_since[ticket.id] = max(since, ticket.created_at)


def _check_deadline(street: Street, ticket: Ticket, timers: set[str]) -> None:
    if ticket.reporter_left_at:
        return  # in the queue of staff, who look at it
    due = min(ticket.deadlines().values(), default=None)
    if due is None:
        break_rule("I3", street, f"{ticket.id} has no deadline")
    if due <= street.now:
        break_rule("I3", street, f"the deadline of {ticket.id} has passed")
    if ticket.id not in timers:
        break_rule("I3", street, f"{ticket.id} has no timer")


def _was_told(street: Street, ticket: Ticket, past: Past) -> bool:
    """Say whether staff were sent, or will be sent, anything about a ticket at its level."""
    if ticket.reporter_left_at:
        return True
    since = past.level_since.get(ticket.id, ticket.created_at)
    before = past.tickets.get(ticket.id)
    if before and before.level is not ticket.level:
        since = past.checked_at or since
    for attempt in street.ledger.all(MessageAttempt):
        if attempt.about != ticket.id or attempt.at < since:
            continue
        if _is_for_staff(attempt.kind) and attempt.person.startswith("per_"):
            return True
    return any(
        isinstance(scheduled.job, Send)
        and scheduled.job.subject == ticket.id
        and _is_for_staff(scheduled.job.message_kind)
        for scheduled in street.ledger.jobs()
    )


def _is_for_staff(kind: str) -> bool:
    name = kind.removeprefix("ticket.").removeprefix("urgent_")
    return name.endswith("_staff") or name in ("new", "assigned", "back")


def _check_wishes(street: Street, duty: "Duty") -> None:
    """A task about a wish is told to staff before it is long overdue."""
    watches = street.ledger.all(QueueWatch)
    tasks = [
        (wish, task)
        for wish in street.wishes()
        if not wish.forgotten and (task := wish.waits_for_staff())
    ]
    if tasks and not any(watch.next_at > street.now for watch in watches):
        break_rule("I3", street, "nobody looks at the queue any more")
    for wish, (kind, due_at) in tasks:
        since = max(due_at, street.staffed_since)
        if street.now < since + timedelta(days=12):
            continue  # two working days, with any holidays between
        if duty.along(wish.place) and not _heard_of_queue(street, since):
            break_rule("I3", street, f"nobody was told of {kind} {wish.id}")


def _heard_of_queue(street: Street, since: Any) -> bool:
    return any(
        one.at >= since
        and (one.kind == "queue.overdue_staff" or one.kind in COLLECTIONS)
        for one in street.sent
    )


class Duty:
    """Who is on duty where, by the lists and by what people hold now."""

    def __init__(self, street: Street, people: Mapping[str, Person]) -> None:
        self._lists = {one.id: one.duty for one in street.ledger.all(Place)}
        self._people = people

    def along(self, place: str) -> list[str]:
        """Return the staff on duty at a place and around it."""
        found: list[str] = []
        for code in ancestors(place):
            for role, ids in self._lists.get(code, {}).items():
                if role != "property":
                    found += [id for id in ids if self._is_on(id, role, code)]
        return found

    def _is_on(self, id: str, role: str, place: str) -> bool:
        person = self._people.get(id)
        if person is None or not may_act(person):
            return False
        return any(
            grant.role == role and covers(grant.place, place)
            for grant in person.grants
        )
