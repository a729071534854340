"""A street's ticket policy as clients see it."""

from typing import Annotated, Any

from pydantic import Field

from ..kernel.access import Role
from ..tickets.policy import Level, LimitsOf, QuestionKind, TicketUrgency
from ..tickets.worktime import OfficeHours, OwnDay
from ..web.choices import Choices
from ..web.fields import Instant, PlaceCode, View
from .model import CoverageGap, GapReason
from .service import PolicyForViewer
from .texts import GAP_REASONS, WARNINGS
from .validation import PolicyWarning

__all__ = ["TicketPolicyView"]


class QuestionChoiceView(View):
    """A choice of a question."""

    key: str
    zh: str
    en: str


class CategoryQuestionView(View):
    """A question about a problem of a category."""

    code: str
    zh: str
    en: str
    kind: QuestionKind
    required: bool
    choices: list[QuestionChoiceView]
    urgent_if_yes: bool


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
    questions: list[CategoryQuestionView]


class SlaLimitsView(View):
    """The SLA limits, in minutes, of an urgency or of one category of that urgency."""

    urgency: TicketUrgency
    category: str | None
    accept: int
    contact: int
    resolve: int
    call_back: int
    remind: int
    always: bool

    @classmethod
    def of(cls, row: LimitsOf) -> "SlaLimitsView":
        """Return the view of limits."""
        names = (
            "accept",
            "contact",
            "resolve",
            "call_back",
            "remind",
            "always",
        )
        return cls(
            urgency=row.urgency,
            category=row.category,
            **{name: getattr(row.limits, name) for name in names},
        )


class RoutingRuleView(View):
    """A routing rule: the role or person that gets the tickets."""

    id: str
    place: PlaceCode | None
    category: str | None
    to: str


class EscalationStepView(View):
    """A step of the escalation path."""

    level: Level
    role: Role
    percent: int


class OfficeHoursView(View):
    """Office hours within a day, local time."""

    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")


def _spans(spans: tuple[OfficeHours, ...]) -> list[OfficeHoursView]:
    return [_span(span) for span in spans]


def _span(span: OfficeHours) -> OfficeHoursView:
    end = f"{span.end:%H:%M}"
    if end == "00:00":
        end = "24:00"
    return OfficeHoursView(start=f"{span.start:%H:%M}", end=end)


class CalendarDayView(View):
    """A day of the street's own calendar."""

    hours: list[OfficeHoursView] | None
    note: str

    @classmethod
    def of(cls, day: OwnDay) -> "CalendarDayView":
        """Return the view of a day."""
        hours = None if day.spans is None else _spans(day.spans)
        return cls(hours=hours, note=day.note)


PolicyWarningCode = Annotated[
    str,
    Choices(
        "PolicyWarningCode",
        "The kind of a warning about a ticket policy.",
        lambda: WARNINGS,
    ),
]


class PolicyWarningView(View):
    """A warning about a valid policy."""

    code: PolicyWarningCode
    text: str

    @classmethod
    def of(cls, warning: PolicyWarning, locale: str) -> "PolicyWarningView":
        """Return the view of a warning."""
        text = WARNINGS[warning.code].format(locale, warning.facts)
        return cls(code=warning.code, text=text)


class CoverageGapView(View):
    """A level of the escalation path where no message would reach anybody.

    `instead` is the level that would have the ticket.
    """

    place: PlaceCode
    level: Level
    to: str = Field(
        description="The role, or the id of the person that a rule names."
    )
    why: GapReason
    text: str
    instead: Level | None
    categories: list[str] = Field(description="Empty for all.")

    @classmethod
    def of(cls, gap: CoverageGap, locale: str) -> "CoverageGapView":
        """Return the view of a gap."""
        return cls(
            place=gap.place,
            level=gap.level,
            to=gap.to,
            why=gap.why,
            text=GAP_REASONS[gap.why.value].format(locale),
            instead=gap.instead,
            categories=list(gap.categories),
        )


_STAFF_FIELDS = (
    "rules",
    "ladder",
    "warnings",
    "holes",
    "hole_count",
    "checked_at",
)


class TicketPolicyView(View):
    """The ticket policy of a street. Routing, escalation path and findings are for staff."""

    street: PlaceCode
    version: int = Field(description="0 while the street uses the defaults.")
    categories: list[CategoryView]
    limits: list[SlaLimitsView]
    week: dict[str, list[OfficeHoursView]]
    own: dict[str, CalendarDayView]
    hold_days: int
    holds: int
    reopen_days: int
    reopen_percent: int
    hot_spot_reports: int
    hot_spot_days: int
    rules: list[RoutingRuleView] | None
    ladder: list[EscalationStepView] | None
    warnings: list[PolicyWarningView] | None
    holes: list[CoverageGapView] | None = Field(
        description="Coverage gaps as of last night; after a change, as of now."
    )
    hole_count: int | None
    checked_at: Instant | None

    @classmethod
    def of(cls, rules: PolicyForViewer, locale: str) -> "TicketPolicyView":
        """Return the view of a street's policy."""
        policy = rules.street.policy
        week = {
            str(day): _spans(hours)
            for day, hours in sorted(policy.week.items())
        }
        own = {}
        for day, calendar_day in sorted(policy.own.items()):
            own[day.isoformat()] = CalendarDayView.of(calendar_day)
        return cls(
            street=rules.street.id,
            version=rules.street.version,
            categories=list(
                map(CategoryView.model_validate, policy.categories)
            ),
            limits=[SlaLimitsView.of(row) for row in policy.limits],
            week=week,
            own=own,
            hold_days=policy.hold_days,
            holds=policy.holds,
            reopen_days=policy.reopen_days,
            reopen_percent=policy.reopen_percent,
            hot_spot_reports=policy.hot_spot_reports,
            hot_spot_days=policy.hot_spot_days,
            **_for_staff(rules, locale),
        )


def _for_staff(rules: PolicyForViewer, locale: str) -> dict[str, Any]:
    """Return the fields for staff; for others they are None."""
    if not rules.is_staff:
        return dict.fromkeys(_STAFF_FIELDS)
    policy, report = rules.street.policy, rules.report
    gaps = report.gaps if report else ()
    return {
        "rules": [
            RoutingRuleView.model_validate(rule) for rule in policy.rules
        ],
        "ladder": [
            EscalationStepView.model_validate(step) for step in policy.ladder
        ],
        "warnings": [
            PolicyWarningView.of(one, locale) for one in rules.warnings
        ],
        "holes": [CoverageGapView.of(gap, locale) for gap in gaps],
        "hole_count": report.count if report else None,
        "checked_at": report.checked_at if report else None,
    }
