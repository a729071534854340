"""What each list of wishes must show, found by looking through everything."""

from operator import attrgetter
from random import Random
from typing import Any

from chalicelib.kernel.place import (
    covers,
)
from chalicelib.people.model import Person
from chalicelib.wishes.model import (
    ClaimPointer,
    ClaimState,
    Wish,
    WishKind,
    WishState,
)

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


def staff_wishes(street: Street, dice: Random, *, place: str) -> Listing:
    query: dict[str, Any] = {"place": place}
    if dice.random() < 0.6:
        query["state"] = some_of(dice, map(str, WishState))
    if dice.random() < 0.4:
        query["kind"] = some_of(dice, map(str, WishKind))
    found = [
        wish
        for wish in street.all(Wish)
        if covers(place, wish.place)
        and wish.state in query.get("state", [wish.state])
        and wish.kind in query.get("kind", [wish.kind])
    ]
    is_narrow = place.count(".") > 1
    return Listing(
        viewer_of(street, place, dice),
        "/v1/wishes",
        ids_of(sorted(found, key=_in_grid if is_narrow else _on_the_wall)),
        query,
    )


def _in_grid(wish: Wish) -> tuple[bool, int, str]:
    return (False, *_on_the_wall(wish)[1:])


def _on_the_wall(wish: Wish) -> tuple[bool, int, str]:
    order = order_of(wish.opened_at or wish.submitted_at, wish.id)
    return wish.vetting_required, list(WishState).index(wish.state), order


def public_wishes(street: Street, dice: Random, *, place: str) -> Listing:
    states = ["open", "claimed", "fulfilled"]
    query: dict[str, Any] = {"place": place}
    if dice.random() < 0.6:
        states = query["state"] = some_of(dice, states)
    if dice.random() < 0.4:
        query["kind"] = some_of(dice, map(str, WishKind))
    found = [
        wish
        for wish in street.all(Wish)
        if covers(place, wish.place)
        and wish.state in states
        and not wish.vetting_required
        and wish.kind in query.get("kind", [wish.kind])
    ]
    return Listing(
        Phone(), "/v1/wishes", ids_of(sorted(found, key=_on_the_wall)), query
    )


def my_wishes(street: Street, dice: Random) -> Listing:
    person = busiest(street, dice, [one.person_id for one in street.all(Wish)])
    found = [one for one in street.all(Wish) if one.person_id == person.id]
    found.sort(key=attrgetter("created_at"), reverse=True)
    return Listing(
        street.world.phone_of(person), "/v1/me/wishes", ids_of(found)
    )


def filed_for_others(street: Street, dice: Random) -> Listing:
    filed = [one for one in street.all(Wish) if one.filed_by != one.person_id]
    person = busiest(street, dice, [one.filed_by for one in filed])
    found = [one for one in filed if one.filed_by == person.id]
    found.sort(key=attrgetter("created_at"), reverse=True)
    return Listing(street.world.phone_of(person), "/v1/me/filed", ids_of(found))


def _claims(street: Street, dice: Random) -> tuple[Person, list[Any]]:
    """Return a volunteer and the claims that they made, newest first."""
    pointers = street.all(ClaimPointer)
    person = busiest(street, dice, [one.helper for one in pointers])
    own = [one for one in pointers if one.helper == person.id]
    own.sort(key=lambda one: order_of(one.claimed_at, one.id), reverse=True)
    return person, own


def my_claims(street: Street, dice: Random) -> Listing:
    person, own = _claims(street, dice)
    return Listing(street.world.phone_of(person), "/v1/me/claims", ids_of(own))


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
