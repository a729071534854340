"""What each list of people, places and messages must show, found by looking through everything."""

from dataclasses import replace
from operator import attrgetter
from random import Random

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.place import (
    covers,
    sort_key,
)
from chalicelib.message_log.model import MessageAttempt
from chalicelib.people.model import Person
from chalicelib.people.records import Consent
from chalicelib.places.model import Place
from chalicelib.signin.model import Session

from ..world import Phone
from .lists import (
    Listing,
    Street,
    busiest,
    ids_of,
    order_of,
    viewer_of,
)


def people(
    street: Street, dice: Random, *, place: str, by: str = ""
) -> Listing:
    query = {"place": place}
    everybody = street.all(Person)
    if by == "role":
        query["role"] = dice.choice(list(Role)[1:]).value
    if by == "q":
        name = dice.choice(everybody).name
        query["q"] = dice.choice((name, name[:1], name[1:]))
    # The index has one place of each: the home, or else that of the first grant.
    found = [
        person
        for person in everybody
        if covers(place, person.places[0])
        and query.get("q", "") in person.name
        and (by != "role" or query["role"] in _roles(person))
    ]
    found.sort(key=lambda one: _order(one, query.get("q", "")))
    viewer = viewer_of(street, place, dice)
    return Listing(viewer, "/v1/people", ids_of(found), query)


def _order(person: Person, q: str) -> str:
    """Return the sort key of a list: by the found part of the name, then in tree order."""
    in_tree = sort_key(person.places[0]) + person.id
    if not q:
        return in_tree
    return f"{person.name[person.name.find(q) :]}#{in_tree}"


def _roles(person: Person) -> list[str]:
    return [grant.role.value for grant in person.grants]


def places(street: Street, dice: Random, *, place: str) -> Listing:
    found = [one for one in street.all(Place) if covers(place, one.id)]
    found.sort(key=lambda one: sort_key(one.id))
    return Listing(
        viewer_of(street, place, dice),
        "/v1/places",
        ids_of(found),
        {"under": place},
        key=lambda item: item["code"],
    )


def place_alone(street: Street, dice: Random, *, place: str) -> Listing:
    """The list of one place, without those below it."""
    whole = places(street, dice, place=place)
    query = {**whole.query, "alone": "true"}
    return replace(whole, expected=[place], query=query)


def some_levels(street: Street, dice: Random, *, place: str) -> Listing:
    """The list of a place with one to four levels below it."""
    whole, levels = places(street, dice, place=place), dice.randint(1, 4)
    depth = place.count(".") + levels
    near = [code for code in whole.expected if code.count(".") <= depth]
    query = {**whole.query, "levels": str(levels)}
    return replace(whole, expected=near, query=query)


def streets(street: Street, dice: Random) -> Listing:
    found = [one for one in street.all(Place) if "." not in one.id]
    found.sort(key=lambda one: one.id)
    return Listing(
        Phone(), "/v1/streets", ids_of(found), key=lambda item: item["code"]
    )


def consents(street: Street, dice: Random) -> Listing:
    lines = street.all(Consent)
    person = busiest(street, dice, [one.person_id for one in lines])
    own = [one for one in lines if one.person_id == person.id]
    own.sort(key=lambda one: order_of(one.at, one.id), reverse=True)
    return Listing(
        street.world.phone_of(person),
        "/v1/me/consents",
        [one.purpose for one in own],
        key=lambda item: item["purpose"],
    )


def consents_for_staff(street: Street, dice: Random) -> Listing:
    """The same history, as staff of the person's place read it."""
    own = consents(street, dice)
    id = own.phone.me["id"]
    (person,) = [one for one in street.all(Person) if one.id == id]
    viewer = viewer_of(street, person.places[0], dice)
    return replace(own, phone=viewer, path=f"/v1/people/{id}/consents")


def sessions(street: Street, dice: Random) -> Listing:
    own = street.all(Session)
    (owner,) = {one.person_id for one in own}
    (person,) = [one for one in street.all(Person) if one.id == owner]
    now, current = street.world.clock.now(), person.token_version
    alive = [
        one
        for one in own
        if one.token_version == current and not one.is_over(now)
    ]
    alive.sort(key=attrgetter("created_at"), reverse=True)
    return Listing(
        street.world.phone_of(person), "/v1/me/sessions", ids_of(alive)
    )


def sessions_for_staff(street: Street, dice: Random) -> Listing:
    """The same sessions, as community staff of the person's place read them."""
    own = sessions(street, dice)
    id = own.phone.me["id"]
    (person,) = [one for one in street.all(Person) if one.id == id]
    viewer = viewer_of(
        street, person.places[0], dice, least=Role.COMMUNITY_STAFF
    )
    return replace(own, phone=viewer, path=f"/v1/people/{id}/sessions")


def messages(street: Street, dice: Random) -> Listing:
    person, own = _messages(street, dice)
    return Listing(
        viewer_of(street, person.places[0], dice),
        "/v1/messages",
        own,
        {"person": person.id},
    )


def inbox(street: Street, dice: Random) -> Listing:
    person, own = _messages(street, dice)
    return Listing(street.world.phone_of(person), "/v1/me/inbox", own)


def _messages(street: Street, dice: Random) -> tuple[Person, list[str]]:
    lines = street.all(MessageAttempt)
    person = busiest(street, dice, [one.person for one in lines])
    own = [one for one in lines if one.person == person.id]
    own.sort(
        key=lambda one: f"{to_text(one.at)}#{one.channel}#{one.id}",
        reverse=True,
    )
    return person, ids_of(own)
