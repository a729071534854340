"""What the security trail must show, by looking at everything."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.place import community_of, covers
from chalicelib.people.model import Person
from chalicelib.security_trail.model import SecurityEvent
from chalicelib.security_trail.policy import LINES_SHOWN_MAX
from chalicelib.wishes.model import ClaimPointer, Wish

from ..world import START, Phone
from .lists import Listing, Street, wide_place

DAY = timedelta(days=1)


def security_events(street: Street, dice: Random, *, filtered: bool) -> Listing:
    """List the events of a wide place. Reading writes an event, so all end at the start."""
    place = wide_place(street, dice)
    query = {"place": place, "to": to_text(START)}
    events = [
        one
        for one in _events(street)
        if covers(place, one.place) and one.at < START
    ]
    if filtered and events:
        some = dice.choice(events)
        since = START - DAY * dice.randint(1, 400)
        query |= {"kind": some.kind, "from": to_text(since)}
        events = [e for e in events if e.kind == some.kind and e.at >= since]
        for name in ("actor", "subject"):
            wanted = getattr(some, name)
            if wanted and wanted.startswith("per_"):
                query[name] = wanted
                events = [e for e in events if getattr(e, name) == wanted]
    events.sort(key=lambda one: one.order, reverse=True)
    return Listing(
        _administrator(street),
        "/v1/admin/audit",
        [one.id for one in events],
        query,
        most=LINES_SHOWN_MAX,
    )


def _administrator(street: Street) -> Phone:
    for person in street.all(Person):
        roles = {grant.role for grant in person.grants}
        if Role.STREET_ADMIN in roles:
            return street.world.phone_of(person)
    raise LookupError


def _events(street: Street) -> Iterator[SecurityEvent]:
    """Yield the events of the trail; a claim is one by its own row."""
    yield from street.all(SecurityEvent)
    wishes = {wish.id: wish for wish in street.all(Wish)}
    for claim in street.all(ClaimPointer):
        yield SecurityEvent(
            id=claim.id,
            at=claim.claimed_at,
            kind="wish.claimed",
            place=community_of(wishes[claim.wish_id].place),
            actor=claim.helper,
        )
