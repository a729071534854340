"""A street's ticket policy as clients see it."""

from typing import Any

from pydantic import Field

from ..tickets.policy import Level, LimitsOf, QuestionKind, TicketUrgency
from ..tickets.worktime import OfficeHours, OwnDay
from ..web.fields import Instant, PlaceCode, View
from .model import CoverageGap, Why
from .service import PolicyForViewer
from .texts import GAPS, WARNINGS
from .validation import PolicyWarning

__all__ = ["PolicyView"]


class ChoiceView(View):
    """One of the answers that may be chosen."""

    key: str
    zh: str
    en: str


class QuestionView(View):
    """What somebody is asked about a problem."""

    code: str
    zh: str
    en: str
    kind: QuestionKind
    required: bool
    choices: list[ChoiceView]


class CategoryView(View):
    """A kind of problem."""

    code: str
    zh: str
    en: str
    group_zh: str
    group_en: str
    about_zh: str
    about_en: str
    keywords: list[str]
    urgency: TicketUrgency
    private: bool
    photo_needed: bool
    questions: list[QuestionView]


class LimitsView(View):
    """How long each clock runs, in minutes, for a class of urgency, or within it for one category."""

    urgency: TicketUrgency
    category: str | None
    accept: int
    contact: int
    resolve: int
    call_back: int
    remind: int
    always: bool

    @classmethod
    def of(cls, row: LimitsOf) -> "LimitsView":
        """Return the view of limits."""
        names = ("accept", "contact", "resolve", "call_back", "remind", "always")
        return cls(
            urgency=row.urgency,
            category=row.category,
            **{name: getattr(row.limits, name) for name in names},
        )


class RuleView(View):
    """Whom a problem goes to."""

    id: str
    place: PlaceCode | None
    category: str | None
    to: str


class StepView(View):
    """A level of the ladder."""

    level: Level
    role: str
    percent: int


class SpanView(View):
    """Office hours within a day, local time."""

    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")


def _spans(spans: tuple[OfficeHours, ...]) -> list[SpanView]:
    return [
        SpanView(
            start=f"{span.start:%H:%M}",
            end=f"{span.end:%H:%M}" if span.end.hour or span.end.minute else "24:00",
        )
        for span in spans
    ]


class OwnDayView(View):
    """A day of the street's own calendar."""

    hours: list[SpanView] | None
    note: str

    @classmethod
    def of(cls, day: OwnDay) -> "OwnDayView":
        """Return the view of a day."""
        return cls(
            hours=None if day.spans is None else _spans(day.spans), note=day.note
        )


class CautionView(View):
    """Something that the rules may say and that will surprise somebody."""

    code: str
    text: str

    @classmethod
    def of(cls, warning: PolicyWarning, locale: str) -> "CautionView":
        """Return the view of a caution."""
        return cls(
            code=warning.code, text=WARNINGS[warning.code].format(locale, warning.facts)
        )


class HoleView(View):
    """A level of the ladder at which nobody would hear of a problem; `instead` is the level that would have it."""

    place: PlaceCode
    level: Level
    to: str = Field(description="The role, or whoever a rule names.")
    why: Why
    text: str
    instead: Level | None
    categories: list[str] = Field(description="Empty for all.")

    @classmethod
    def of(cls, gap: CoverageGap, locale: str) -> "HoleView":
        """Return the view of a gap."""
        return cls(
            place=gap.place,
            level=gap.level,
            to=gap.to,
            why=gap.why,
            text=GAPS[gap.why.value].format(locale),
            instead=gap.instead,
            categories=list(gap.categories),
        )


class PolicyView(View):
    """The rules of a street; routing, ladder and what is wrong with them are shown to staff."""

    street: PlaceCode
    version: int = Field(description="0 where the street has not changed anything.")
    categories: list[CategoryView]
    limits: list[LimitsView]
    week: dict[str, list[SpanView]]
    own: dict[str, OwnDayView]
    hold_days: int
    holds: int
    reopen_days: int
    reopen_percent: int
    hot_spot_reports: int
    hot_spot_days: int
    rules: list[RuleView] | None
    ladder: list[StepView] | None
    warnings: list[CautionView] | None
    holes: list[HoleView] | None = Field(
        description="As of last night; in the answer to a change, as of now."
    )
    hole_count: int | None
    checked_at: Instant | None

    @classmethod
    def of(cls, rules: PolicyForViewer, locale: str) -> "PolicyView":
        """Return the view of a street's rules."""
        policy = rules.street.policy
        plain = (
            "hold_days",
            "holds",
            "reopen_days",
            "reopen_percent",
            "hot_spot_reports",
            "hot_spot_days",
        )
        return cls(
            street=rules.street.id,
            version=rules.street.version,
            categories=[
                CategoryView.model_validate(category) for category in policy.categories
            ],
            limits=[LimitsView.of(row) for row in policy.limits],
            week={
                str(day): _spans(spans) for day, spans in sorted(policy.week.items())
            },
            own={
                day.isoformat(): OwnDayView.of(own)
                for day, own in sorted(policy.own.items())
            },
            **{name: getattr(policy, name) for name in plain},
            **_for_staff(rules, locale),
        )


def _for_staff(rules: PolicyForViewer, locale: str) -> dict[str, Any]:
    """Return the fields for staff; for others they are None."""
    if not rules.is_staff:
        hidden = ("rules", "ladder", "warnings", "holes", "hole_count", "checked_at")
        return dict.fromkeys(hidden)
    policy, report = rules.street.policy, rules.report
    gaps = report.gaps if report else ()
    return {
        "rules": [RuleView.model_validate(rule) for rule in policy.rules],
        "ladder": [StepView.model_validate(step) for step in policy.ladder],
        "warnings": [CautionView.of(one, locale) for one in rules.warnings],
        "holes": [HoleView.of(gap, locale) for gap in gaps],
        "hole_count": report.count if report else None,
        "checked_at": report.checked_at if report else None,
    }
