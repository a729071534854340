"""People as volunteers of communities: the projection that matching reads. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..kernel.access import Role
from ..kernel.place import community_of
from .model import TERMS, Person, QuietHours, Vetting, VolunteerProfile

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
    vetting: Vetting = Vetting.NONE
    profile: VolunteerProfile
    quiet_hours: QuietHours | None = None


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
        vetting=person.vetting,
        profile=replace(person.volunteer or VolunteerProfile(), places=()),
        quiet_hours=person.quiet_hours,
    )
