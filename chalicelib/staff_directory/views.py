"""A person as staff see them, with the correction of their phone."""

from typing import Annotated, Literal

from pydantic import Field

from ..people.model import Person, mask_phone
from ..web.choices import Choices
from ..web.fields import Instant, PersonId, View
from .pending_phone import PendingPhone
from .schemas import PersonView

__all__ = ["PendingPhoneView", "PersonWithPhoneView"]


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
