"""The home of a wish, when its resident moves. Pure.

A wish for the resident's home follows it. What helpers read is live: the place of the wish, and
the door only while it lies at that place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.changes import Changes, Message, Write
from ..kernel.place import covers, street_of
from .helpers import HelperRecords
from .model import SYSTEM_ONLY, Claim, Wish, WishMover, WishState
from .states import MOVE_HOME
from .transitions import (
    freed,
    go,
    released,
    settled,
    swap,
    tell,
    tell_helpers,
    tell_staff,
)

__all__ = ["MOVED_AWAY", "NewHome", "follow_home", "shows_door"]

S = WishState
MOVED_AWAY = "居民搬到了别的街道"  # why a wish is looked at again
_FOLLOWS = {S.SUBMITTED, S.OPEN, S.CLAIMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHome:
    """The home of a resident now. `keys` are the hashes by which it may be known.

    `reached_by` has the records of the helpers who may help there, by their ids.
    """

    place: str
    keys: tuple[str, ...]
    counted_as: str  # the hash by which homes that were shown are counted
    community_name: str
    zone: str
    reached_by: Mapping[str, HelperRecords]


def shows_door(wish: Wish, home: str | None) -> bool:
    """Say whether a resident's door lies at the place of a wish."""
    return home is None or covers(wish.place, home)


def follow_home(wish: Wish, home: NewHome, now: datetime) -> Changes[Wish]:
    """Take a wish to the home of its resident now. Idempotent.

    Its helpers are shown the new home where they may help there too, with a message. Otherwise
    their claims end. In another street its staff look at a wish again.
    """
    is_known = not wish.home or wish.home in home.keys
    if wish.forgotten or wish.state not in _FOLLOWS or is_known:
        return Changes(entity=wish, previous=wish)
    mover = WishMover(id="system", relations=SYSTEM_ONLY, now=now)
    if street_of(home.place) == street_of(wish.place):
        return _moved(wish, mover, _at(wish, home), home, wish.active)
    return _to_another_street(wish, mover, home)


def _at(wish: Wish, home: NewHome) -> Wish:
    """Return a wish at a home. A wider place that has the home in it stays."""
    place = wish.place if covers(wish.place, home.place) else home.place
    return replace(
        wish,
        place=place,
        home=home.keys[0],
        community_name=home.community_name,
        zone=home.zone,
    )


def _to_another_street(
    wish: Wish, mover: WishMover, home: NewHome
) -> Changes[Wish]:
    """Move a wish to another street, or what is left of it where somebody came already."""
    came = [claim for claim in wish.held if not claim.is_active]
    staying = [
        claim for claim in wish.active if claim.helper in home.reached_by
    ]
    if came:
        # It was delivered at the old home, and is settled there.
        closed = replace(wish, places_closed=True, home="")
        return _moved(wish, mover, closed, home, ())
    moved = _at(wish, home)
    if wish.state is S.SUBMITTED or staying:
        return _moved(wish, mover, moved, home, staying)
    again = replace(moved, submitted_at=mover.now, reason=MOVED_AWAY, told=())
    return _moved(wish, mover, again, home, (), target=S.SUBMITTED)


def _moved(
    wish: Wish,
    mover: WishMover,
    after: Wish,
    home: NewHome,
    staying: Sequence[Claim],
    *,
    target: WishState | None = None,
) -> Changes[Wish]:
    leaving = [claim for claim in wish.active if claim not in staying]
    after = replace(after, claims=swap(wish, *map(released, leaving)))
    if target is None:
        target = wish.state
        if wish.state is not S.SUBMITTED:
            target = settled(after, is_enough=after.places_closed)
    messages = tell_helpers(wish, "moved", staying)
    messages += tell_helpers(wish, "claim_ended", leaving)
    messages += _to_others(wish, target, has_claims=bool(wish.active))
    return go(
        wish,
        MOVE_HOME,
        mover,
        after,
        target=target,
        writes=(*freed(leaving), *_shown(staying, home, mover.now)),
        messages=messages,
    )


def _to_others(
    wish: Wish, target: WishState, *, has_claims: bool
) -> tuple[Message, ...]:
    """Return the messages to staff, and to the resident whose wish is not on the wall now."""
    messages: tuple[Message, ...] = ()
    if has_claims:
        messages = tell_staff(wish, "moved_staff")
    if target is S.SUBMITTED and wish.state is not S.SUBMITTED:
        messages += tell(wish, "unpublished", wish.person_id)
    return messages


def _shown(
    claims: Sequence[Claim], home: NewHome, now: datetime
) -> tuple[Write, ...]:
    """Count the new home as shown. Nobody is refused for it: they did not choose it."""
    writes: tuple[Write, ...] = ()
    for claim in claims:
        records = home.reached_by.get(claim.helper)
        if records:
            writes += records.with_home(home.counted_as, now)
    return writes
