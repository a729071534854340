"""Office hours and the days of a street, as clients send them."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..tickets.worktime import OfficeHours, OwnDay
from ..web.choices import Choices
from ..web.fields import Request
from .category_schemas import Group

__all__ = [
    "CalendarDayIn",
    "DayKey",
    "EndOfSpan",
    "OfficeHoursIn",
    "OwnDays",
    "Spans",
    "TimeOfDay",
    "Week",
    "Weekday",
]

TimeOfDay = Annotated[
    str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:30"])
]


EndOfSpan = Annotated[
    str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["12:00"])
]


def _a_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Weekday = Annotated[
    Literal["1", "2", "3", "4", "5", "6", "7"],
    Choices("Weekday", "A day of the week; 1 is Monday."),
]


DayKey = Annotated[
    str, Field(pattern=r"^2[01]\d\d-\d\d-\d\d$"), AfterValidator(_a_day)
]


class OfficeHoursIn(Request):
    """Office hours within a day, local time; `to` may be 24:00."""

    start: TimeOfDay = Field(alias="from")
    end: EndOfSpan = Field(alias="to")

    def as_span(self) -> OfficeHours:
        """Return it as a value of the model."""
        start = time.fromisoformat(self.start)
        end = time.fromisoformat(self.end.replace("24:", "00:"))
        return OfficeHours(start=start, end=end)


Spans = Annotated[list[OfficeHoursIn], Field(max_length=6)]


class CalendarDayIn(Request):
    """A day of the street's own calendar.

    With an empty list of hours it is a day off. Without `hours` it is worked like a Monday.
    """

    hours: Spans | None = None
    note: Group = ""

    def as_day(self) -> OwnDay:
        """Return it as a value of the model."""
        if self.hours is None:
            return OwnDay(spans=None, note=self.note)
        spans = tuple(span.as_span() for span in self.hours)
        return OwnDay(spans=spans, note=self.note)


Week = Annotated[
    dict[Weekday, Spans],
    Field(description="By ISO weekday, 1 is Monday; an unnamed day is off."),
]


OwnDays = Annotated[
    dict[DayKey, CalendarDayIn],
    Field(
        max_length=400,
        description="By local day.",
        json_schema_extra={"additionalProperties": False},
    ),
]
