"""What the staff queue, timelines and lists of matching must show, by looking at everything."""

from collections.abc import Iterator
from operator import attrgetter
from random import Random
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.place import (
    covers,
)
from chalicelib.matching.model import Run
from chalicelib.message_log.model import MessageAttempt
from chalicelib.message_log.policy import VISIT_WITHIN
from chalicelib.offers.model import Offer
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.repository import TicketEvent
from chalicelib.tickets.states import WAITING
from chalicelib.wishes.model import (
    Wish,
)
from chalicelib.wishes.repository import WishEvent

from .lists import (
    Listing,
    Street,
    ids_of,
    order_of,
    some_of,
    viewer_of,
)


def staff_queue(
    street: Street, dice: Random, *, place: str, filtered: bool
) -> Listing:
    needed = visits_needed(street)
    waiting = [
        task
        for task in tasks_of(street.things)
        if covers(place, task[2])
        and (task[1] != "message.visit" or task[3] in needed)
    ]
    query: dict[str, Any] = {"place": place}
    if filtered:
        query |= _queue_filter(street, dice, [task[1] for task in waiting])
        waiting = [task for task in waiting if _fits(street, task, query)]
    return Listing(
        viewer_of(street, place, dice),
        "/v1/admin/queue",
        [(kind, id) for _, kind, _, id in sorted(waiting)],
        query,
        key=lambda item: (item["kind"], item["id"]),
    )


def _queue_filter(
    street: Street, dice: Random, kinds: list[str]
) -> dict[str, Any]:
    """Return a filter of the queue: of kinds, of an assignee, of what is late, or of several."""
    query: dict[str, Any] = {}
    if kinds and dice.random() < 0.5:
        query["kind"] = some_of(dice, sorted(set(kinds)))
    if dice.random() < 0.4:
        assignees = {one.assignee or "none" for one in street.all(Ticket)}
        query["assignee"] = dice.choice(sorted({"none", *assignees}))
    if dice.random() < 0.4:
        query["late"] = "true"
    return query


def _fits(
    street: Street, task: tuple[str, str, str, str], query: dict[str, Any]
) -> bool:
    order, kind, _, id = task
    if kind not in query.get("kind", [kind]):
        return False
    if "late" in query and order > order_of(street.world.clock.now(), "~"):
        return False
    if "assignee" not in query:
        return True
    tickets = {one.id: one for one in street.all(Ticket)}
    return (
        id in tickets and (tickets[id].assignee or "none") == query["assignee"]
    )


def visits_needed(street: Street) -> set[str]:
    """Return the visits whose messages are still true."""
    visits = [one for one in street.all(MessageAttempt) if one.wants_visit]
    texts = street.world.services.message_queries.texts_of(visits, "zh-CN")
    return {
        one.id
        for one, text in zip(visits, texts, strict=True)
        if text is not None
    }


def tasks_of(things: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield what waits for staff: its order, kind, place and id."""
    for one in things:
        if isinstance(one, Wish | Person):
            waits = one.waits_for_staff()
            if waits:
                place = one.place if isinstance(one, Wish) else one.places[0]
                yield order_of(waits[1], one.id), waits[0], place, one.id
        elif isinstance(one, Ticket) and one.state in WAITING:
            if due := one.next_due:
                kind = f"ticket.{due[0]}"
                yield order_of(due[1], one.id), kind, one.place, one.id
        elif isinstance(one, MessageAttempt) and one.wants_visit:
            due_at = one.at + VISIT_WITHIN
            yield order_of(due_at, one.id), "message.visit", one.place, one.id


def runs(street: Street, dice: Random, *, place: str) -> Listing:
    found = [one for one in street.all(Run) if covers(place, one.place)]
    found.sort(key=lambda one: order_of(one.created_at, one.id), reverse=True)
    return Listing(
        viewer_of(street, place, dice),
        "/v1/matching/runs",
        ids_of(found),
        {"place": place},
    )


def my_offers(street: Street, dice: Random) -> Listing:
    own = street.all(Offer)
    (helper,) = {one.volunteer for one in own}
    (person,) = [one for one in street.all(Person) if one.id == helper]
    served = [grant for grant in person.grants if grant.role is Role.VOLUNTEER]
    # Only those of the places that they still serve.
    found = [
        one for one in own if any(grant.reaches(one.place) for grant in served)
    ]
    found.sort(key=attrgetter("created_at"), reverse=True)
    return Listing(
        street.world.phone_of(person), "/v1/me/offers", ids_of(found)
    )


def wish_timeline(street: Street, dice: Random) -> Listing:
    wish = dice.choice(street.all(Wish))
    return _timeline(street, dice, wish, "wishes", WishEvent)


def ticket_timeline(street: Street, dice: Random) -> Listing:
    ticket = dice.choice(street.all(Ticket))
    return _timeline(street, dice, ticket, "tickets", TicketEvent)


def _timeline(
    street: Street, dice: Random, entity: Any, path: str, kind: type
) -> Listing:
    lines = [one for one in street.all(kind) if one.subject == entity.id]
    lines.sort(key=lambda one: (one.version, one.number))
    return Listing(
        viewer_of(street, entity.place, dice),
        f"/v1/{path}/{entity.id}/timeline",
        [(one.version, one.tag) for one in lines],
        key=lambda item: (item["version"], item["event"]),
    )
