"""What each list of tickets must show, found by looking through everything."""

from dataclasses import replace
from operator import attrgetter
from random import Random
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.place import (
    community_of,
    covers,
)
from chalicelib.people.model import Person
from chalicelib.tickets.model import Level, Ticket, TicketReport
from chalicelib.tickets.states import TicketStatus

from ..world import Phone
from .lists import (
    Listing,
    Street,
    busiest,
    ids_of,
    order_of,
    some_of,
    viewer_of,
)


def queue_of_tickets(
    street: Street, dice: Random, *, place: str, newest: bool, filtered: bool
) -> Listing:
    query: dict[str, Any] = {"place": place}
    asked = {}
    viewer = viewer_of(street, place, dice)
    if filtered:
        asked = _ticket_filter(street, dice, viewer, newest=newest)
        query |= asked
    if newest:
        query["order"] = "new"
    found = [
        ticket
        for ticket in street.all(Ticket)
        if covers(place, ticket.place)
        and (newest or ticket.next_due)
        and all(
            _fits(ticket, name, value, viewer) for name, value in asked.items()
        )
    ]
    if newest:
        found.sort(
            key=lambda one: order_of(one.created_at, one.id), reverse=True
        )
    else:
        found.sort(key=lambda one: order_of(one.next_due[1], one.id))
    return Listing(viewer, "/v1/tickets", ids_of(found), query)


def _fits(ticket: Ticket, name: str, value: Any, viewer: Phone) -> bool:
    if name != "assignee":
        return getattr(ticket, name) in value
    asked = {"me": viewer.me["id"], "none": None}
    return ticket.assignee == asked.get(value, value)


def tickets_of_a_span(street: Street, dice: Random, *, place: str) -> Listing:
    newest = dice.random() < 0.5
    listing = queue_of_tickets(
        street, dice, place=place, newest=newest, filtered=dice.random() < 0.5
    )
    made = {one.id: one.created_at for one in street.all(Ticket)}
    since, until = sorted(dice.sample(sorted(set(made.values())), 2))
    query = {"from": to_text(since), "to": to_text(until)}
    return replace(
        listing,
        expected=[id for id in listing.expected if since <= made[id] < until],
        query=listing.query | query,
    )


def _ticket_filter(
    street: Street, dice: Random, viewer: Phone, *, newest: bool
) -> dict[str, Any]:
    states = list(TicketStatus)
    if not newest:
        states.remove(TicketStatus.CLOSED)
    ticket, another = dice.sample(street.all(Ticket), 2)
    values = {
        "state": some_of(dice, map(str, states)),
        "category": sorted({ticket.category, another.category}),
        "level": some_of(dice, map(str, Level)),
        "assignee": dice.choice(
            ("me", "none", ticket.assignee or "per_" + "a" * 24)
        ),
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
