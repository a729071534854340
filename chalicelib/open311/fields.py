"""How Open311 writes values in queries and forms, and how tolerantly they are read."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticKnownError

from ..kernel.text import PROSE_PATTERN, normalise
from ..web.fields import near

__all__ = ["Asked", "Listed", "Text", "W3CDate", "listed"]

# https://www.w3.org/TR/NOTE-datetime with a time of day; a "+" that was not escaped arrives as a space.
_W3C = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:([Zz])|([+ -])(\d\d):?(\d\d))")


def _instant(value: Any) -> datetime:
    try:
        return near(_w3c(value))
    except ValueError as error:
        raise PydanticKnownError("datetime_parsing", {"error": "no W3C date"}) from error


def _w3c(value: Any) -> datetime:
    found = _W3C.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(value)
    day, time, utc, sign, hours, minutes = found.groups()
    return datetime.fromisoformat(f"{day}T{time}" + ("+00:00" if utc else f"{sign.replace(' ', '+')}{hours}:{minutes}"))


def listed(value: Any) -> tuple[str, ...]:
    """Read a comma-delimited list, which may also be given several times."""
    given = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(part.strip() for text in given for part in text.split(",") if part.strip()))


W3CDate = Annotated[
    datetime,
    BeforeValidator(_instant, json_schema_input_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]
Listed = Annotated[tuple[str, ...], BeforeValidator(listed, json_schema_input_type=str)]
Text = Annotated[str, Field(pattern=PROSE_PATTERN, min_length=2, max_length=4000), AfterValidator(normalise)]


class Asked(BaseModel):
    """Which jurisdiction is asked: the code of a street. It may be left out where there is one only."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    jurisdiction_id: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out what is empty; what is said twice alike is said once."""
        found = {name: _said(value) if isinstance(value, list) else value for name, value in values.items()}
        return {name: value for name, value in found.items() if value}


def _said(values: list[str]) -> str | list[str]:
    said = [value for value in dict.fromkeys(values) if value]
    return said[0] if len(said) == 1 else said
