"""Views of a ticket's SLA timers and photos."""

from datetime import date
from typing import Annotated

from pydantic import Field

from ..uploads.model import UploadState
from ..uploads.service import Photo
from ..web.fields import Instant, UploadId, View
from .choices import DayReason, SlaTimerState
from .model import SlaTimer
from .policy import SlaKind
from .queries import ExplainedTimer
from .sla_timers import ExplainedSegment
from .texts import DAY_REASONS, UNKNOWN_HOLIDAYS

__all__ = ["SlaTimerList", "TicketPhotosView", "photos_view", "sla_timer_view"]


class CountedDayView(View):
    """A counted day, and the reason why it counts or does not."""

    day: date
    why: DayReason | None
    text: str
    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")
    minutes: float
    total: float


class TimerSegmentView(View):
    """A segment of a timer, day by day. A hold or an escalation begins a new one."""

    start: Instant = Field(serialization_alias="from")
    end: Instant | None = Field(serialization_alias="to")
    minutes: int
    lines: list[CountedDayView]


class SlaTimerView(View):
    """An SLA timer."""

    clock: SlaKind
    limit: int = Field(description="Minutes.")
    working_time: bool = Field(description="False where every minute counts.")
    started: Instant
    due: Instant = Field(description="When the timer fires next.")
    promised: Instant = Field(description="The first deadline.")
    met: Instant | None
    state: SlaTimerState
    fired: int
    explanation: list[TimerSegmentView]
    warning: str | None


class SlaTimerList(View):
    """The SLA timers of a ticket."""

    items: list[SlaTimerView]
    next: Annotated[
        str | None, Field(description="Always null: there is one page.")
    ] = None


def sla_timer_view(explained: ExplainedTimer, locale: str) -> SlaTimerView:
    """Return the view of a timer, explained in a language."""
    clock = explained.clock
    return SlaTimerView(
        clock=clock.name,
        limit=clock.limit,
        working_time=bool(explained.clock.runs[-1].days),
        started=clock.started_at,
        due=clock.due_at,
        promised=clock.promised_at,
        met=clock.met_at,
        state=_state_of(clock),
        fired=clock.fired,
        explanation=[
            _segment_view(segment, locale) for segment in explained.segments
        ],
        warning=_warning(explained, locale),
    )


def _warning(explained: ExplainedTimer, locale: str) -> str | None:
    """Return a warning about the years whose public holidays are not known yet."""
    years = set[int]()
    for segment in explained.segments:
        years.update(segment.uncertain)
    if not years:
        return None
    return UNKNOWN_HOLIDAYS.format(
        locale, {"years": "、".join(map(str, sorted(years)))}
    )


def _state_of(clock: SlaTimer) -> str:
    if clock.met_at:
        return "met" if clock.met_at <= clock.promised_at else "met_late"
    if clock.paused:
        return "paused"
    return "overdue" if clock.fired else "running"


def _segment_view(segment: ExplainedSegment, locale: str) -> TimerSegmentView:
    lines = [
        CountedDayView(
            day=line.date,
            why=line.why,
            text=DAY_REASONS[line.why or "always"]
            .format(locale, {"name": line.name})
            .strip(),
            start=line.start,
            end=line.end,
            minutes=line.minutes,
            total=line.total,
        )
        for line in segment.lines
    ]
    run = segment.run
    return TimerSegmentView(
        start=run.start, end=run.end, minutes=run.minutes, lines=lines
    )


class TicketPhotoView(View):
    """A photo with signed addresses, valid until `expires_at`."""

    id: UploadId
    state: UploadState
    url: str | None
    thumb_url: str | None
    expires_at: Instant | None


class TicketPhotosView(View):
    """The photos of a ticket and of its solution."""

    photos: list[TicketPhotoView]
    proof: list[TicketPhotoView]


def photos_view(photos: list[Photo], proof: list[Photo]) -> TicketPhotosView:
    """Return the view of both lists of photos."""
    reported = [_photo(photo) for photo in photos]
    return TicketPhotosView(
        photos=reported, proof=[_photo(photo) for photo in proof]
    )


def _photo(photo: Photo) -> TicketPhotoView:
    upload = photo.upload
    return TicketPhotoView(
        id=upload.id,
        state=upload.state,
        url=photo.url,
        thumb_url=photo.thumb_url,
        expires_at=photo.expires_at,
    )
