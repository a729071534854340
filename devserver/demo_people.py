"""The people of the demo street: staff, volunteers and residents."""

from collections.abc import Sequence
from typing import TypeAlias

from chalicelib.container import Container
from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.request import RequestContext
from chalicelib.people import feature as people_feature
from chalicelib.people.model import Person, Vetting, VettingMethod
from chalicelib.people.service import ConsentGiven
from chalicelib.people.volunteer_profile import Availability, VolunteerProfile
from chalicelib.staff_directory import feature as staff_directory_feature
from chalicelib.staff_directory.service import NewPerson
from chalicelib.staff_directory.vetting_terms import VettingTerms

from .demo_data import (
    COMMUNITIES,
    DIALECTS,
    GIVEN_NAMES,
    SKILLS,
    STREET,
    SURNAMES,
)

__all__ = ["DemoPeople", "Staff"]

Staff: TypeAlias = dict[tuple[str, str], Person]  # by place and role
_SAFEGUARDING, _UNVETTED = 2, 19  # the first two volunteers, and the last
_CONSENT = ConsentGiven(how="written", witness="居委会", care=True)
_STAFF = (
    (2, "陈敏", "baihua", Role.COMMUNITY_STAFF),
    (3, "周洁", "jinfeng", Role.COMMUNITY_STAFF),
    (4, "吴刚", "baihua.g01", Role.GRID_WORKER),
    (5, "郑伟", "jinfeng.g01", Role.GRID_WORKER),
    (6, "华安物业", "baihua", Role.PROPERTY),
)


class DemoPeople:
    """Makes people as the administrator. `buildings` are the homes to choose from."""

    def __init__(
        self,
        services: Container,
        admin: RequestContext,
        buildings: Sequence[str],
    ) -> None:
        self._directory = services.get(staff_directory_feature.feature)
        self._accounts = services.get(people_feature.accounts)
        self._admin = admin
        self._buildings = buildings

    def staff(self) -> Staff:
        """Make the staff."""
        staff: Staff = {}
        for number, name, place, role in _STAFF:
            code = f"{STREET}.{place}"
            person = self._create(name, f"+861390000{number:04}", code)
            me = RequestContext(actor=person.as_actor())
            self._accounts.request_role(me, role, code)
            grants = [Grant(role, code)]
            self._directory.grant_roles(self._admin, person.id, grants)
            staff[code, role.value] = self._directory.let_reveal(
                self._admin,
                person.id,
                STREET,
                "试用期满",
                allowed=True,
            )
        return staff

    def volunteers(self) -> list[Person]:
        """Make twenty volunteers: two vetted for safeguarding, the last one not vetted yet."""
        return [self._volunteer(n) for n in range(20)]

    def _volunteer(self, n: int) -> Person:
        communities = list(COMMUNITIES)
        community = f"{STREET}.{communities[n % 3]}"
        person = self._create(
            name=_volunteer_name(n),
            phone=f"+86139000000{11 + n}",
            home=self._home_in(community, n),
        )
        if n != _UNVETTED:
            level = Vetting.BASIC
            if n < _SAFEGUARDING:
                level = Vetting.SAFEGUARDING
            terms = VettingTerms(
                level=level,
                how=VettingMethod.IN_PERSON,
                note="身份已当面核实",
            )
            self._directory.vet(self._admin, person.id, terms)
        context = RequestContext(actor=person.as_actor())
        return self._accounts.volunteer(context, _profile(n, community))

    def _home_in(self, community: str, n: int) -> str:
        homes = [home for home in self._buildings if home.startswith(community)]
        return homes[n % len(homes)]

    def residents(self) -> list[Person]:
        """Make thirty residents with a phone, and four without one."""
        residents = [self._resident(n) for n in range(30)]
        elders = [self._elder(n, residents[n]) for n in range(4)]
        return residents + elders

    def _resident(self, n: int) -> Person:
        name = SURNAMES[29 - n] + GIVEN_NAMES[n % 10]
        phone = f"+86139000001{n + 1:02}"
        home = self._buildings[n % len(self._buildings)]
        household = None
        if n < 2:  # one household
            home = self._buildings[0]
            household = "hh-demo-1"
        storey = n // len(self._buildings)
        return self._create(
            name,
            phone,
            home,
            storey=3 + storey,
            household=household,
        )

    def _elder(self, n: int, neighbour: Person) -> Person:
        """Make a resident without a phone; the first two have a contact."""
        name = f"{SURNAMES[n]}奶奶"
        home = neighbour.home or self._buildings[n]
        contact = None
        if n < 2:
            contact = neighbour.id
        return self._create(name, None, home, contact_via=contact)

    def _create(
        self,
        name: str,
        phone: str | None,
        home: str,
        *,
        storey: int = 3,
        household: str | None = None,
        contact_via: str | None = None,
    ) -> Person:
        address = None
        is_unit = home.count(".") > 2
        if is_unit:
            address = f"{storey}楼{storey}02室"
        new = NewPerson(
            name=name,
            phone=phone,
            home=home,
            address=address,
            household=household,
            contact_via=contact_via,
            locale="zh-CN",
            consent=_CONSENT,
        )
        return self._directory.create_person(self._admin, new)


def _volunteer_name(n: int) -> str:
    surname = SURNAMES[n]
    middle = "志愿"[n % 2]
    given = GIVEN_NAMES[n % 10]
    return surname + middle + given[1]


def _profile(n: int, community: str) -> VolunteerProfile:
    saturday = Availability(weekday=6, start="09:00", end="17:00")
    evening = Availability(weekday=n % 5 + 1, start="18:00", end="21:00")
    capacity = 3
    if n > 3:
        capacity = 1 + n % 5
    return VolunteerProfile(
        places=(community,),
        skills=SKILLS[n % 5],
        dialects=DIALECTS[n % 5],
        availability=(saturday, evening),
        capacity=capacity,
    )
