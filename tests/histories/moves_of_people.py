"""What happens to people: blocks, roles, duty, vetting, contacts, households, homes, erasure."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chalicelib.kernel.access import Grant
from chalicelib.people.model import Vetting, VettingMethod
from chalicelib.staff_directory.service import NewPerson
from chalicelib.staff_directory.vetting_terms import VettingTerms

from ..world import BAIHUA, CONSENT, GRID, STREET, UNIT
from .people import HOMES, NUMBERS, RESIDENTS, ROLES, VOLUNTEERS
from .present import when
from .street import Street

__all__ = ["PeopleMoves", "ProfileMoves", "TimeMoves"]

EVERYBODY = st.sampled_from([*RESIDENTS, *VOLUNTEERS, *ROLES])
WITH_PHONE = st.sampled_from([name for name in NUMBERS if name not in ROLES])
HELPERS = st.sampled_from(VOLUNTEERS)
WORKERS = st.sampled_from([*ROLES])
PLACES = st.sampled_from([*HOMES])


class TimeMoves:
    """Time passes: minutes, a night, days."""

    street: Street

    @rule(
        minutes=st.sampled_from(
            [*(1, 20, 90, 90, 480, 480), *(26 * 60, 26 * 60, 4320, 11520)]
        )
    )
    def wait(self, minutes: int) -> None:
        # Minutes, a night, a day, three days, eight days.
        if any(one.rings and one.is_open for one in self.street.tickets()):
            minutes = min(minutes, 26 * 60)  # it rings each hour: days are slow
        self.street.pass_time(timedelta(minutes=minutes))


class PeopleMoves:
    """Rules of the machine about people."""

    street: Street

    @property
    def admin(self) -> Any:
        return self.street.world.services.person_admin

    @property
    def boss(self) -> Any:
        return self.street.world.boss

    @when("calm")
    @rule(who=EVERYBODY, blocked=st.sampled_from([True, True, False]))
    def block(self, who: str, blocked: bool) -> None:
        id = self.street.ids[who]
        self.street.harsh += blocked
        self.staffing_changes()
        self.street.by_staff(
            f"blocks {who}: {blocked}",
            lambda: self.admin.block(self.boss, id, blocked, "多次爽约"),
        )

    @when("calm")
    @rule(who=WORKERS, held=st.sampled_from([False, False, True]))
    def give_or_take_a_role(self, who: str, held: bool) -> None:
        id = self.street.ids[who]
        grants = [Grant(*ROLES[who])] if held else []
        self.street.harsh += not held
        self.staffing_changes()
        self.street.by_staff(
            f"roles of {who}: {held}",
            lambda: self.admin.grant_roles(self.boss, id, grants),
        )

    @when("calm")
    @rule(
        place=st.sampled_from([GRID, BAIHUA, STREET]),
        names=st.sets(st.sampled_from([*ROLES]), max_size=2),
    )
    def set_duty(self, place: str, names: set[str]) -> None:
        duty: dict[str, list[str]] = {}
        for name in sorted(names):
            role, at = ROLES[name]
            if at == place:
                duty.setdefault(role.value, []).append(self.street.ids[name])
        places = self.street.world.services.places
        self.street.harsh += 1
        self.staffing_changes()
        self.street.by_staff(
            f"duty at {place}: {sorted(names)}",
            lambda: places.assign_duty(self.boss, place, duty),
        )

    def staffing_changes(self) -> None:
        self.street.staffed_since = self.street.now

    @when("calm")
    @rule(who=HELPERS, vetted=st.booleans())
    def vet(self, who: str, vetted: bool) -> None:
        id = self.street.ids[who]
        level = Vetting.BASIC if vetted else Vetting.NONE
        how = VettingMethod.IN_PERSON if vetted else None
        terms = VettingTerms(level=level, how=how)
        self.street.harsh += not vetted
        self.street.by_staff(
            f"vets {who}: {level}",
            lambda: self.admin.vet(self.boss, id, terms),
        )

    @when("calm")
    @rule(
        who=st.sampled_from(RESIDENTS),
        contact=st.sampled_from([None, "liu", "wang", "he"]),
        household=st.sampled_from([None, "h1"]),
    )
    def set_contact_and_household(
        self, who: str, contact: str | None, household: str | None
    ) -> None:
        ids = self.street.ids
        if contact == who:
            return
        via = ids[contact] if contact else None
        self.street.by_staff(
            f"contact of {who}: {contact}, household {household}",
            lambda: self.admin.set_household(
                self.boss, ids[who], household, via, CONSENT
            ),
        )

    @when("calm")
    @rule(
        who=st.sampled_from(["wang", "liu", "he"]),
        purpose=st.sampled_from(["terms", "contact_via", "household"]),
        given=st.booleans(),
    )
    def change_a_consent(self, who: str, purpose: str, given: bool) -> None:
        self.street.harsh += not given
        if given:
            body = {"purpose": "terms", "text_version": "2026-11"}
            self.street.do(who, "POST", "/v1/me/consents", body)
        else:
            path = f"/v1/me/consents/{purpose}"
            self.street.do(who, "DELETE", path)

    @rule(
        who=st.sampled_from(RESIDENTS),
        home=PLACES,
        what=st.sampled_from(["both", "both", "home", "address"]),
        door=st.integers(1, 3),
    )
    def move_house(self, who: str, home: str, what: str, door: int) -> None:
        """Change a home, its door or both: by the person, or by staff."""
        body = {"home": home, "address": HOMES[home]}
        if what == "home":
            del body["address"]
        elif what == "address":
            body = {"address": f"{door}楼{door}0{door}室"}
        if who in ("granny", "gao"):
            path = f"/v1/people/{self.street.ids[who]}"
            self.street.do("worker", "PATCH", path, body)
        else:
            self.street.do(who, "PATCH", "/v1/me", body)

    @rule(who=WITH_PHONE, sms=st.booleans())
    def choose_channels(self, who: str, sms: bool) -> None:
        self.street.do(who, "PATCH", "/v1/me", {"channels": {"sms": sms}})

    @when("calm")
    @rule(who=WITH_PHONE)
    def erase(self, who: str) -> None:
        street = self.street
        person = street.person(who)
        if person and person.phone and person.may_act:
            street.harsh += 1
            self.staffing_changes()
            street.world.erase(street.phone(who))
            street.tell(f"{who} erases their account")
            street.run_due()

    @when("erased")
    @rule(who=st.sampled_from([*NUMBERS]))
    def come_back(self, who: str) -> None:
        """Register somebody anew after an erasure, with the same phone."""
        street = self.street
        person = street.person(who)
        if person is None or not person.erased_at:
            return
        new = NewPerson(
            name=f"{who}回来",
            phone=NUMBERS[who],
            home=UNIT,
            address=HOMES[UNIT],
            household=None,
            contact_via=None,
            locale="zh-CN",
            consent=CONSENT,
        )

        def register() -> None:
            made = self.admin.create_person(self.boss, new)
            street.ids[who] = made.id

        street.by_staff(f"registers {who} anew", register)


class ProfileMoves:
    """Volunteers change what they offer."""

    street: Street

    @rule(
        who=HELPERS,
        field=st.sampled_from(["all", "skills", "kinds", "dialects"]),
        n=st.integers(1, 5),
    )
    def set_a_profile(self, who: str, field: str, n: int) -> None:
        values = _values(n)
        if field == "all":
            whole = {"places": [BAIHUA], "availability": []}
            body = whole | {"paused_until": None} | values
            self.set_profile(who, "PUT", body)
        else:
            self.set_profile(who, "PATCH", {field: values[field]})

    def set_profile(self, who: str, method: str, body: Any) -> None:
        street = self.street
        answer = street.do(who, method, "/v1/me/volunteer", body)
        if answer.status == 200:
            known = street.profiles.setdefault(street.ids[who], {})
            for name, value in body.items():
                is_list = isinstance(value, list)
                known[name] = tuple(value) if is_list else value


def _values(n: int) -> dict[str, Any]:
    """Return the fields of a profile, different for each number."""
    return {
        "skills": [f"手艺{n}"],
        "kinds": ["goods"] if n % 2 else [],
        "dialects": [f"方言{n}"],
        "capacity": n,
    }
