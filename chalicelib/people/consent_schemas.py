"""Consents, guardians and consent texts as clients send and see them."""

from typing import Annotated, Literal, get_args

from pydantic import Field, RootModel

from ..web.choices import Choices
from ..web.fields import (
    Flag,
    Instant,
    LocaleCode,
    Name,
    PersonId,
    Request,
    UploadId,
    View,
)
from .fields import TextVersion
from .records import ConsentGiven, GuardianGiven

__all__ = [
    "ConsentDueView",
    "ConsentIn",
    "ConsentList",
    "ConsentTextList",
    "ConsentTextView",
    "ConsentView",
    "GuardianIn",
    "MyConsentIn",
    "Purpose",
]

Purpose = Annotated[
    Literal[
        "terms",
        "acting",
        "contact_via",
        "household",
        "promotions",
        "care",
        "guardian",
    ],
    Choices("ConsentPurpose", "What a consent is for."),
]
ConsentForm = Annotated[
    Literal["spoken", "written"],
    Choices("ConsentForm", "How a consent was given in front of staff."),
]
ConsentRecordForm = Annotated[
    str,
    Choices(
        "ConsentRecordForm",
        "How a consent on record was given.",
        lambda: ("app", "call_back", "spoken", "written"),
    ),
]
# A channel that is stopped is on record, too.
ConsentRecordPurpose = Annotated[
    str,
    Choices(
        "ConsentRecordPurpose",
        "What a consent on record is for, or the channel that was stopped.",
        lambda: (*get_args(get_args(Purpose)[0]), "sms", "email"),
    ),
]


class GuardianIn(Request):
    """A guardian who agrees for a child: a person by id, or the name."""

    person: PersonId | None = None
    name: Name | None = None

    def given(self) -> GuardianGiven:
        """Return it as a value of the model."""
        return GuardianGiven(person_id=self.person, name=self.name)


class ConsentDueView(View):
    """A newer text than the one agreed to."""

    purpose: Purpose
    version: str
    until: Instant = Field(
        description="After this, outdated terms allow little but ending and leaving."
    )


class ConsentIn(Request):
    """A consent given by a person, in front of staff.

    A spoken one needs a witness who is not the recorder, or the photo of a signed slip. Without
    either it waits for a call-back by another member of staff within three days, and lapses then.
    """

    how: ConsentForm
    witness: Name | None = None
    slip: UploadId | None = Field(
        None,
        description="A photo of the recorder's own that has arrived, used for nothing else.",
    )
    care: Flag = Field(
        False,
        description="Whether the person also agrees to marks about care: minor, bedridden, alone.",
    )

    def given(self) -> ConsentGiven:
        """Return it as a value of the model."""
        return ConsentGiven(
            how=self.how, witness=self.witness, slip=self.slip, care=self.care
        )


class ConsentView(View):
    """A line of the consent history."""

    purpose: ConsentRecordPurpose
    given: bool
    text_version: str | None
    how: ConsentRecordForm
    witness: str | None
    slip: str | None = Field(description="The photo of a signed slip.")
    recorded_by: str
    at: Instant
    confirm_by: Instant | None = Field(
        description="Until when another member of staff has to call back."
    )


class ConsentList(View):
    """A page of the consent history, newest first."""

    items: list[ConsentView]
    next: str | None


class MyConsentIn(Request):
    """A purpose, and the version of its text that the caller has read."""

    purpose: Purpose
    text_version: TextVersion


class ConsentTextView(View):
    """A text that people agree to, in one language."""

    purpose: Purpose
    version: str
    locale: LocaleCode
    hash: str = Field(description="SHA-256 of the text, in hexadecimal digits.")
    text: str


class ConsentTextList(RootModel[list[ConsentTextView]]):
    """The current texts of all purposes in all languages."""
