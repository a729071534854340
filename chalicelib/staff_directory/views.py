"""People as staff find and read them: with the names of places, and the correction of a phone."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ..people.model import Person, mask_phone
from ..web.choices import Choices
from ..web.fields import Instant, PersonId, PlaceCode, View
from .pending_phone import PendingPhone
from .schemas import PersonView
from .service import FoundPeople, StaffRecord

__all__ = [
    "PendingPhoneView",
    "PeopleList",
    "PersonRecordView",
    "PersonWithHomeView",
    "PersonWithPhoneView",
]


HomeName = Annotated[
    str | None,
    Field(
        description="The names of the home, from the community down; null without a home."
    ),
]


class PendingPhoneView(View):
    """A correction of a person's phone that is not over."""

    state: Annotated[
        Literal["waiting", "stopped", "ready"],
        Choices("PhoneCorrectionState", "How far a correction of a phone is."),
    ] = Field(
        description=(
            "`waiting`: the old number can stop it. `stopped`: a street administrator decides. "
            "`ready`: the next sign-in with the new number completes it."
        )
    )
    phone: str | None = Field(description="The new number, masked.")
    asked_by: PersonId
    asked_at: Instant
    ready_at: Instant = Field(
        description="The end of the 24 hours in which the old number can stop it."
    )
    ends_at: Instant | None = Field(
        description="When a stopped or ready correction expires; null while it waits."
    )
    stopped_for: (
        Annotated[
            Literal["old_number", "unreachable"],
            Choices(
                "PhoneStopReason",
                "The reason why a correction of a phone has stopped.",
            ),
        ]
        | None
    ) = Field(description="Why it does not go on by itself; null if it does.")

    @classmethod
    def of(cls, pending: PendingPhone) -> "PendingPhoneView":
        """Return the view of a correction."""
        view: PendingPhoneView = cls.model_validate(pending)
        return view.model_copy(update={"phone": mask_phone(pending.phone)})


class PersonWithHomeView(PersonView):
    """A person as staff see them, with the name of their home."""

    home_name: HomeName

    @classmethod
    def with_home(
        cls, person: Person, names: Mapping[str, str]
    ) -> "PersonWithHomeView":
        """Return the view of a person, with the name that their home has by its code."""
        name = names.get(person.home or "")
        return cls.model_validate(
            dict(PersonView.of(person)) | {"home_name": name}
        )


class PeopleList(View):
    """A page of people."""

    items: list[PersonWithHomeView]
    next: str | None

    @classmethod
    def of(cls, found: FoundPeople, next: str | None) -> "PeopleList":
        """Return the view of people that were found, and the cursor behind them."""
        names = found.place_names
        items = [
            PersonWithHomeView.with_home(person, names)
            for person in found.page.items
        ]
        return cls(items=items, next=next)


class PersonWithPhoneView(PersonView):
    """A person as staff see them, with the correction of their phone."""

    phone_change: PendingPhoneView | None = Field(
        description="The correction that is not over; null if there is none."
    )

    @classmethod
    def with_pending(
        cls, person: Person, pending: PendingPhone | None
    ) -> "PersonWithPhoneView":
        """Return the view of a person and their correction."""
        change = PendingPhoneView.of(pending) if pending else None
        fields = dict(PersonView.of(person)) | {"phone_change": change}
        return cls.model_validate(fields)


class PersonRecordView(PersonWithPhoneView):
    """The record of a person for staff, with the names of the places in it."""

    home_name: HomeName
    place_names: dict[PlaceCode, str] = Field(
        description="The names of all places that the record names, by code."
    )

    @classmethod
    def of_record(cls, record: StaffRecord) -> "PersonRecordView":
        """Return the view of a record."""
        person, names = record.person, record.place_names
        seen = PersonWithPhoneView.with_pending(person, record.pending_phone)
        named = {
            "home_name": names.get(person.home or ""),
            "place_names": names,
        }
        return cls.model_validate(dict(seen) | named)
