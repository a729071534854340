"""The people of a street: staff, residents and volunteers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.changes import Changes, TimelineEvent, Write
from chalicelib.people import feature as people_feature
from chalicelib.people import volunteers
from chalicelib.people.model import Person, Vetting, VettingMethod
from chalicelib.people.moves import CARE, TERMS, agree, make_volunteer
from chalicelib.people.policy import CONSENT_TEXTS, VET_WITHIN
from chalicelib.people.records import ConsentGiven
from chalicelib.people.volunteer_profile import Availability, VolunteerProfile
from chalicelib.security_trail import feature as security_trail_feature
from devserver.demo_data import DIALECTS, GIVEN_NAMES, SKILLS, SURNAMES

from .town import Town, put_on_duty
from .workshop import STREET, YEAR, Workshop

__all__ = ["Inhabitants", "settle_town"]

_STAFF_EACH = 2  # of a community
_WITHOUT_PHONE = 0.14
_WITH_CARE = 0.1  # agreed to marks about care
_WAITING = 0.03  # of the volunteers: not vetted yet
_SAFEGUARDING = 0.2  # of the volunteers: vetted to visit the bedridden
_CONSENT = ConsentGiven(how="written")


@dataclass(frozen=True, kw_only=True)
class Inhabitants:
    """The people of a street. Some residents are volunteers; `helpers` are vetted."""

    admin: Person
    filer: Person  # files for people without a phone; another person approves
    residents: Sequence[Person]
    helpers: Sequence[Person]


def settle_town(shop: Workshop, town: Town) -> Inhabitants:
    """Make the people of all places: staff with their duty lists, residents, volunteers."""
    registry = _Registry(shop)
    admin = registry.appoint("林晖", STREET, Role.STREET_ADMIN)
    filer = registry.appoint("韩雪", STREET, Role.STREET_ADMIN)
    put_on_duty(shop, town, STREET, Role.STREET_ADMIN, [admin])
    for community in town.communities:
        clerks = [
            registry.appoint("陈敏", community, Role.COMMUNITY_STAFF)
            for _ in range(_STAFF_EACH)
        ]
        put_on_duty(shop, town, community, Role.COMMUNITY_STAFF, clerks)
        company = registry.appoint("华安物业", community, Role.PROPERTY)
        put_on_duty(shop, town, community, Role.PROPERTY, [company])
    for grid in town.grids:
        worker = registry.appoint("吴刚", grid, Role.GRID_WORKER)
        put_on_duty(shop, town, grid, Role.GRID_WORKER, [worker])
    residents = registry.residents(town, admin)
    helpers = registry.volunteers(residents, admin)
    return Inhabitants(
        admin=admin, filer=filer, residents=residents, helpers=helpers
    )


class _Registry:
    """Registers people as staff do, with the rows of their phones and consents."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._phones = shop.services.get(people_feature.phones)
        self._consents = shop.services.get(people_feature.consents)
        self._audit = shop.services.get(security_trail_feature.audit)
        self._numbers = count(1)

    def _draft(
        self, name: str, home: str, at: datetime, *, has_phone: bool = True
    ) -> Person:
        phone = None
        if has_phone:
            phone = f"+86139{next(self._numbers):08}"
        person = Person(
            id=self._shop.ids.new("per"),
            created_at=at,
            updated_at=at,
            name=name,
            phone=phone,
            home=home,
        )
        return self._phones.with_key(person)

    def appoint(self, name: str, place: str, role: Role) -> Person:
        """Make a member of staff."""
        at = self._shop.now - YEAR - timedelta(days=20)
        grants = (Grant(role, place),)
        person = replace(self._draft(name, place, at), grants=grants)
        event = TimelineEvent(
            tag="person.granted",
            actor="operator",
            party="system",
            note=f"{role.value}@{place}",
        )
        changes = Changes(
            entity=person,
            previous=None,
            writes=self._phones.claim(person),
            events=(event,),
        )
        return self._shop.keep(self._shop.commit(changes, at))

    def residents(self, town: Town, admin: Person) -> list[Person]:
        """Make the residents, spread over the entrances."""
        residents = []
        for n in range(self._shop.scale.people):
            home = town.entrances[n % len(town.entrances)]
            storey = n // len(town.entrances) + 1
            address = f"{storey}楼{storey}0{n % 4 + 1}室"
            residents.append(self._resident(home, address, admin))
        return residents

    def _resident(self, home: str, address: str, admin: Person) -> Person:
        dice, at = self._shop.dice, self._shop.instant(400, 385)
        name = dice.choice(SURNAMES) + dice.choice(GIVEN_NAMES)
        has_phone = dice.random() >= _WITHOUT_PHONE
        drawn = self._draft(name, home, at, has_phone=has_phone)
        person = replace(drawn, address=address)
        self._shop.clock.instant = at
        writes: list[Write] = [*self._phones.claim(person)]
        purposes = [TERMS]
        if dice.random() < _WITH_CARE:
            purposes.append(CARE)
        for purpose in purposes:
            person = agree(person, purpose, CONSENT_TEXTS[purpose])
            writes += self._consents.record(
                person, purpose, _CONSENT, recorded_by=admin.id
            )
        event = TimelineEvent(
            tag="person.registered", actor=admin.id, party="staff"
        )
        changes = Changes(
            entity=person,
            previous=None,
            writes=tuple(writes),
            events=(event,),
        )
        return self._shop.keep(self._shop.commit(changes, at))

    def volunteers(
        self, residents: Sequence[Person], admin: Person
    ) -> list[Person]:
        """Make some residents volunteers; return those who are vetted."""
        dice, wanted = self._shop.dice, self._shop.scale.volunteers
        with_phone = [one.id for one in residents if one.phone]
        chosen = dice.sample(with_phone, min(wanted, len(with_phone)))
        helpers = []
        for n, id in enumerate(chosen):
            person = self._shop.people[id]
            waits = n >= (1 - _WAITING) * len(chosen)
            volunteer = self._offer_help(person, waits=waits)
            if not waits:
                helpers.append(self._vet(volunteer, admin))
        return helpers

    def _offer_help(self, person: Person, *, waits: bool) -> Person:
        shop = self._shop
        at = shop.instant(380, 370)
        if waits:
            at = shop.instant(VET_WITHIN.days - 0.1)
        profile = self._profile(person)
        volunteer = make_volunteer(person, profile)
        changed = volunteers.ask_for_vetting(volunteer, at)
        event = TimelineEvent(
            tag="person.volunteered", actor=person.id, party="owner"
        )
        changes = Changes(
            entity=changed,
            previous=person,
            events=(event,),
            messages=volunteers.next_step(person, changed),
        )
        return shop.keep(shop.commit(changes, at))

    def _profile(self, person: Person) -> VolunteerProfile:
        dice = self._shop.dice
        home = person.home or STREET
        place = ".".join(home.split(".")[: dice.choice((1, 2, 2, 2, 3))])
        hours = Availability(
            weekday=dice.randint(1, 7), start="09:00", end="17:00"
        )
        return VolunteerProfile(
            places=(place,),
            skills=dice.choice(SKILLS),
            dialects=dice.choice(DIALECTS),
            availability=(hours,),
            capacity=dice.randint(2, 4),
        )

    def _vet(self, person: Person, admin: Person) -> Person:
        shop, level = self._shop, Vetting.BASIC
        if shop.dice.random() < _SAFEGUARDING:
            level = Vetting.SAFEGUARDING
        at = shop.later(person.updated_at, 60)
        ends_at = shop.now + timedelta(days=shop.dice.randint(10, 700))
        vetted = volunteers.vet(
            person,
            level,
            VettingMethod.IN_PERSON,
            ends_at,
            by=admin.id,
            now=at,
        )
        shop.clock.instant = at
        note = f"{level.value}: 身份已当面核实"
        audit = self._audit.record(
            admin.as_actor(), "person.vetted", person, note
        )
        event = TimelineEvent(
            tag="person.vetted",
            actor=admin.id,
            party="staff",
            note=level.value,
        )
        changes = Changes(
            entity=vetted,
            previous=person,
            writes=(audit,),
            events=(event,),
            messages=volunteers.begin_message(person, vetted, at),
        )
        helper = shop.commit(changes, at)
        helper = shop.wait(helper, shop.now, volunteers.on_timer)
        return shop.keep(helper)
