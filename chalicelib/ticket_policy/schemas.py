"""The rules of a street as clients send them: shaped as they are shown, so that what was read can be changed and sent back."""

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

__all__ = ["PolicyIn", "ReplayIn"]

G = TypeVar("G")
P = TypeVar("P")

Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$", examples=["rubbish"])]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Label = Annotated[Line, Field(min_length=1, max_length=60)]
Group = Annotated[
    str, Field(pattern=f"^$|{LINE_PATTERN}", max_length=60), AfterValidator(normalise)
]
About = Annotated[
    str, Field(pattern=f"^$|{LINE_PATTERN}", max_length=300), AfterValidator(normalise)
]
Word = Annotated[Line, Field(min_length=1, max_length=20)]
Minutes = Annotated[
    int,
    Field(
        ge=1,
        le=129_600,
        description="Minutes: of office hours, or of any where `always`.",
    ),
    WHOLE,
]
# Everybody at the top is told again each time, so it is not a matter of a minute.
Again = Annotated[
    int,
    Field(ge=15, le=129_600, description="Minutes after which the top is told again."),
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
DayKey = Annotated[str, Field(pattern=r"^2[01]\d\d-\d\d-\d\d$"), AfterValidator(_a_day)]


class ChoiceIn(Request):
    """One of the answers that may be chosen."""

    key: Code
    zh: Label
    en: Label


class QuestionIn(Request):
    """What somebody is asked about a problem; only lists have choices."""

    code: Code
    zh: Label
    en: Label
    kind: QuestionKind = QuestionKind.STRING
    required: Flag = False
    choices: Annotated[list[ChoiceIn], Field(max_length=50)] = []

    def as_question(self) -> CategoryQuestion:
        """Return it as rules keep it."""
        choices = tuple(
            Choice(key=choice.key, zh=choice.zh, en=choice.en)
            for choice in self.choices
        )
        return CategoryQuestion(
            code=self.code,
            zh=self.zh,
            en=self.en,
            kind=self.kind,
            required=self.required,
            choices=choices,
        )


class CategoryIn(Request):
    """A kind of problem. What is `private` only its reporters, whoever works on it and staff ever see."""

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
    questions: Annotated[list[QuestionIn], Field(max_length=20)] = []

    def as_category(self) -> Category:
        """Return it as rules keep it."""
        plain = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in ("keywords", "questions")
        }
        return Category(
            **plain,
            keywords=tuple(self.keywords),
            questions=tuple(question.as_question() for question in self.questions),
        )


class LimitsIn(Request):
    """How long each clock runs, for a class of urgency, or within it for one category."""

    urgency: TicketUrgency
    category: Code | None = None
    accept: Minutes
    contact: Minutes
    resolve: Minutes
    call_back: Minutes
    remind: Again
    always: Flag = Field(
        False, description="Every minute counts, not only those of office hours."
    )

    def as_limits(self) -> LimitsOf:
        """Return them as rules keep them."""
        limits = SlaLimits(
            accept=self.accept,
            contact=self.contact,
            resolve=self.resolve,
            call_back=self.call_back,
            remind=self.remind,
            always=self.always,
        )
        return LimitsOf(urgency=self.urgency, category=self.category, limits=limits)


class RuleIn(Request):
    """Whom a problem goes to: the most specific rule holds, a narrower place first, then what names a category."""

    id: Id
    place: PlaceCode | None = None
    category: Code | None = None
    to: To

    def as_rule(self) -> Rule:
        """Return it as rules keep it."""
        return Rule(id=self.id, place=self.place, category=self.category, to=self.to)


class StepIn(Request):
    """A level of the ladder, who answers there, and the share of each limit that it has on top."""

    level: Level
    role: Role
    percent: Percent = 50

    def as_step(self) -> EscalationStep:
        """Return it as rules keep it."""
        return EscalationStep(level=self.level, role=self.role, percent=self.percent)


class SpanIn(Request):
    """Office hours within a day, local time; `to` is 24:00 at the end of a day."""

    start: TimeOfDay = Field(alias="from")
    end: EndOfSpan = Field(alias="to")

    def as_span(self) -> OfficeHours:
        """Return it as rules keep it."""
        return OfficeHours(
            start=time.fromisoformat(self.start),
            end=time.fromisoformat(self.end.replace("24:", "00:")),
        )


Spans = Annotated[list[SpanIn], Field(max_length=6)]


class OwnDayIn(Request):
    """A day of the street's own calendar: off where `hours` is empty, worked like a Monday where there are none."""

    hours: Spans | None = None
    note: Group = ""

    def as_day(self) -> OwnDay:
        """Return it as rules keep it."""
        return OwnDay(
            spans=None
            if self.hours is None
            else tuple(span.as_span() for span in self.hours),
            note=self.note,
        )


Week = Annotated[
    dict[Weekday, Spans],
    Field(description="By ISO weekday, 1 is Monday; a day that is not named is off."),
]

OwnDays = Annotated[
    dict[DayKey, OwnDayIn],
    Field(
        max_length=400,
        description="By local day.",
        json_schema_extra={"additionalProperties": False},
    ),
]


class PolicyIn(Request):
    """What a street wants otherwise; what is left out stays as it is. A list that is given takes the place of the whole list."""

    categories: (
        Annotated[list[CategoryIn], Field(min_length=1, max_length=100)] | None
    ) = None
    limits: Annotated[list[LimitsIn], Field(min_length=4, max_length=200)] | None = None
    rules: Annotated[list[RuleIn], Field(max_length=300)] | None = None
    ladder: Annotated[list[StepIn], Field(min_length=1, max_length=3)] | None = None
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
            limits=_each(self.limits, LimitsIn.as_limits),
            rules=_each(self.rules, RuleIn.as_rule),
            ladder=_each(self.ladder, StepIn.as_step),
            week=_week(self.week),
            own=_own_days(self.own),
            hold_days=unset_if_none(self.hold_days),
            holds=unset_if_none(self.holds),
            reopen_days=unset_if_none(self.reopen_days),
            reopen_percent=unset_if_none(self.reopen_percent),
            hot_spot_reports=unset_if_none(self.hot_spot_reports),
            hot_spot_days=unset_if_none(self.hot_spot_days),
        )


def _each(given: list[G] | None, convert: Callable[[G], P]) -> Maybe[tuple[P, ...]]:
    return UNSET if given is None else tuple(convert(one) for one in given)


def _week(
    given: Mapping[Weekday, list[SpanIn]] | None,
) -> Maybe[Mapping[int, tuple[OfficeHours, ...]]]:
    if given is None:
        return UNSET
    return {int(day): tuple(map(SpanIn.as_span, spans)) for day, spans in given.items()}


def _own_days(given: Mapping[str, OwnDayIn] | None) -> Maybe[Mapping[date, OwnDay]]:
    if given is None:
        return UNSET
    return {date.fromisoformat(day): one.as_day() for day, one in given.items()}


class ReplayIn(Request):
    """Which tickets to play again, and what rules would be otherwise."""

    place: PlaceCode
    policy: PolicyIn
