"""Reading the security trail. Each page that is read is an event itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeAlias

from ..kernel.access import Resource, relations
from ..kernel.changes import Changes
from ..kernel.clock import to_text
from ..kernel.errors import Invalid
from ..kernel.paging import Page
from ..kernel.place import PlaceKind, kind_of
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.access import Access, Granted
from ..people.model import Person
from ..store.transaction import Transaction
from . import permissions
from .audit import AuditLog
from .kinds import EventKind
from .model import SecurityEvent, TrailFilter
from .repository import TrailRepository

__all__ = ["EventSource", "SecurityTrail", "TrailPage"]

# (filter, order, limit) -> events before the order, newest first, in one request. A page may be
# short; its `next` is {"before": order}.
EventSource: TypeAlias = Callable[[TrailFilter, str, int], Page[SecurityEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """A page of the trail, and the names that its reader may know, by person."""

    events: Page[SecurityEvent]
    names: Mapping[str, str]


class SecurityTrail:
    """The use case of reading the trail."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TrailRepository,
        access: Access,
        audit: AuditLog,
        claims: EventSource,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._access, self._audit, self._claims = access, audit, claims

    def read(
        self, context: RequestContext, wanted: TrailFilter, limit: int
    ) -> TrailPage:
        """Return a page of events of a place, newest first. A page may be short.

        Raises:
            Invalid: the place is smaller than a community, or the span is empty.

        """

        def decide() -> tuple[Changes[Person], TrailPage]:
            events = self._events(context, wanted, limit)
            resource = Resource(see=permissions.SEE, places=(wanted.place,))
            granted = self._access.require(
                context,
                permissions.READ,
                resource,
                reading=_people_in(events.items),
            )
            _check(wanted)
            line = self._audit.record_look(
                granted.actor,
                EventKind.TRAIL_READ,
                wanted.place,
                context.address,
                subject=wanted.subject,
                detail=_described(wanted),
            )
            me = granted.person
            shown = TrailPage(events=events, names=_names_for(granted))
            return Changes(entity=me, previous=me, writes=(line,)), shown

        return self._transaction.run_with(decide, context)[1]

    def _events(
        self, context: RequestContext, wanted: TrailFilter, limit: int
    ) -> Page[SecurityEvent]:
        """Read a page of both parts of the trail: its own lines, and the claims."""
        before = to_text(wanted.until)
        if context.start:
            before = context.start["before"]
        if before <= to_text(wanted.since):
            return Page([])
        pages = []
        if wanted.kind is not EventKind.CLAIMED:
            pages.append(self._repository.read(wanted, before, limit))
        is_about_claims = wanted.kind in (None, EventKind.CLAIMED)
        if is_about_claims and wanted.subject is None:
            pages.append(self._claims(wanted, before, limit))
        return _merged(pages, limit)


def _merged(
    pages: Sequence[Page[SecurityEvent]], limit: int
) -> Page[SecurityEvent]:
    """Merge pages, each newest first. What is older than the end of one waits for the next page."""
    ends = [page.next["before"] for page in pages if page.next]
    last = max(ends, default="")
    events: list[SecurityEvent] = []
    for page in pages:
        events += [event for event in page.items if event.order >= last]
    events.sort(key=attrgetter("order"), reverse=True)
    if len(events) > limit:
        last = events[limit - 1].order
    return Page(events[:limit], {"before": last} if last else None)


def _people_in(events: Sequence[SecurityEvent]) -> list[str]:
    """Return the ids of the people that events name; the system is nobody."""
    ids: dict[str, None] = {}
    for event in events:
        ids |= dict.fromkeys(filter(None, [event.actor, event.subject]))
    return [id for id in ids if id.startswith("per_")]


def _names_for(granted: Granted) -> dict[str, str]:
    """Return the names that a reader may know, by person. Erased people have none."""
    names = {}
    for id, person in granted.people.items():
        held = relations(granted.actor, person.as_resource())
        if person.name and held & people_permissions.SEE.allowed:
            names[id] = person.name
    return names


def _check(wanted: TrailFilter) -> None:
    if kind_of(wanted.place) not in (PlaceKind.STREET, PlaceKind.COMMUNITY):
        raise Invalid("trail.place_too_small", ["place"])
    if wanted.until <= wanted.since:
        raise Invalid("trail.no_span", ["to"])


def _described(wanted: TrailFilter) -> str:
    """Return the filter of a look, in ids."""
    parts = {"actor": wanted.actor, "kind": wanted.kind}
    return " ".join(f"{name}={value}" for name, value in parts.items() if value)
