"""The ticket policy of a street as data, and the default numbers, each with its reason.

A street may change everything in `Policy`. A ticket names the version that it is held to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from ..kernel.access import Role
from ..kernel.rate_limit import RateLimit
from .categories import (
    CATEGORIES,
    Category,
    CategoryQuestion,
    Choice,
    QuestionKind,
    TicketUrgency,
)
from .worktime import OfficeHours, OwnDay

__all__ = [
    "ALARMS",
    "ALARM_CONFIRMED_FOR",
    "ALARM_MEMORY",
    "APPLICATION_COMMENTS",
    "APPLICATION_REPORTS",
    "APPLICATION_REPORTS_AT",
    "COMMENTS_PER_DAY",
    "DEFAULT_POLICY",
    "DUPLICATE_OVERLAP",
    "DUPLICATE_WITHIN",
    "FORGOTTEN_PER_STEP",
    "MAX_BOUNCES",
    "MAX_MERGED",
    "MAX_PUBLIC_UPDATES",
    "NAMED_FOR",
    "NAMED_LOOK_BACK",
    "QUESTIONS_PER_DAY",
    "REPORTS_PER_DAY",
    "Category",
    "CategoryQuestion",
    "Choice",
    "EscalationStep",
    "Level",
    "LimitsOf",
    "Policy",
    "QuestionKind",
    "Rule",
    "SlaKind",
    "SlaLimits",
    "TicketUrgency",
]

# Dice of 2-grams of free text: "五号楼一单元七楼有垃圾" and "七楼楼道垃圾没人清"
# are 0.24 alike.
DUPLICATE_OVERLAP = 0.2
DUPLICATE_WITHIN = timedelta(
    days=14
)  # what was reported longer ago and is still open is not what somebody has just seen
MAX_BOUNCES = 2  # "not mine" is taken twice; then the level above must decide
# By one person, by whichever way; more than that is a machine.
REPORTS_PER_DAY = RateLimit.calendar_day("reports", 20, "ticket.too_many")
# By one person, not for staff at work; a talk about a ticket has fewer.
COMMENTS_PER_DAY = RateLimit.calendar_day(
    "comments", 20, "ticket.too_many_comments"
)
_HOUR = timedelta(hours=1)
# Of one application without a person: a storm in a city fills an hour, a flood does not.
APPLICATION_REPORTS = RateLimit.fixed_window(
    "app_reports", 300, _HOUR, "ticket.too_many_here"
)
# And in one building. More people than that see nothing that others have not reported.
APPLICATION_REPORTS_AT = RateLimit.fixed_window(
    "app_reports_at", 30, _HOUR, "ticket.too_many_here"
)
APPLICATION_COMMENTS = RateLimit.fixed_window(  # on one ticket
    "app_comments", 20, _HOUR, "ticket.too_many_here"
)
# Whether a report is theirs: a stranger who names a phone must not ring it often.
QUESTIONS_PER_DAY = RateLimit.calendar_day("is_it_yours", 1, "ticket.too_many")
# A person in need rings once or twice; who rings more often in half a day plays with the bell.
ALARMS = 3
ALARM_MEMORY = timedelta(hours=12)
# Who was right once is believed for a season.
ALARM_CONFIRMED_FOR = timedelta(days=90)
# Tickets handled together. A problem that more people see has one ticket, which they join.
MAX_MERGED = 20


# Public updates with a text. One commit must be able to take all of them back.
MAX_PUBLIC_UPDATES = 40


class Level(StrEnum):
    """The levels that answer for a ticket, lowest first."""

    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"

    @property
    def rank(self) -> int:
        """Return the position on the escalation path, 0 for the lowest."""
        return list(Level).index(self)


class SlaKind(StrEnum):
    """The work that an SLA timer measures."""

    ACCEPT = "accept"  # somebody becomes the assignee
    CONTACT = "contact"  # a human being contacts the reporters
    RESOLVE = "resolve"  # it is done
    CALL_BACK = "call_back"  # those who reported have said whether it is


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaLimits:
    """The limits of the SLA timers, in minutes of working time.

    With `always` every minute counts. `remind` is repeated at the last level.
    """

    accept: int
    contact: int
    resolve: int
    call_back: int
    remind: int
    always: bool = False

    def of(self, clock: SlaKind) -> int:
        """Return the limit of one clock, in minutes."""
        minutes: int = getattr(self, clock.value)
        return minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOf:
    """The limits of an urgency class, of one category where it is named."""

    urgency: TicketUrgency
    category: str | None = None
    limits: SlaLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A routing rule for a place and below, and a category. Without these it fits all.

    `to` is a role or a person's id.
    """

    id: str
    place: str | None = None
    category: str | None = None
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """A level of the escalation path: its role, and its share of each limit, in percent."""

    level: Level
    role: Role
    percent: int = 50


def _spans(*spans: tuple[int, int, int, int]) -> tuple[OfficeHours, ...]:
    return tuple(
        OfficeHours(start=time(a, b), end=time(c, d)) for a, b, c, d in spans
    )


_DAY = 480  # minutes of work in a day of the default office hours
OFFICE_HOURS = _spans((8, 30, 12, 0), (13, 30, 18, 0))
ESCALATION_STEPS = (
    EscalationStep(level=Level.GRID, role=Role.GRID_WORKER),
    EscalationStep(level=Level.COMMUNITY, role=Role.COMMUNITY_STAFF),
    EscalationStep(level=Level.STREET, role=Role.STREET_ADMIN),
)
# As Beijing's 12345 line asks of its units: two hours for life and property, a day for the supplies
# of a home, seven and fifteen working days for the rest.
LIMITS = (
    LimitsOf(
        urgency=TicketUrgency.URGENT,
        limits=SlaLimits(
            accept=15,
            contact=30,
            resolve=120,
            call_back=1440,
            remind=60,
            always=True,
        ),
    ),
    LimitsOf(
        urgency=TicketUrgency.UTILITY,
        limits=SlaLimits(
            accept=60,
            contact=120,
            resolve=1440,
            call_back=2880,
            remind=240,
            always=True,
        ),
    ),
    LimitsOf(
        urgency=TicketUrgency.GENERAL,
        limits=SlaLimits(
            accept=120,
            contact=240,
            resolve=7 * _DAY,
            call_back=3 * _DAY,
            remind=_DAY,
        ),
    ),
    LimitsOf(
        urgency=TicketUrgency.COMPLEX,
        limits=SlaLimits(
            accept=240,
            contact=_DAY,
            resolve=15 * _DAY,
            call_back=3 * _DAY,
            remind=_DAY,
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that a street may set. Where nothing of `rules` fits, the grid worker has it.

    `week` are the hours of each weekday (1 is Monday). `own` are the street's own days, which go
    before the public holidays.
    """

    categories: tuple[Category, ...] = CATEGORIES
    limits: tuple[LimitsOf, ...] = LIMITS
    rules: tuple[Rule, ...] = ()
    ladder: tuple[EscalationStep, ...] = ESCALATION_STEPS
    week: Mapping[int, tuple[OfficeHours, ...]] = field(
        default_factory=lambda: dict.fromkeys(range(1, 6), OFFICE_HOURS)
    )
    own: Mapping[date, OwnDay] = field(default_factory=dict)
    hold_days: int = (
        14  # the longest hold: what waits longer is not being worked on
    )
    holds: int = 3  # how often one ticket may be put on hold
    reopen_days: int = 15  # how long after its end those who reported may say that it is not over
    reopen_percent: int = 50  # of the limit, when it is done again
    hot_spot_reports: int = 3  # in one building, of one category …
    hot_spot_days: int = (
        30  # … within so many days: somebody should look for the cause
    )

    def category(self, code: str) -> Category | None:
        """Return a category by its code."""
        return next(
            (category for category in self.categories if category.code == code),
            None,
        )

    def limits_of(self, category: str, urgency: TicketUrgency) -> SlaLimits:
        """Return the limits of a ticket, of its category before those of its urgency.

        Raises:
            KeyError: the urgency has no limits.

        """
        fitting = {
            row.category: row.limits
            for row in self.limits
            if row.urgency is urgency and row.category in (None, category)
        }
        return fitting[category] if category in fitting else fitting[None]


DEFAULT_POLICY = Policy()
# Two years after it was closed a ticket names nobody but staff. The privacy notice promises it.
NAMED_FOR = timedelta(days=2 * 365)
# Few tickets stay open for two years. Older ones were made anonymous by an earlier night.
NAMED_LOOK_BACK = timedelta(days=2 * 365)
FORGOTTEN_PER_STEP = 10  # tickets in one job, each of a few commits
