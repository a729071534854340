"""What each list of tickets must show, found by looking through everything."""

from operator import attrgetter
from random import Random

from chalicelib.kernel.access import Role
from chalicelib.kernel.place import (
    community_of,
    covers,
)
from chalicelib.people.model import Person
from chalicelib.tickets.model import Level, Ticket, TicketReport
from chalicelib.tickets.states import TicketStatus

from .lists import (
    Listing,
    Street,
    busiest,
    ids_of,
    order_of,
    viewer_of,
)


def queue_of_tickets(
    street: Street, dice: Random, *, place: str, newest: bool, filtered: bool
) -> Listing:
    query = {"place": place}
    if filtered:
        query |= _ticket_filter(street, dice, newest=newest)
    if newest:
        query["order"] = "new"
    found = [
        ticket
        for ticket in street.all(Ticket)
        if covers(place, ticket.place)
        and (newest or ticket.next_due)
        and all(
            getattr(ticket, name) == value
            for name, value in query.items()
            if name not in ("place", "order")
        )
    ]
    if newest:
        found.sort(
            key=lambda one: order_of(one.created_at, one.id), reverse=True
        )
    else:
        found.sort(key=lambda one: order_of(one.next_due[1], one.id))
    viewer = viewer_of(street, place, dice)
    return Listing(viewer, "/v1/tickets", ids_of(found), query)


def _ticket_filter(
    street: Street, dice: Random, *, newest: bool
) -> dict[str, str]:
    states = list(TicketStatus)
    if not newest:
        states.remove(TicketStatus.CLOSED)
    ticket = dice.choice(street.all(Ticket))
    values = {
        "state": dice.choice(states).value,
        "category": ticket.category,
        "level": dice.choice(list(Level)).value,
        "assignee": ticket.assignee or "per_" + "a" * 24,
    }
    names = dice.sample(sorted(values), dice.choice((1, 1, 2)))
    return {name: values[name] for name in names}


def own_tickets(street: Street, dice: Random) -> Listing:
    """List what somebody who is not staff of a place reported or joined there."""
    reports = street.all(TicketReport)
    tickets = {one.id: one for one in street.all(Ticket)}
    outsiders = {
        one.id
        for one in street.all(Person)
        if all(grant.role.rank < Role.PROPERTY.rank for grant in one.grants)
    }
    mine = [one for one in reports if one.person_id in outsiders]
    person = busiest(street, dice, [one.person_id for one in mine])
    own = [one for one in mine if one.person_id == person.id]
    own.sort(key=attrgetter("joined_at"), reverse=True)
    state = dice.choice(list(TicketStatus)).value
    place = "chunhui"
    return Listing(
        street.world.phone_of(person),
        "/v1/tickets",
        [one.ticket_id for one in own if tickets[one.ticket_id].state == state],
        {"place": place, "state": state},
    )


def tickets_nearby(street: Street, dice: Random) -> Listing:
    person = dice.choice([one for one in street.all(Person) if one.address])
    home = person.home or ""
    found = [
        ticket
        for ticket in street.all(Ticket)
        if ticket.is_open
        and not ticket.private
        and covers(community_of(home), ticket.place)
    ]
    found.sort(key=lambda one: order_of(one.next_due[1], one.id))
    return Listing(
        street.world.phone_of(person),
        "/v1/tickets",
        ids_of(found),
        {"near": home},
    )


def my_tickets(street: Street, dice: Random) -> Listing:
    reports = street.all(TicketReport)
    person = busiest(street, dice, [one.person_id for one in reports])
    own = [one for one in reports if one.person_id == person.id]
    own.sort(key=attrgetter("joined_at"), reverse=True)
    return Listing(
        street.world.phone_of(person),
        "/v1/me/tickets",
        [one.ticket_id for one in own],
    )
