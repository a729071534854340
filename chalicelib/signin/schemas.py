"""Sign-in as clients send and see it."""

from typing import Annotated, ClassVar

from pydantic import Field

from ..people.consent_schemas import GuardianIn
from ..people.fields import (
    BirthYear,
    ChallengeId,
    Code,
    Mail,
    Phone,
    TextVersion,
)
from ..people.schemas import AppointedRole, MyAccountView
from ..web.fields import Instant, Line, Name, PlaceCode, Request, View
from .model import Session

__all__ = [
    "CodeIn",
    "CodeSentView",
    "EmailCodeSentView",
    "EmailIn",
    "MySessionList",
    "MySessionView",
    "PhoneIn",
    "ReadOutCodeView",
    "ReadOutIn",
    "RoleAgreementIn",
    "RoleCodeIn",
    "SessionList",
    "SessionView",
    "TokensIn",
    "TokensView",
]

DeviceToken = Annotated[
    str,
    Field(
        max_length=200,
        description="From an earlier sign-in on this device; it has limits of its own.",
    ),
]


class PhoneIn(Request):
    """The phone to send a code to, and the token of a device that has signed in before."""

    phone: Phone
    device: DeviceToken | None = None


class EmailIn(Request):
    """The e-mail address to prove."""

    address: Mail


class CodeIn(Request):
    """The code from the message."""

    code: Code


class CodeSentView(View):
    """The challenge that a code answers, and the seconds until another may be requested."""

    retry_after: int
    challenge: ChallengeId = Field(
        description="Send it back with the code. It belongs to this request alone."
    )


class EmailCodeSentView(View):
    """The seconds until another code may be requested."""

    retry_after: int


class TermsConsentIn(Request):
    """The version of the terms that the person agrees to."""

    text_version: TextVersion


class TokensIn(Request):
    """A phone with a code and its challenge, or a refresh token.

    `name` is for a new account, and for one that was not used for half a year.
    """

    phone: Phone | None = None
    code: Code | None = None
    challenge: ChallengeId | None = None
    name: Name | None = None
    consent: TermsConsentIn | None = None
    birth_year: BirthYear | None = Field(
        None, description="For a new account; below 14 a guardian has to agree."
    )
    guardian: GuardianIn | None = None
    refresh_token: Annotated[str, Field(max_length=200)] | None = None


class TokensView(View):
    """An access and a refresh token, the token of the device, and their person."""

    access_token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds that the access token lives.")
    device: str = Field(
        description="Keep it, and send it with the next request for a code."
    )
    person: MyAccountView


class SessionView(View):
    """A device on which a person is signed in."""

    id: str
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant = Field(
        description="The end of the session if it is not used again."
    )
    device: str | None = Field(
        description="The system of the device, such as Android; null if unknown."
    )

    @classmethod
    def of(cls, session: Session) -> "SessionView":
        """Return the view of a session."""
        return cls(
            id=session.id,
            created_at=session.created_at,
            last_used_at=session.rotated_at,
            expires_at=session.expires_at,
            device=session.hint,
        )


class SessionList(View):
    """A page of sessions of a person, newest first."""

    items: list[SessionView]
    next: str | None


class MySessionView(SessionView):
    """A device on which the caller is signed in."""

    current: bool = Field(description="Whether this request came from it.")

    @classmethod
    def of_mine(cls, session: Session, current: str) -> "MySessionView":
        """Return the view of a session of the caller."""
        fields = dict(SessionView.of(session))
        return cls.model_validate(fields | {"current": session.id == current})


class MySessionList(View):
    """A page of sessions of the caller, newest first."""

    items: list[MySessionView]
    next: str | None


class ReadOutIn(Request):
    """The reason for reading out a code."""

    reason: Annotated[Line, Field(min_length=2, max_length=200)]


class RoleCodeIn(Request):
    """A role that a newcomer is to have, and its place."""

    role: AppointedRole
    place: PlaceCode


class RoleAgreementIn(Request):
    """The code that a newcomer has read out, and its challenge."""

    code: Code
    challenge: ChallengeId


class ReadOutCodeView(View):
    """A sign-in code to be read out to its person, with its challenge."""

    personal: ClassVar[bool] = True
    code: str
    challenge: ChallengeId
    expires_at: Instant
