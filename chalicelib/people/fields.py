"""Types of the fields that requests about people share."""

import re
import unicodedata
from typing import Annotated

import phonenumbers
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ..kernel.ids import ID_PATTERN
from ..web.fields import WHOLE, Line

__all__ = [
    "Address",
    "BirthYear",
    "ChallengeId",
    "Code",
    "ContactNote",
    "Household",
    "Label",
    "Mail",
    "Phone",
    "TextVersion",
    "TimeOfDay",
    "mainland_mobile",
]

_NOT_DIGITS = re.compile(r"\D")
_LONGEST = 11  # digits of a mobile number
_DIALLED = re.compile(r"[+＋]?[\d\s\-－()（）]+")


def mainland_mobile(text: str) -> str:
    """Return a mainland mobile number in E.164.

    Other regions and landlines are refused, because no code or reminder would reach them. A
    landline has a refusal of its own.
    """
    if not _DIALLED.fullmatch(text):
        raise ValueError("phone")  # the library would find a number among words
    try:
        number = phonenumbers.parse(_with_country(text), None)
    except phonenumbers.NumberParseException:
        raise ValueError("phone") from None
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        raise PydanticCustomError("phone_landline", "a landline")
    if (
        kind != phonenumbers.PhoneNumberType.MOBILE
        or phonenumbers.region_code_for_number(number) != "CN"
        or number.extension
    ):
        raise ValueError("phone")
    return str(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    )


def _with_country(text: str) -> str:
    """Return a dialled number with the code of China; raise ValueError for that of another country.

    The package has the data of China only: the library must never look for another country's.
    """
    digits = _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    if text[0] in "+＋" or digits.startswith("00"):
        digits = digits.removeprefix("00")
        if not digits.startswith("86"):
            raise ValueError("phone")
        digits = digits.removeprefix("86")
    elif len(digits) > _LONGEST:
        digits = digits.removeprefix("86")
    return f"+86{digits}"


Phone = Annotated[
    str,
    Field(min_length=11, max_length=24, examples=["+8613900000011"]),
    AfterValidator(mainland_mobile),
]
Mail = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]
TimeOfDay = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])
]
Label = Annotated[Line, Field(max_length=20)]
Address = Annotated[Line, Field(max_length=120)]
ContactNote = Annotated[
    Line,
    Field(
        max_length=60,
        description="How else to reach them, such as a landline. Shown by a reveal and on visits.",
    ),
]
Household = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{1,40}$",
        description=(
            "A member of the same home, or a household (hsh_…) to join. Any other text is a code "
            "of the community."
        ),
    ),
]
# Full-width digits are what a Chinese keyboard may give; they are folded before they are compared.
Code = Annotated[str, Field(pattern=r"^[0-9０-９]{6}$", examples=["123456"])]
ChallengeId = Annotated[str, Field(pattern=f"^chl_{ID_PATTERN}$")]
TextVersion = Annotated[Line, Field(max_length=40, examples=["2026-11"])]
BirthYear = Annotated[int, Field(ge=1880, le=2200), WHOLE]
