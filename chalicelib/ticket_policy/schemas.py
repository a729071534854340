"""A ticket policy as clients send it, in the shape in which they read it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, TypeVar

from pydantic import Field

from ..kernel.access import Role
from ..kernel.ids import ID_PATTERN
from ..kernel.unset import UNSET, Maybe, unset_if_none
from ..tickets.policy import (
    EscalationStep,
    Level,
    LimitsOf,
    Rule,
    SlaLimits,
    TicketUrgency,
)
from ..tickets.worktime import OfficeHours, OwnDay
from ..web.fields import WHOLE, Flag, PlaceCode, Request
from .calendar_schemas import (
    CalendarDayIn,
    OfficeHoursIn,
    OwnDays,
    Week,
    Weekday,
)
from .category_schemas import CategoryIn, Code
from .model import PolicyEdit

__all__ = ["PolicyReplayIn", "TicketPolicyIn"]

G = TypeVar("G")
P = TypeVar("P")

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
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
