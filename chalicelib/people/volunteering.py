"""People as volunteers of communities: the projection that matching reads. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.access import Role
from ..kernel.place import community_of
from .model import Person, Vetting, VettingMethod, VettingRecord, limit_subjects
from .moves import TERMS
from .volunteer_profile import QuietHours, VolunteerProfile

__all__ = ["Volunteering", "volunteering"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteering:
    """A person as the volunteer of one community, or of a whole street, as matching reads them.

    Follows from the person alone and changes with them (see `store.table.RowType.with_projection`).
    """

    person_id: str
    area: str  # a community, or the street
    places: tuple[str, ...]  # where within it
    home: str | None = None
    household: str | None = None
    contact_via: str | None = None
    vetted: VettingRecord | None = None
    claims_paused_at: datetime | None = None
    claims_lifted_at: datetime | None = None
    homes_7_days: int | None = None
    phone_keys: tuple[str, ...] = ()
    profile: VolunteerProfile
    quiet_hours: QuietHours | None = None

    @property
    def limit_subjects(self) -> tuple[str, ...]:
        """Return what their limits are counted by. See `Person.limit_subjects`."""
        return limit_subjects(self.person_id, self.phone_keys)

    def may_claim(self, now: datetime) -> bool:
        """Tell whether staff know them well enough for a claim. See `Person.may_claim`."""
        if self.vetted is None or self.claims_paused_at:
            return False
        return self.vetted.obstacle(now) is None

    def is_safeguarding(self, now: datetime) -> bool:
        """Tell whether they may visit people who need protection."""
        level = self.vetted.level if self.vetted else Vetting.NONE
        return level is Vetting.SAFEGUARDING and self.may_claim(now)

    @property
    def was_seen_in_person(self) -> bool:
        """Tell whether staff have seen them for their vetting."""
        how = self.vetted.how if self.vetted else None
        return how is VettingMethod.IN_PERSON


def volunteering(person: Person) -> tuple[Volunteering, ...]:
    """Return a person as the volunteer of each community that they serve.

    A blocked or erased person is none. Without a phone or a consent to the terms they have no
    account to answer with, and are not asked.
    """
    has_account = person.phone and (
        person.appointed or TERMS in person.consents
    )
    if person.blocked or person.erased_at or not has_account:
        return ()
    places = dict.fromkeys(
        grant.place for grant in person.grants if grant.role is Role.VOLUNTEER
    )
    by_area: dict[str, list[str]] = {}
    for place in places:
        by_area.setdefault(community_of(place), []).append(place)
    return tuple(_volunteering(person, area, by_area[area]) for area in by_area)


def _volunteering(
    person: Person, area: str, places: Sequence[str]
) -> Volunteering:
    return Volunteering(
        person_id=person.id,
        area=area,
        places=tuple(places),
        home=person.home,
        household=person.household,
        contact_via=person.contact_via,
        vetted=person.vetted,
        claims_paused_at=person.claims_paused_at,
        claims_lifted_at=person.claims_lifted_at,
        homes_7_days=person.homes_7_days,
        phone_keys=person.phone_keys,
        profile=replace(person.volunteer or VolunteerProfile(), places=()),
        quiet_hours=person.quiet_hours,
    )
