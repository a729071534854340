"""What a drawn street has not: sessions, offers and runs of matching. Invented for lists."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from chalicelib.kernel.ids import derived_id
from chalicelib.matching.model import Run
from chalicelib.offers.model import Offer, OfferState
from chalicelib.offers.policy import OfferUrgency
from chalicelib.people.model import Person
from chalicelib.places.model import Place
from chalicelib.signin.model import Session
from chalicelib.wishes.model import Wish

from ..world import START
from .small import drawn

DAY = timedelta(days=1)


def with_more(seed: int) -> tuple[Any, ...]:
    """Return the things of a drawn street and these."""
    things, dice = drawn(seed), Random(seed)
    return (
        *things,
        *_sessions(things, dice),
        *_offers(things, dice),
        *_runs(things, dice),
    )


def _common(kind: str, n: int, dice: Random) -> dict[str, Any]:
    at = START - DAY * dice.random() * 60
    return {
        "id": derived_id(kind, f"more {n}"),
        "version": 1,
        "created_at": at,
        "updated_at": at,
    }


def _of(things: tuple[Any, ...], kind: type) -> list[Any]:
    return [one for one in things if type(one) is kind]


def _sessions(things: tuple[Any, ...], dice: Random) -> Iterator[Session]:
    """Yield the sessions of a resident: alive, expired and ended ones, and of former tokens."""
    person = dice.choice(
        [one for one in _of(things, Person) if one.phone and not one.grants]
    )
    for n in range(15):
        common = _common("ses", n, dice)
        yield Session(
            person_id=person.id,
            token_version=dice.choice((0, 0, 0, 1)),
            rotated_at=common["created_at"],
            expires_at=START + DAY * dice.choice((-3, 5, 30)),
            device=derived_id("dev", f"{n}"),
            ended=dice.random() < 0.2,
            ttl=START + 90 * DAY,
            **common,
        )


def _offers(things: tuple[Any, ...], dice: Random) -> Iterator[Offer]:
    """Yield the offers to one volunteer, of wishes of their own and of other places."""
    helpers = [one for one in _of(things, Person) if one.volunteer]
    helper, wishes = dice.choice(helpers), _of(things, Wish)
    for n in range(15):
        wish, common = dice.choice(wishes), _common("off", n, dice)
        yield Offer(
            wish_id=wish.id,
            volunteer=helper.id,
            place=".".join(wish.place.split(".")[:3]),
            zone=wish.zone,
            kind=wish.kind.value,
            urgency=OfferUrgency.CALM,
            state=dice.choice((OfferState.DECLINED, OfferState.EXPIRED)),
            expires_at=common["created_at"] + DAY,
            **common,
        )


def _runs(things: tuple[Any, ...], dice: Random) -> Iterator[Run]:
    """Yield runs of the street and of communities."""
    wide = [one.id for one in _of(things, Place) if one.id.count(".") < 2]
    for n in range(15):
        yield Run(
            place=dice.choice(wide),
            by="schedule",
            dry_run=True,
            ttl=START + DAY,
            **_common("run", n, dice),
        )
