"""Sign-in as clients send and see it."""

from typing import Annotated

from pydantic import Field

from ..people.schemas import Mail, MyAccountView, Phone
from ..web.fields import Line, Name, Request, View

__all__ = [
    "CodeIn",
    "CodeSentView",
    "EmailIn",
    "PhoneIn",
    "TokensIn",
    "TokensView",
]

# Full-width digits are what a Chinese keyboard may give; they are folded before they are compared.
Code = Annotated[str, Field(pattern=r"^[0-9０-９]{6}$", examples=["123456"])]


class PhoneIn(Request):
    """The phone to send a code to."""

    phone: Phone


class EmailIn(Request):
    """The e-mail address to prove."""

    address: Mail


class CodeIn(Request):
    """The code from the message."""

    code: Code


class CodeSentView(View):
    """The seconds until another code may be requested."""

    retry_after: int


class TermsConsentIn(Request):
    """The version of the terms that the person agrees to."""

    text_version: Annotated[Line, Field(max_length=40)]


class TokensIn(Request):
    """A phone with a code, or a refresh token."""

    phone: Phone | None = None
    code: Code | None = None
    name: Name | None = None
    consent: TermsConsentIn | None = None
    refresh_token: Annotated[str, Field(max_length=200)] | None = None


class TokensView(View):
    """An access and a refresh token, and their person."""

    access_token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds that the access token lives.")
    person: MyAccountView
