"""The profile of a volunteer as clients send and see it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from ..kernel.unset import UNSET, Maybe, unset_if_none
from ..web.choices import Choices
from ..web.fields import (
    WHOLE,
    Instant,
    Moment,
    PersonId,
    PlaceCode,
    Request,
    View,
)
from .edits import VolunteerEdit
from .fields import Label, TimeOfDay
from .model import Person, Vetting
from .volunteer_profile import Availability, VolunteerProfile

__all__ = [
    "Availabilities",
    "AvailabilityIn",
    "AvailabilityView",
    "Capacity",
    "Dialects",
    "Kinds",
    "Places",
    "Skills",
    "VolunteerIn",
    "VolunteerPatch",
    "VolunteerView",
]


WishKindName = Annotated[
    Literal["goods", "service", "company", "learning"],
    Choices("WishKind", "What is wished for."),
]


class AvailabilityView(View):
    """A weekly window of a volunteer; weekday 1 is Monday."""

    weekday: int
    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")


class VolunteerView(View):
    """The profile and vetting level of a volunteer."""

    id: PersonId
    version: int
    places: list[PlaceCode]
    skills: list[str]
    kinds: list[WishKindName]
    dialects: list[str]
    availability: list[AvailabilityView]
    capacity: int
    paused_until: Instant | None
    never: list[WishKindName] = Field(
        description="Kinds of wishes that are never offered again; naming one in `kinds` ends that."
    )
    vetting: Vetting
    vetting_expires_at: Instant | None = Field(
        description="From then on no new wish can be claimed, until staff vet again."
    )
    awaits_staff: bool = Field(
        description="Whether staff have yet to look at the volunteer, or to lift a pause."
    )

    @classmethod
    def of(cls, person: Person) -> "VolunteerView":
        """Return the view of a volunteer."""
        profile = person.volunteer or VolunteerProfile()
        names = VolunteerProfile.__dataclass_fields__
        fields = {name: getattr(profile, name) for name in names}
        vetted = person.vetted
        fields |= {
            "id": person.id,
            "version": person.version,
            "vetting": person.vetting,
            "vetting_expires_at": vetted.expires_at if vetted else None,
            "awaits_staff": person.waits_for_staff() is not None,
        }
        return cls.model_validate(fields)


class AvailabilityIn(Request):
    """A weekly window of a volunteer; weekday 1 is Monday."""

    weekday: Annotated[int, Field(ge=1, le=7), WHOLE]
    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


Places = Annotated[list[PlaceCode], Field(min_length=1, max_length=10)]
Skills = Annotated[list[Label], Field(max_length=20)]
Kinds = Annotated[
    list[WishKindName],
    Field(max_length=4),
]
Dialects = Annotated[list[Label], Field(max_length=10)]
Availabilities = Annotated[list[AvailabilityIn], Field(max_length=28)]
Capacity = Annotated[int, Field(ge=1, le=5), WHOLE]


class VolunteerIn(Request):
    """The profile of a volunteer."""

    places: Places
    skills: Skills = []
    kinds: Kinds = []
    dialects: Dialects = []
    availability: Availabilities = []
    capacity: Capacity = 3
    paused_until: Moment | None = None

    def profile(self) -> VolunteerProfile:
        """Return it as a value of the model."""
        return VolunteerProfile(
            places=tuple(dict.fromkeys(self.places)),
            skills=tuple(self.skills),
            kinds=tuple(self.kinds),
            dialects=tuple(self.dialects),
            availability=_windows(self.availability),
            capacity=self.capacity,
            paused_until=self.paused_until,
        )


class VolunteerPatch(Request):
    """The fields of the profile to change; a field that is left out stays.

    Null empties a list, and ends a pause. Places and capacity can only be replaced.
    """

    places: Places | None = None
    skills: Skills | None = None
    kinds: Kinds | None = None
    dialects: Dialects | None = None
    availability: Availabilities | None = None
    capacity: Capacity | None = None
    paused_until: Moment | None = None

    def edit(self) -> VolunteerEdit:
        """Return the changes."""
        places: Maybe[tuple[str, ...]] = UNSET
        if self.places is not None:
            places = tuple(dict.fromkeys(self.places))
        named = self.model_fields_set
        hours: Maybe[tuple[Availability, ...]] = UNSET
        if "availability" in named:
            hours = _windows(self.availability or [])
        return VolunteerEdit(
            places=places,
            skills=self._labels("skills"),
            kinds=self._labels("kinds"),
            dialects=self._labels("dialects"),
            availability=hours,
            capacity=unset_if_none(self.capacity),
            paused_until=self.paused_until
            if "paused_until" in named
            else UNSET,
        )

    def _labels(self, name: str) -> Maybe[tuple[str, ...]]:
        """Return a list that the request names, where null empties it."""
        if name not in self.model_fields_set:
            return UNSET
        return tuple(getattr(self, name) or ())


def _windows(windows: Sequence[AvailabilityIn]) -> tuple[Availability, ...]:
    return tuple(
        Availability(weekday=window.weekday, start=window.start, end=window.end)
        for window in windows
    )
