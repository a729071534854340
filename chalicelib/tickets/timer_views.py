"""Views of a ticket's SLA timers and photos."""

from pydantic import Field

from ..uploads.service import Photo
from ..web.fields import Instant, View
from .clocks import ExplainedSegment
from .model import SlaTimer
from .policy import SlaKind
from .queries import ExplainedTimer
from .texts import SAYS, WHY

__all__ = ["ClockList", "PhotosView", "clock_view", "photos_view"]


class LineOfTime(View):
    """A day as it was counted, or was not, and why."""

    day: str
    why: str | None
    text: str
    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")
    minutes: float
    total: float


class RunView(View):
    """A stretch in which the clock ran, day by day: from its start, after a hold, or on the next level."""

    start: Instant = Field(serialization_alias="from")
    end: Instant | None = Field(serialization_alias="to")
    minutes: int
    lines: list[LineOfTime]


class ClockView(View):
    """One clock."""

    clock: SlaKind
    limit: int = Field(description="Minutes.")
    working_time: bool = Field(description="False where every minute counts.")
    started: Instant
    due: Instant = Field(description="When it fires next.")
    promised: Instant = Field(description="When its limit is, or was, over.")
    met: Instant | None
    state: str
    fired: int
    explanation: list[RunView]
    warning: str | None


class ClockList(View):
    """The clocks of a ticket."""

    items: list[ClockView]
    next: None = None


def clock_view(explained: ExplainedTimer, locale: str) -> ClockView:
    """Return the view of a clock, explained in a language."""
    clock, years = (
        explained.clock,
        sorted({year for stretch in explained.segments for year in stretch.uncertain}),
    )
    return ClockView(
        clock=clock.name,
        limit=clock.limit,
        working_time=explained.sla.calendar is not None,
        started=clock.started_at,
        due=clock.due_at,
        promised=clock.promised_at,
        met=clock.met_at,
        state=_state_of(clock),
        fired=clock.fired,
        explanation=[_run_view(stretch, locale) for stretch in explained.segments],
        warning=SAYS["uncertain"].format(locale, {"years": "、".join(map(str, years))}) if years else None,
    )


def _state_of(clock: SlaTimer) -> str:
    if clock.met_at:
        return "met" if clock.met_at <= clock.promised_at else "met_late"
    return "paused" if clock.paused else "overdue" if clock.fired else "running"


def _run_view(stretch: ExplainedSegment, locale: str) -> RunView:
    lines = [
        LineOfTime(
            day=line.date.isoformat(),
            why=line.why,
            text=WHY[line.why or "always"].format(locale, {"name": line.name}).strip(),
            start=line.start,
            end=line.end,
            minutes=line.minutes,
            total=line.total,
        )
        for line in stretch.lines
    ]
    return RunView(start=stretch.run.start, end=stretch.run.end, minutes=stretch.run.minutes, lines=lines)


class PhotoView(View):
    """A photo, with addresses that are good until `expires_at`."""

    id: str
    state: str
    url: str | None
    thumb_url: str | None
    expires_at: Instant | None


class PhotosView(View):
    """The photos of a ticket, and those of its solution."""

    photos: list[PhotoView]
    proof: list[PhotoView]


def photos_view(photos: list[Photo], proof: list[Photo]) -> PhotosView:
    """Return the view of photos."""
    return PhotosView(photos=[_photo(photo) for photo in photos], proof=[_photo(photo) for photo in proof])


def _photo(photo: Photo) -> PhotoView:
    upload = photo.upload
    return PhotoView(
        id=upload.id,
        state=upload.state,
        url=photo.url,
        thumb_url=photo.thumb_url,
        expires_at=photo.expires_at,
    )
