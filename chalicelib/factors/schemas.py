"""Second factors as clients send and see them."""

import unicodedata
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..web.choices import Choices
from ..web.fields import Instant, Line, PersonId, Request, View

__all__ = [
    "FactorCodeIn",
    "FactorResetIn",
    "FactorResetView",
    "PendingFactorView",
    "ShownFactorView",
]


class FactorCodeIn(Request):
    """A code of the app, or one of the recovery codes."""

    code: Annotated[
        Line,
        Field(
            min_length=6,
            max_length=20,
            description="Six digits of the app, or a recovery code.",
            examples=["123456"],
        ),
    ]

    def plain(self) -> str:
        """Return the code without hyphens and spaces, in small letters."""
        text = unicodedata.normalize("NFKC", self.code).lower()
        return text.replace("-", "").replace(" ", "")


class PendingFactorView(View):
    """A secret for the caller's app. It counts once a code has confirmed it."""

    personal: ClassVar[bool] = True
    secret: str = Field(description="In base 32, to be typed into the app.")
    uri: str = Field(description="An otpauth address, to be shown as QR code.")


class ShownFactorView(View):
    """The caller's factor after a code."""

    personal: ClassVar[bool] = True
    fresh_until: Instant | None = Field(
        description="Until then it opens what needs a fresh factor, in this session."
    )
    recovery_codes: list[str] | None = Field(
        description="Shown once, when a factor is confirmed. Each works once."
    )
    recovery_codes_left: int


class FactorResetIn(Request):
    """The reason for a reset; it is recorded."""

    reason: Annotated[Line, Field(min_length=2, max_length=200)]


class FactorResetView(View):
    """How far a reset is. It waits for a second member of staff."""

    id: PersonId
    state: Annotated[
        Literal["pending", "reset"],
        Choices("FactorResetState", "How far the reset of a factor is."),
    ]
    requested_by: PersonId | None
    expires_at: Instant | None
