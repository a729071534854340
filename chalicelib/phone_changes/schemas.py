"""Phone changes as clients send and see them."""

from typing import Annotated

from pydantic import Field

from ..people.fields import ChallengeId, Code, Phone
from ..web.fields import Line, Request, View

__all__ = [
    "ChangePhoneIn",
    "CorrectPhoneIn",
    "ForcePhoneIn",
    "PhoneCodesSentView",
    "VerifyPhoneIn",
]

Reason = Annotated[Line, Field(min_length=2, max_length=200)]


class ChangePhoneIn(Request):
    """The phone that the caller wants."""

    phone: Phone


class PhoneCodesSentView(View):
    """The challenge that both codes answer, and the seconds until others may be requested."""

    retry_after: int
    challenge: ChallengeId = Field(
        description="Send it back with the codes. It belongs to this request alone."
    )


class VerifyPhoneIn(Request):
    """The codes from the messages to both numbers, and their challenge."""

    challenge: ChallengeId
    code_old: Code = Field(description="The code sent to the number until now.")
    code_new: Code = Field(description="The code sent to the wanted number.")


class CorrectPhoneIn(Request):
    """The right phone of a person, and the reason for the correction."""

    phone: Phone
    reason: Reason


class ForcePhoneIn(Request):
    """The reason for going on with a correction that the old number has stopped."""

    reason: Reason
