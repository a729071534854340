"""The security trail as staff ask for it and see it."""

from typing import Annotated, ClassVar

from pydantic import Field

from ..web.fields import (
    Instant,
    Moment,
    PageQuery,
    PersonId,
    PlaceCode,
    View,
)
from .kinds import EventKind
from .model import EARLIEST, LATEST, SecurityEvent, TrailFilter
from .policy import LINES_SHOWN_MAX
from .service import TrailPage

__all__ = ["SecurityEventList", "TrailQuery"]


class TrailQuery(PageQuery):
    """The place of the events, and what may narrow them."""

    place: PlaceCode = Field(description="A street or a community.")
    actor: PersonId | None = Field(None, description="Who did it.")
    subject: PersonId | None = Field(
        None,
        description="About whom. Claims name a wish instead, and are left out.",
    )
    kind: EventKind | None = None
    start: Moment | None = Field(
        None, alias="from", description="From this instant on."
    )
    end: Moment | None = Field(None, alias="to", description="Before it.")
    limit: Annotated[int, Field(ge=1, le=LINES_SHOWN_MAX)] = 20

    def filter(self) -> TrailFilter:
        """Return the filter. Without bounds it takes all that is kept."""
        return TrailFilter(
            place=self.place,
            since=self.start or EARLIEST,
            until=self.end or LATEST,
            actor=self.actor,
            subject=self.subject,
            kind=self.kind,
        )


class PersonInTrail(View):
    """A person of an event. The name is null if the reader may not know it, or it was erased."""

    id: str = Field(description="A person, or `system` or `operator`.")
    name: str | None


class SecurityEventView(View):
    """One event of the security trail."""

    # Which staff looked at which resident belongs on no disk.
    personal: ClassVar[bool] = True

    id: str
    at: Instant
    kind: EventKind
    actor: PersonInTrail | None = Field(
        description="Null for a try of somebody who had not signed in."
    )
    subject: PersonInTrail | None
    wish: str | None = Field(description="The wish of a claim.")
    result: str = Field(description="`ok`, or the code of the refusal.")
    reason: str | None
    place: str = Field(
        description="The community or street to which the event belongs."
    )
    network_hash: str | None = Field(
        description="A keyed hash of the network from which the request came."
    )
    network: str | None = Field(
        description="The wider network, of hundreds of subscribers: 24 bits of IPv4, 48 of IPv6."
    )
    phone_hash: str | None = Field(
        description="A keyed hash of the phone with which it was made."
    )


class SecurityEventList(View):
    """A page of events, newest first. It may be short, or empty, although there are more."""

    items: list[SecurityEventView]
    next: str | None

    @classmethod
    def of(cls, page: TrailPage, cursor: str | None) -> "SecurityEventList":
        """Make the view of a page."""

        def person(id: str | None) -> PersonInTrail | None:
            if id is None:
                return None
            return PersonInTrail(id=id, name=page.names.get(id))

        items = [
            _view(event, person(event.actor), person(event.subject))
            for event in page.events.items
        ]
        return cls(items=items, next=cursor)


def _view(
    event: SecurityEvent,
    actor: PersonInTrail | None,
    subject: PersonInTrail | None,
) -> SecurityEventView:
    return SecurityEventView(
        id=event.id,
        at=event.at,
        kind=EventKind(event.kind),
        actor=actor,
        subject=subject,
        wish=event.wish,
        result=event.result,
        reason=event.reason,
        place=event.place,
        network_hash=event.network_hash,
        network=event.network,
        phone_hash=event.phone_hash,
    )
