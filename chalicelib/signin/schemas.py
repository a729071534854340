"""Signing in as clients send and see it."""

from typing import Annotated

from pydantic import Field

from ..people.schemas import Mail, Me, Phone
from ..web.fields import Line, Name, Request, View

__all__ = ["CodeAsked", "CodeIn", "EmailIn", "PhoneIn", "TokensIn", "TokensView"]

# Full-width digits are what a Chinese keyboard may give; they are folded before they are compared.
Code = Annotated[str, Field(pattern=r"^[0-9０-９]{6}$", examples=["123456"])]


class PhoneIn(Request):
    """Where to send a code."""

    phone: Phone


class EmailIn(Request):
    """Which address to prove."""

    address: Mail


class CodeIn(Request):
    """The code that arrived."""

    code: Code


class CodeAsked(View):
    """After how many seconds another code may be asked for."""

    retry_after: int


class TermsIn(Request):
    """Which text one agrees to."""

    text_version: Annotated[Line, Field(max_length=40)]


class TokensIn(Request):
    """Either phone and code, or a refresh token."""

    phone: Phone | None = None
    code: Code | None = None
    name: Name | None = None
    consent: TermsIn | None = None
    refresh_token: Annotated[str, Field(max_length=200)] | None = None


class TokensView(View):
    """A pair of tokens and whose they are."""

    access_token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds that the access token lives.")
    person: Me
