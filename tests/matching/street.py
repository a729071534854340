"""A street of any size, written as rows: places, residents, open wishes, volunteers."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.job import Command, ScheduledJob
from chalicelib.offers.model import OfferState, SentOffer, VolunteerHistory
from chalicelib.offers.policy import MATCH
from chalicelib.people.model import Person, Vetting
from chalicelib.people.volunteer_profile import Availability, VolunteerProfile
from chalicelib.people.volunteering import volunteering
from chalicelib.places.model import Place
from chalicelib.wishes.model import Safeguarding, Wish, WishKind, WishState

from ..people.builders import a_vetting
from ..store.scan import save_all
from ..world import START, STREET, World

__all__ = ["StreetSize", "carry_out", "community_job", "settle"]

LETTERS = str.maketrans("0123456789", "abcdefghij")
KINDS = (WishKind.GOODS, WishKind.SERVICE, WishKind.COMPANY, WishKind.LEARNING)
SKILLS, DIALECTS = (
    ("理发", "家电维修", "陪诊", "辅导功课"),
    ("重庆话", "上海话", "粤语"),
)


@dataclass(frozen=True)
class StreetSize:
    """The size of a street."""

    wishes: int
    volunteers: int
    communities: int = 5
    grids: int = 4


def community_job(place: str, id: str = "due_match") -> ScheduledJob:
    """Return the job that matches a community by schedule."""
    return ScheduledJob(job=Command(id=id, name=MATCH, subject=place), at=START)


def carry_out(world: World, jobs: list[ScheduledJob]) -> int:
    """Do the steps of runs that wait in a queue, in any order; return their number."""
    steps = 0
    while waiting := [
        job for job in jobs if job.kind.startswith("command.match")
    ]:
        jobs.remove(waiting[-1])
        world.services.run_job(waiting[-1])
        steps += 1
    return steps


def settle(world: World, size: StreetSize, seed: int = 1) -> list[str]:
    """Fill a street; return the ids of its wishes. Half of the volunteers have a history."""
    settler = _Settler(seed, world.clock.now())
    places = settler.places(size)
    residents = [settler.resident() for _ in range(size.wishes)]
    volunteers = [settler.volunteer() for _ in range(size.volunteers)]
    wishes = [settler.wish(resident) for resident in residents]
    asked = [person for person in volunteers if settler.dice.random() < 0.5]
    histories = [settler.history(person) for person in asked]
    areas = [area for person in volunteers for area in volunteering(person)]
    for rows in (places, residents, volunteers, areas, wishes, histories):
        save_all(rows)
    return [wish.id for wish in wishes]


class _Settler:
    """Draws the rows of a street."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.dice, self._now = random.Random(seed), now
        self._common = {"version": 1, "created_at": now, "updated_at": now}
        self._numbers = count(seed * 10**20)
        self._grids: list[str] = []

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{f'{next(self._numbers):024}'.translate(LETTERS)}"

    def places(self, size: StreetSize) -> list[Place]:
        """Return communities and their grids; each grid names the one before as a neighbour."""
        places = []
        for c in range(size.communities):
            community = f"{STREET}.c{c:02}"
            places.append(
                Place(id=community, name=f"第{c}社区", **self._common)
            )
            for g in range(size.grids):
                grid = f"{community}.g{g:02}"
                self._grids.append(grid)
                beside = (f"{community}.g{g - 1:02}",) if g else ()
                places.append(
                    Place(
                        id=grid,
                        name=f"第{g}网格",
                        neighbours=beside,
                        **self._common,
                    )
                )
        return places

    def _home(self) -> str:
        return (
            f"{self.dice.choice(self._grids)}.b{self.dice.randrange(6):02}.u1"
        )

    def resident(self) -> Person:
        return Person(
            id=self._id("per"),
            name="居民",
            phone=None,
            home=self._home(),
            **self._common,
        )

    def volunteer(self) -> Person:
        dice, home = self.dice, self._home()
        community, grid = (
            ".".join(home.split(".")[:2]),
            ".".join(home.split(".")[:3]),
        )
        place = {0: STREET, 1: grid}.get(dice.randrange(10), community)
        hours = Availability(
            weekday=dice.randint(1, 7), start="09:00", end="17:00"
        )
        profile = VolunteerProfile(
            places=(place,),
            skills=tuple(dice.sample(SKILLS, dice.choice((0, 0, 1, 2)))),
            dialects=tuple(dice.sample(DIALECTS, dice.choice((0, 0, 0, 1)))),
            availability=(hours,),
            capacity=dice.randint(1, 3),
        )
        return Person(
            id=self._id("per"),
            name="志愿者",
            phone="+8613800000000",
            home=home,
            grants=(Grant(Role.VOLUNTEER, place),),
            volunteer=profile,
            vetted=a_vetting(
                Vetting.SAFEGUARDING if dice.random() < 0.3 else Vetting.BASIC
            ),
            consents={"terms": "2026-11"},
            **self._common,
        )

    def wish(self, resident: Person) -> Wish:
        dice, now = self.dice, self._now
        opened_at = now - timedelta(days=dice.randrange(20))
        kind = dice.choice(KINDS)
        return Wish(
            id=self._id("wsh"),
            person_id=resident.id,
            filed_by=resident.id,
            kind=kind,
            title="帮个忙",
            place=resident.home,
            community_name="社区",
            zone="Asia/Shanghai",
            needed_by=(now + timedelta(days=dice.randrange(1, 20))).date(),
            submitted_at=opened_at,
            opened_at=opened_at,
            listed_at=now - timedelta(days=1),
            state=WishState.OPEN,
            helpers_needed=dice.choices((1, 2, 3), (80, 15, 5))[0],
            **self._demands(kind),
            **self._common,
        )

    def _demands(self, kind: WishKind) -> dict[str, tuple]:
        """Draw what a wish of a kind asks of its volunteers."""
        dice, chance = self.dice, self.dice.random()
        if kind is WishKind.SERVICE and chance < 0.5:
            return {"skills": (dice.choice(SKILLS),)}
        if kind is WishKind.COMPANY and chance < 0.3:
            return {"dialects": (dice.choice(DIALECTS),)}
        if kind is WishKind.LEARNING and chance < 0.3:
            return {"safeguarding": (Safeguarding.MINOR,)}
        return {}

    def history(self, volunteer: Person) -> VolunteerHistory:
        sent = [
            self._expired(days=n * 5) for n in range(self.dice.randint(1, 4))
        ]
        return VolunteerHistory(
            id=volunteer.id,
            street=STREET,
            accepted=self.dice.randint(0, 3),
            refused=self.dice.randint(0, 3),
            sent=tuple(sent),
            **self._common,
        )

    def _expired(self, days: int) -> SentOffer:
        return SentOffer(
            offer=self._id("off"),
            at=self._now - timedelta(days=days + 1),
            until=self._now - timedelta(days=days),
            state=OfferState.EXPIRED,
        )
