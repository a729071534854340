"""What each list of the contract must show, found by looking through everything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from random import Random
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.place import (
    PlaceKind,
    community_of,
    covers,
    kind_of,
    sort_key,
)
from chalicelib.matching.model import Run
from chalicelib.message_log.model import MessageAttempt
from chalicelib.offers.model import Offer
from chalicelib.people.model import Consent, Person
from chalicelib.places.model import Place
from chalicelib.signin.model import Session
from chalicelib.tickets.model import Level, Ticket, TicketReport
from chalicelib.tickets.repository import TicketEvent
from chalicelib.tickets.states import WAITING, TicketStatus
from chalicelib.wishes.model import (
    ClaimPointer,
    ClaimState,
    Wish,
    WishKind,
    WishState,
)
from chalicelib.wishes.repository import WishEvent

from ..world import Phone
from .small import SmallStreet

Street = SmallStreet


@dataclass(frozen=True)
class Listing:
    """A list as somebody asks for it, and the keys of its items in order."""

    phone: Phone
    path: str
    expected: list[Any]
    query: dict[str, str] = field(default_factory=dict)
    key: Callable[[Any], Any] = lambda item: item["id"]
    in_order: bool = True


def _order(at: Any, id: str) -> str:
    return f"{to_text(at)}#{id}"


def _ids(things: Any) -> list[str]:
    return [thing.id for thing in things]


def _places(street: Street) -> list[str]:
    return [
        place.id
        for place in street.all(Place)
        if kind_of(place.id) is not PlaceKind.UNIT
    ]


def _viewer(street: Street, place: str, dice: Random) -> Phone:
    """Return the phone of some staff of a place."""
    staff = [
        person
        for person in street.all(Person)
        for grant in person.grants
        if grant.role.rank >= Role.GRID_WORKER.rank and grant.reaches(place)
    ]
    return street.world.phone_of(dice.choice(staff))


# wishes


def staff_wishes(street: Street, dice: Random, *, place: str) -> Listing:
    query = {"place": place}
    if dice.random() < 0.6:
        query["state"] = dice.choice(list(WishState)).value
    if dice.random() < 0.4:
        query["kind"] = dice.choice(list(WishKind)).value
    found = [
        wish
        for wish in street.all(Wish)
        if covers(place, wish.place)
        and query.get("state") in (None, wish.state)
        and query.get("kind") in (None, wish.kind)
    ]
    return Listing(
        _viewer(street, place, dice),
        "/v1/wishes",
        _ids(sorted(found, key=_on_the_wall)),
        query,
    )


def _on_the_wall(wish: Wish) -> tuple[bool, int, str]:
    order = _order(wish.opened_at or wish.submitted_at, wish.id)
    return wish.vetting_required, list(WishState).index(wish.state), order


def public_wishes(street: Street, dice: Random, *, place: str) -> Listing:
    states = ["open", "claimed", "fulfilled"]
    query = {"place": place}
    if dice.random() < 0.6:
        states = [dice.choice(states)]
        query["state"] = states[0]
    if dice.random() < 0.4:
        query["kind"] = dice.choice(list(WishKind)).value
    found = [
        wish
        for wish in street.all(Wish)
        if covers(place, wish.place)
        and wish.state in states
        and not wish.vetting_required
        and query.get("kind") in (None, wish.kind)
    ]
    return Listing(
        Phone(), "/v1/wishes", _ids(sorted(found, key=_on_the_wall)), query
    )


def my_wishes(street: Street, dice: Random) -> Listing:
    person = _busiest(street, dice, [one.person_id for one in street.all(Wish)])
    found = [one for one in street.all(Wish) if one.person_id == person.id]
    found.sort(key=attrgetter("created_at"), reverse=True)
    return Listing(street.world.phone_of(person), "/v1/me/wishes", _ids(found))


def _claims(street: Street, dice: Random) -> tuple[Person, list[Any]]:
    """Return a volunteer and the claims that they made, newest first."""
    pointers = street.all(ClaimPointer)
    person = _busiest(street, dice, [one.helper for one in pointers])
    own = [one for one in pointers if one.helper == person.id]
    own.sort(key=lambda one: _order(one.claimed_at, one.id), reverse=True)
    return person, own


def my_claims(street: Street, dice: Random) -> Listing:
    person, own = _claims(street, dice)
    return Listing(street.world.phone_of(person), "/v1/me/claims", _ids(own))


def my_hours(street: Street, dice: Random) -> Listing:
    person, own = _claims(street, dice)
    states = {
        claim.id: claim.state
        for wish in street.all(Wish)
        for claim in wish.claims
    }
    booked = [
        one.wish_id for one in own if states[one.id] is ClaimState.CONFIRMED
    ]
    return Listing(
        street.world.phone_of(person),
        "/v1/me/hours",
        booked,
        key=lambda item: item["wish"],
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
        _viewer(street, entity.place, dice),
        f"/v1/{path}/{entity.id}/timeline",
        [(one.version, one.tag) for one in lines],
        key=lambda item: (item["version"], item["event"]),
    )


# tickets


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
        found.sort(key=lambda one: _order(one.created_at, one.id), reverse=True)
    else:
        found.sort(key=lambda one: _order(one.next_due[1], one.id))
    viewer = _viewer(street, place, dice)
    return Listing(viewer, "/v1/tickets", _ids(found), query)


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
    found.sort(key=lambda one: _order(one.next_due[1], one.id))
    return Listing(
        street.world.phone_of(person),
        "/v1/tickets",
        _ids(found),
        {"near": home},
    )


def my_tickets(street: Street, dice: Random) -> Listing:
    reports = street.all(TicketReport)
    person = _busiest(street, dice, [one.person_id for one in reports])
    own = [one for one in reports if one.person_id == person.id]
    own.sort(key=attrgetter("joined_at"), reverse=True)
    return Listing(
        street.world.phone_of(person),
        "/v1/me/tickets",
        [one.ticket_id for one in own],
    )


# people and places


def people(
    street: Street, dice: Random, *, place: str, by: str = ""
) -> Listing:
    query = {"place": place}
    everybody = street.all(Person)
    if by == "role":
        query["role"] = dice.choice(list(Role)[1:]).value
    if by == "q":
        name = dice.choice(everybody).name
        query["q"] = dice.choice((name, name[:1]))
    # The index has one place of each: the home, or else that of the first grant.
    found = [
        person
        for person in everybody
        if covers(place, person.places[0])
        and query.get("q", "") in person.name
        and (by != "role" or query["role"] in _roles(person))
    ]
    found.sort(key=lambda one: sort_key(one.places[0]) + one.id)
    viewer = _viewer(street, place, dice)
    return Listing(viewer, "/v1/people", _ids(found), query)


def _roles(person: Person) -> list[str]:
    return [grant.role.value for grant in person.grants]


def places(street: Street, dice: Random, *, place: str) -> Listing:
    found = [one for one in street.all(Place) if covers(place, one.id)]
    found.sort(key=lambda one: sort_key(one.id))
    return Listing(
        _viewer(street, place, dice),
        "/v1/places",
        _ids(found),
        {"under": place},
        key=lambda item: item["code"],
    )


def consents(street: Street, dice: Random) -> Listing:
    lines = street.all(Consent)
    person = _busiest(street, dice, [one.person_id for one in lines])
    own = [one for one in lines if one.person_id == person.id]
    own.sort(key=lambda one: _order(one.at, one.id), reverse=True)
    return Listing(
        street.world.phone_of(person),
        "/v1/me/consents",
        [one.purpose for one in own],
        key=lambda item: item["purpose"],
    )


def sessions(street: Street, dice: Random) -> Listing:
    own = street.all(Session)
    alive = [one for one in own if not one.is_over(street.world.clock.now())]
    alive.sort(key=attrgetter("created_at"), reverse=True)
    (owner,) = {one.person_id for one in own}
    (person,) = [one for one in street.all(Person) if one.id == owner]
    return Listing(
        street.world.phone_of(person), "/v1/me/sessions", _ids(alive)
    )


# messages


def messages(street: Street, dice: Random) -> Listing:
    person, own = _messages(street, dice)
    return Listing(
        _viewer(street, person.places[0], dice),
        "/v1/messages",
        own,
        {"person": person.id},
    )


def inbox(street: Street, dice: Random) -> Listing:
    person, own = _messages(street, dice)
    return Listing(street.world.phone_of(person), "/v1/me/inbox", own)


def _messages(street: Street, dice: Random) -> tuple[Person, list[str]]:
    lines = street.all(MessageAttempt)
    person = _busiest(street, dice, [one.person for one in lines])
    own = [one for one in lines if one.person == person.id]
    own.sort(
        key=lambda one: f"{to_text(one.at)}#{one.channel}#{one.id}",
        reverse=True,
    )
    return person, _ids(own)


# what waits for staff


def staff_queue(street: Street, dice: Random, *, place: str) -> Listing:
    waiting = [
        task for task in tasks_of(street.things) if covers(place, task[2])
    ]
    return Listing(
        _viewer(street, place, dice),
        "/v1/admin/queue",
        [(kind, id) for _, kind, _, id in sorted(waiting)],
        {"place": place},
        key=lambda item: (item["kind"], item["id"]),
    )


def tasks_of(things: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield what waits for staff: its order, kind, place and id."""
    for one in things:
        if isinstance(one, Wish | Person):
            waits = one.waits_for_staff()
            if waits:
                place = one.place if isinstance(one, Wish) else one.places[0]
                yield _order(waits[1], one.id), waits[0], place, one.id
        elif isinstance(one, Ticket) and one.state in WAITING:
            if due := one.next_due:
                kind = f"ticket.{due[0]}"
                yield _order(due[1], one.id), kind, one.place, one.id
        elif isinstance(one, MessageAttempt) and one.wants_visit:
            yield _order(one.at, one.id), "message.visit", one.place, one.id


def _busiest(street: Street, dice: Random, owners: list[str]) -> Person:
    """Return one of the people who have many of something."""
    by_count = sorted(set(owners), key=owners.count)[-5:]
    chosen = dice.choice(by_count)
    (person,) = [one for one in street.all(Person) if one.id == chosen]
    return person


def any_place(street: Street, dice: Random) -> str:
    return dice.choice(_places(street))


def wide_place(street: Street, dice: Random) -> str:
    """Return the street or a community."""
    wide = [code for code in _places(street) if code.count(".") < 2]
    return dice.choice(wide)


# of matching and offers


def runs(street: Street, dice: Random, *, place: str) -> Listing:
    found = [one for one in street.all(Run) if covers(place, one.place)]
    found.sort(key=lambda one: _order(one.created_at, one.id), reverse=True)
    return Listing(
        _viewer(street, place, dice),
        "/v1/matching/runs",
        _ids(found),
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
    return Listing(street.world.phone_of(person), "/v1/me/offers", _ids(found))
