"""A ticket policy as clients send it, in the shape in which they read it."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field

from ..kernel.access import Role
from ..kernel.ids import ID_PATTERN
from ..kernel.text import LINE_PATTERN, normalise
from ..kernel.unset import UNSET, Maybe, unset_if_none
from ..tickets.policy import (
    Category,
    CategoryQuestion,
    Choice,
    EscalationStep,
    Level,
    LimitsOf,
    QuestionKind,
    Rule,
    SlaLimits,
    TicketUrgency,
)
from ..tickets.worktime import OfficeHours, OwnDay
from ..web.fields import WHOLE, Flag, Line, PlaceCode, Request
from .model import PolicyEdit

__all__ = ["PolicyReplayIn", "TicketPolicyIn"]

G = TypeVar("G")
P = TypeVar("P")

Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$", examples=["rubbish"])]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Label = Annotated[Line, Field(min_length=1, max_length=60)]
Group = Annotated[
    str,
    Field(pattern=f"^$|{LINE_PATTERN}", max_length=60),
    AfterValidator(normalise),
]
About = Annotated[
    str,
    Field(pattern=f"^$|{LINE_PATTERN}", max_length=300),
    AfterValidator(normalise),
]
Word = Annotated[Line, Field(min_length=1, max_length=20)]
Minutes = Annotated[
    int,
    Field(
        ge=1,
        le=129_600,
        description="Minutes of office hours; of any hours if `always`.",
    ),
    WHOLE,
]
# Each reminder goes to everybody at the top level, so a minute would be too short.
Again = Annotated[
    int,
    Field(
        ge=15,
        le=129_600,
        description="Minutes between reminders to the top level.",
    ),
    WHOLE,
]
Percent = Annotated[int, Field(ge=1, le=400), WHOLE]
To = Annotated[
    str,
    Field(
        pattern=f"^(property|grid_worker|community_staff|street_admin|per_{ID_PATTERN})$",
        description="A role, or a person's id.",
    ),
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


Weekday = Literal["1", "2", "3", "4", "5", "6", "7"]
DayKey = Annotated[
    str, Field(pattern=r"^2[01]\d\d-\d\d-\d\d$"), AfterValidator(_a_day)
]


class QuestionChoiceIn(Request):
    """A choice of a question."""

    key: Code
    zh: Label
    en: Label


class CategoryQuestionIn(Request):
    """A question about a problem of a category; only list kinds have choices."""

    code: Code
    zh: Label
    en: Label
    kind: QuestionKind = QuestionKind.STRING
    required: Flag = False
    choices: Annotated[list[QuestionChoiceIn], Field(max_length=50)] = []
    urgent_if_yes: Flag = Field(
        False, description="The choice `yes` makes the ticket urgent."
    )

    def as_question(self) -> CategoryQuestion:
        """Return it as a value of the model."""
        choices = [
            Choice(key=one.key, zh=one.zh, en=one.en) for one in self.choices
        ]
        return CategoryQuestion(
            code=self.code,
            zh=self.zh,
            en=self.en,
            kind=self.kind,
            required=self.required,
            choices=tuple(choices),
            urgent_if_yes=self.urgent_if_yes,
        )


class CategoryIn(Request):
    """A kind of problem. A `private` one is shown only to reporters, the assignee and staff."""

    code: Code
    zh: Label
    en: Label
    group_zh: Group = ""
    group_en: Group = ""
    about_zh: About = ""
    about_en: About = ""
    keywords: Annotated[list[Word], Field(max_length=20)] = []
    urgency: TicketUrgency = TicketUrgency.GENERAL
    private: Flag = False
    photo_needed: Flag = False
    questions: Annotated[list[CategoryQuestionIn], Field(max_length=20)] = []

    def as_category(self) -> Category:
        """Return it as a value of the model."""
        questions = [question.as_question() for question in self.questions]
        return Category(
            code=self.code,
            zh=self.zh,
            en=self.en,
            group_zh=self.group_zh,
            group_en=self.group_en,
            about_zh=self.about_zh,
            about_en=self.about_en,
            keywords=tuple(self.keywords),
            urgency=self.urgency,
            private=self.private,
            photo_needed=self.photo_needed,
            questions=tuple(questions),
        )


class SlaLimitsIn(Request):
    """The SLA limits of an urgency, or of one category of that urgency."""

    urgency: TicketUrgency
    category: Code | None = None
    accept: Minutes
    contact: Minutes
    resolve: Minutes
    call_back: Minutes
    remind: Again
    always: Flag = Field(
        False, description="All minutes count, also those outside office hours."
    )

    def as_limits(self) -> LimitsOf:
        """Return them as a value of the model."""
        limits = SlaLimits(
            accept=self.accept,
            contact=self.contact,
            resolve=self.resolve,
            call_back=self.call_back,
            remind=self.remind,
            always=self.always,
        )
        return LimitsOf(
            urgency=self.urgency, category=self.category, limits=limits
        )


class RoutingRuleIn(Request):
    """A routing rule. The most specific one holds: the narrowest place, then a category."""

    id: Id
    place: PlaceCode | None = None
    category: Code | None = None
    to: To

    def as_rule(self) -> Rule:
        """Return it as a value of the model."""
        return Rule(
            id=self.id, place=self.place, category=self.category, to=self.to
        )


class EscalationStepIn(Request):
    """A step of the escalation path: its level, role, and extra time in percent of a limit."""

    level: Level
    role: Role
    percent: Percent = 50

    def as_step(self) -> EscalationStep:
        """Return it as a value of the model."""
        return EscalationStep(
            level=self.level, role=self.role, percent=self.percent
        )


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


class TicketPolicyIn(Request):
    """The changes to a ticket policy. An absent field stays; a list replaces the whole list."""

    categories: (
        Annotated[list[CategoryIn], Field(min_length=1, max_length=100)] | None
    ) = None
    limits: (
        Annotated[list[SlaLimitsIn], Field(min_length=4, max_length=200)] | None
    ) = None
    rules: Annotated[list[RoutingRuleIn], Field(max_length=300)] | None = None
    ladder: (
        Annotated[list[EscalationStepIn], Field(min_length=1, max_length=3)]
        | None
    ) = None
    week: Week | None = None
    own: OwnDays | None = None
    hold_days: Annotated[int, Field(ge=1, le=90), WHOLE] | None = None
    holds: Annotated[int, Field(ge=0, le=20), WHOLE] | None = None
    reopen_days: Annotated[int, Field(ge=1, le=90), WHOLE] | None = None
    reopen_percent: Annotated[int, Field(ge=1, le=100), WHOLE] | None = None
    hot_spot_reports: Annotated[int, Field(ge=2, le=100), WHOLE] | None = None
    hot_spot_days: Annotated[int, Field(ge=1, le=90), WHOLE] | None = None

    def edit(self) -> PolicyEdit:
        """Return the changes."""
        return PolicyEdit(
            categories=_each(self.categories, CategoryIn.as_category),
            limits=_each(self.limits, SlaLimitsIn.as_limits),
            rules=_each(self.rules, RoutingRuleIn.as_rule),
            ladder=_each(self.ladder, EscalationStepIn.as_step),
            week=_week(self.week),
            own=_own_days(self.own),
            hold_days=unset_if_none(self.hold_days),
            holds=unset_if_none(self.holds),
            reopen_days=unset_if_none(self.reopen_days),
            reopen_percent=unset_if_none(self.reopen_percent),
            hot_spot_reports=unset_if_none(self.hot_spot_reports),
            hot_spot_days=unset_if_none(self.hot_spot_days),
        )


def _each(
    given: list[G] | None, convert: Callable[[G], P]
) -> Maybe[tuple[P, ...]]:
    if given is None:
        return UNSET
    return tuple(convert(one) for one in given)


def _week(
    given: Mapping[Weekday, list[OfficeHoursIn]] | None,
) -> Maybe[Mapping[int, tuple[OfficeHours, ...]]]:
    if given is None:
        return UNSET
    return {
        int(day): tuple(map(OfficeHoursIn.as_span, spans))
        for day, spans in given.items()
    }


def _own_days(
    given: Mapping[str, CalendarDayIn] | None,
) -> Maybe[Mapping[date, OwnDay]]:
    if given is None:
        return UNSET
    return {date.fromisoformat(day): one.as_day() for day, one in given.items()}


class PolicyReplayIn(Request):
    """The place whose tickets are replayed, and the changes to the policy."""

    place: PlaceCode
    policy: TicketPolicyIn
