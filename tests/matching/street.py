"""A street of any size, written as rows: places, residents, open wishes, volunteers who were asked before or not."""

import random
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.kernel.access import Grant, Role
from chalicelib.offers.model import OfferState, SentOffer, VolunteerHistory
from chalicelib.people.model import Availability, Person, Vetting, VolunteerProfile
from chalicelib.people.volunteering import volunteering
from chalicelib.places.model import Place
from chalicelib.wishes.model import Safeguarding, State, Wish, WishKind

from ..store.scan import save_all
from ..world import STREET, World

__all__ = ["Size", "settle"]

KINDS = (WishKind.GOODS, WishKind.SERVICE, WishKind.COMPANY, WishKind.LEARNING)
SKILLS, DIALECTS = (
    ("理发", "家电维修", "陪诊", "辅导功课"),
    ("重庆话", "上海话", "粤语"),
)


@dataclass(frozen=True)
class Size:
    """How large a street is."""

    wishes: int
    volunteers: int
    communities: int = 5
    grids: int = 4


def settle(world: World, size: Size, seed: int = 1) -> list[str]:
    """Fill a world's street; return the ids of its wishes. Half of the volunteers were asked before."""
    dice, now = random.Random(seed), world.clock.now()
    common = {"version": 1, "created_at": now, "updated_at": now}
    agreed = {"consents": {"terms": "2026-11"}}
    names = iter(range(10**9))

    def id_of(prefix: str) -> str:
        return f"{prefix}_{''.join('abcdefghij'[int(digit)] for digit in f'{seed:04}{next(names):020}')}"

    places, grids = [], []
    for c in range(size.communities):
        community = f"{STREET}.c{c:02}"
        places.append(Place(id=community, name=f"第{c}社区", **common))
        for g in range(size.grids):
            beside = (f"{community}.g{g - 1:02}",) if g else ()
            grids.append(f"{community}.g{g:02}")
            places.append(
                Place(id=grids[-1], name=f"第{g}网格", neighbours=beside, **common)
            )

    def home() -> str:
        return f"{dice.choice(grids)}.b{dice.randrange(6):02}.u1"

    residents = [
        Person(id=id_of("per"), name="居民", phone=None, home=home(), **common)
        for _ in range(size.wishes)
    ]
    volunteers = []
    for _ in range(size.volunteers):
        where = home()
        areas = {0: STREET, 1: ".".join(where.split(".")[:3])}
        place = areas.get(dice.randrange(10), ".".join(where.split(".")[:2]))
        profile = VolunteerProfile(
            places=(place,),
            skills=tuple(dice.sample(SKILLS, dice.choice((0, 0, 1, 2)))),
            dialects=tuple(dice.sample(DIALECTS, dice.choice((0, 0, 0, 1)))),
            availability=(
                Availability(weekday=dice.randint(1, 7), start="09:00", end="17:00"),
            ),
            capacity=dice.randint(1, 3),
        )
        volunteers.append(
            Person(
                id=id_of("per"),
                name="志愿者",
                phone="+8613800000000",
                home=where,
                grants=(Grant(Role.VOLUNTEER, place),),
                volunteer=profile,
                vetting=Vetting.SAFEGUARDING if dice.random() < 0.3 else Vetting.NONE,
                **common,
                **agreed,
            )
        )
    wishes = []
    for resident in residents:
        kind = dice.choice(KINDS)
        waited = timedelta(days=dice.randrange(20))
        wishes.append(
            Wish(
                id=id_of("wsh"),
                **common,
                person_id=resident.id,
                filed_by=resident.id,
                kind=kind,
                title="帮个忙",
                place=resident.home,
                community_name="社区",
                zone="Asia/Shanghai",
                needed_by=(now + timedelta(days=dice.randrange(1, 20))).date(),
                submitted_at=now - waited,
                opened_at=now - waited,
                listed_at=now - timedelta(days=1),
                state=State.OPEN,
                helpers_needed=dice.choices((1, 2, 3), (80, 15, 5))[0],
                skills=(dice.choice(SKILLS),)
                if kind is WishKind.SERVICE and dice.random() < 0.5
                else (),
                dialects=(dice.choice(DIALECTS),)
                if kind is WishKind.COMPANY and dice.random() < 0.3
                else (),
                safeguarding=(Safeguarding.MINOR,)
                if kind is WishKind.LEARNING and dice.random() < 0.3
                else (),
            )
        )
    histories = [
        VolunteerHistory(
            id=person.id,
            street=STREET,
            accepted=dice.randint(0, 3),
            refused=dice.randint(0, 3),
            **common,
            sent=tuple(
                SentOffer(
                    offer=id_of("off"),
                    at=now - timedelta(days=n * 5 + 1),
                    until=now - timedelta(days=n * 5),
                    state=OfferState.EXPIRED,
                )
                for n in range(dice.randint(1, 4))
            ),
        )
        for person in volunteers
        if dice.random() < 0.5
    ]
    for rows in (
        places,
        residents,
        volunteers,
        [v for person in volunteers for v in volunteering(person)],
        wishes,
        histories,
    ):
        save_all(rows)
    return [wish.id for wish in wishes]
