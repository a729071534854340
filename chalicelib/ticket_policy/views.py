"""The rules of a street, and what other rules would have done, as clients see them."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import Field

from ..tickets.policy import Level, LimitsOf, QuestionKind, SlaKind, TicketUrgency
from ..tickets.worktime import OfficeHours, OwnDay
from ..web.fields import Instant, PlaceCode, View
from .lint import Caution
from .model import Hole, Why
from .replay import Pair, Replayed, Tally
from .service import Rules
from .texts import CAUTIONS, HOLES

__all__ = ["PolicyView", "ReplayView"]

N = TypeVar("N")


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
        return cls(urgency=row.urgency, category=row.category, **{name: getattr(row.limits, name) for name in names})


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
        SpanView(start=f"{span.start:%H:%M}", end=f"{span.end:%H:%M}" if span.end.hour or span.end.minute else "24:00")
        for span in spans
    ]


class OwnDayView(View):
    """A day of the street's own calendar."""

    hours: list[SpanView] | None
    note: str

    @classmethod
    def of(cls, day: OwnDay) -> "OwnDayView":
        """Return the view of a day."""
        return cls(hours=None if day.spans is None else _spans(day.spans), note=day.note)


class CautionView(View):
    """Something that the rules may say and that will surprise somebody."""

    code: str
    text: str

    @classmethod
    def of(cls, caution: Caution, locale: str) -> "CautionView":
        """Return the view of a caution."""
        return cls(code=caution.code, text=CAUTIONS[caution.code].format(locale, caution.facts))


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
    def of(cls, hole: Hole, locale: str) -> "HoleView":
        """Return the view of a hole."""
        return cls(
            place=hole.place,
            level=hole.level,
            to=hole.to,
            why=hole.why,
            text=HOLES[hole.why.value].format(locale),
            instead=hole.instead,
            categories=list(hole.categories),
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
    holes: list[HoleView] | None = Field(description="As of last night; in the answer to a change, as of now.")
    hole_count: int | None
    checked_at: Instant | None

    @classmethod
    def of(cls, rules: Rules, locale: str) -> "PolicyView":
        """Return the view of a street's rules."""
        policy, report = rules.street.policy, rules.report
        plain = ("hold_days", "holds", "reopen_days", "reopen_percent", "hot_spot_reports", "hot_spot_days")
        return cls(
            street=rules.street.id,
            version=rules.street.version,
            categories=[CategoryView.model_validate(category) for category in policy.categories],
            limits=[LimitsView.of(row) for row in policy.limits],
            week={str(day): _spans(spans) for day, spans in sorted(policy.week.items())},
            own={day.isoformat(): OwnDayView.of(own) for day, own in sorted(policy.own.items())},
            **{name: getattr(policy, name) for name in plain},
            rules=[RuleView.model_validate(rule) for rule in policy.rules] if rules.inside else None,
            ladder=[StepView.model_validate(step) for step in policy.ladder] if rules.inside else None,
            warnings=[CautionView.of(one, locale) for one in rules.cautions] if rules.inside else None,
            holes=[HoleView.of(hole, locale) for hole in report.holes] if report else [] if rules.inside else None,
            hole_count=report.count if report else None,
            checked_at=report.checked_at if report else None,
        )


class BothView(View):
    """A number of tickets: under the rules that they had, and under the others."""

    then: int
    now: int


class TallyView(View):
    """What it comes to for a number of tickets."""

    tickets: int
    moved: int = Field(description="Which somebody else would have had first.")
    over: dict[SlaKind, BothView] = Field(description="Whose clock was over.")
    reached: dict[Level, BothView] = Field(description="By the highest level that they reached.")

    @classmethod
    def of(cls, tally: Tally) -> "TallyView":
        """Return the view of a tally."""
        return cls(tickets=tally.tickets, moved=tally.moved, over=_both(tally.over), reached=_both(tally.reached))


def _both(counted: Mapping[N, list[int]]) -> dict[N, BothView]:
    return {name: BothView(then=then, now=now) for name, (then, now) in counted.items()}


class ClimbView(View):
    """That it would have come to a level."""

    at: Instant
    level: Level


class PlayedView(View):
    """What became of a ticket, or would have."""

    urgency: TicketUrgency
    begins: Level
    holder: str | None
    due: dict[SlaKind, Instant] = Field(description="As promised at the beginning, without holds.")
    over: dict[SlaKind, Instant] = Field(description="Which clocks were over, and since when.")
    climbs: list[ClimbView]
    level: Level


class ExampleView(View):
    """A ticket that would have come out otherwise."""

    ticket: str
    then: PlayedView
    now: PlayedView

    @classmethod
    def of(cls, pair: Pair) -> "ExampleView":
        """Return the view of a ticket that was played twice."""
        return cls(ticket=pair.ticket_id, then=PlayedView.model_validate(pair.then), now=PlayedView.model_validate(pair.now))


class ReplayView(View):
    """What other rules would have done to the tickets since an instant."""

    since: Instant
    cut: bool = Field(description="There were more than are read; these are the newest.")
    total: TallyView
    by_urgency: dict[TicketUrgency, TallyView]
    examples: list[ExampleView]

    @classmethod
    def of(cls, found: Replayed) -> "ReplayView":
        """Return the view of a replay."""
        return cls(
            since=found.since,
            cut=found.cut,
            total=TallyView.of(found.total),
            by_urgency={urgency: TallyView.of(tally) for urgency, tally in found.by_urgency.items()},
            examples=[ExampleView.of(pair) for pair in found.examples],
        )
