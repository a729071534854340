"""The people of the demo street: staff, volunteers and residents."""

from collections.abc import Sequence
from typing import TypeAlias

from chalicelib.container import Container
from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.request import RequestContext
from chalicelib.people import feature as people_feature
from chalicelib.people.model import (
    Availability,
    Person,
    Vetting,
    VolunteerProfile,
)
from chalicelib.people.service import ConsentGiven
from chalicelib.staff_directory import feature as staff_directory_feature
from chalicelib.staff_directory.service import NewPerson

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
_CONSENT = ConsentGiven(how="written", witness="居委会")
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
        self._admin, self._buildings = admin, buildings

    def staff(self) -> Staff:
        """Make the staff."""
        staff: Staff = {}
        for number, name, place, role in _STAFF:
            code = f"{STREET}.{place}"
            person = self._create(name, f"+861390000{number:04}", code)
            granted = self._directory.grant_roles(
                self._admin, person.id, [Grant(role, code)]
            )
            staff[code, role.value] = granted
        return staff

    def volunteers(self) -> list[Person]:
        """Make twenty volunteers; every third is vetted for safeguarding."""
        return [self._volunteer(n) for n in range(20)]

    def _volunteer(self, n: int) -> Person:
        community = f"{STREET}.{list(COMMUNITIES)[n % 3]}"
        homes = [home for home in self._buildings if home.startswith(community)]
        name = SURNAMES[n] + "志愿"[n % 2] + GIVEN_NAMES[n % 10][1]
        person = self._create(
            name, f"+86139000000{11 + n}", homes[n % len(homes)]
        )
        profile = VolunteerProfile(
            places=(community,),
            skills=SKILLS[n % 5],
            dialects=DIALECTS[n % 5],
            availability=(
                Availability(weekday=6, start="09:00", end="17:00"),
                Availability(weekday=n % 5 + 1, start="18:00", end="21:00"),
            ),
            capacity=1 + n % 5 if n > 3 else 3,
        )
        context = RequestContext(actor=person.as_actor())
        volunteer = self._accounts.volunteer(context, profile)
        level, note = Vetting.SAFEGUARDING, "身份与无犯罪证明已核"
        if n % 3:
            level, note = Vetting.BASIC, "当面核对过身份证"
        return self._directory.vet(self._admin, volunteer.id, level, note)

    def residents(self) -> list[Person]:
        """Make thirty residents with a phone, and four without one."""
        residents = [self._resident(n) for n in range(30)]
        elders = [self._elder(n, residents[n]) for n in range(4)]
        return residents + elders

    def _resident(self, n: int) -> Person:
        name, phone = (
            SURNAMES[29 - n] + GIVEN_NAMES[n % 10],
            f"+86139000001{n + 1:02}",
        )
        if n < 2:  # one household
            return self._create(
                name, phone, self._buildings[0], household="hh-demo-1"
            )
        return self._create(
            name, phone, self._buildings[n % len(self._buildings)]
        )

    def _elder(self, n: int, neighbour: Person) -> Person:
        """Make a resident without a phone; the first two have a contact."""
        home = neighbour.home or self._buildings[n]
        contact = neighbour.id if n < 2 else None
        return self._create(
            f"{SURNAMES[n]}奶奶", None, home, contact_via=contact
        )

    def _create(
        self,
        name: str,
        phone: str | None,
        home: str,
        *,
        household: str | None = None,
        contact_via: str | None = None,
    ) -> Person:
        is_unit = home.count(".") > 2
        new = NewPerson(
            name=name,
            phone=phone,
            home=home,
            address="3楼302室" if is_unit else None,
            household=household,
            contact_via=contact_via,
            locale="zh-CN",
            consent=_CONSENT,
        )
        return self._directory.create_person(self._admin, new)
