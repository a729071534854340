"""Use cases of other applications by Open311: list services, report, and follow reports."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from ..kernel.access import ANONYMOUS, Actor
from ..kernel.clock import Clock
from ..kernel.codes import same
from ..kernel.errors import Forbidden, Invalid, NotFound, Replayed, Unauthenticated
from ..kernel.ids import ID_PATTERN
from ..kernel.paging import Page, Position, every
from ..kernel.place import PlaceKind, ancestors, kind_of, street_of
from ..kernel.request import RequestContext
from ..places.service import Places
from ..tickets.model import OutsideReport, Ticket, Update
from ..tickets.policy import Category, Policy
from ..tickets.public_tickets import PublicTickets
from ..tickets.states import TicketStatus
from ..web.tokens import Tokens
from .answers import answers_to
from .location import locate
from .policy import CHANGED, LONGEST_SPAN, MOST, MOST_READ
from .reports import NewReport, Operator, PublicReport, RequestFilter

__all__ = ["Open311", "status_of"]

# Clients send anything, also texts longer than a key may be.
_ID = re.compile(f"tkt_{ID_PATTERN}")
_AT_ONCE = 100
_NOTE = 200  # characters of where it is, beside its place
# Instants are shown in whole seconds, and a shown instant must be found.
_REST_OF_A_SECOND = timedelta(seconds=1) - timedelta.resolution
_CLOSED = frozenset({TicketStatus.CLOSED})
# A resolved ticket is open until its reporters agree.
_STATES = {"open": frozenset(TicketStatus) - _CLOSED, "closed": _CLOSED}


def status_of(state: TicketStatus) -> Literal["open", "closed"]:
    """Return what the specification calls a state."""
    return "closed" if state in _CLOSED else "open"


class Open311:
    """Use cases of Open311."""

    def __init__(
        self,
        *,
        clock: Clock,
        places: Places,
        tickets: PublicTickets,
        rules_changed_at: Callable[[Sequence[str]], datetime | None],
        tokens: Tokens,
        keys: Mapping[str, str],
        operator: Operator,
    ) -> None:
        self._clock, self._places, self._tickets, self._tokens = (
            clock,
            places,
            tickets,
            tokens,
        )
        self._keys, self.operator, self._rules_changed_at = (
            keys,
            operator,
            rules_changed_at,
        )

    # what can be reported

    def changed_at(self) -> datetime:
        """Return when the services last changed, so that clients know when to read them again."""
        return max(self._rules_changed_at(self._places.streets()) or CHANGED, CHANGED)

    def list_services(self, jurisdiction: str) -> Sequence[Category]:
        """Return the categories of a street."""
        return self._policy(jurisdiction).categories

    def read_service(self, jurisdiction: str, code: str) -> Category:
        """Return one category of a street."""
        return _category(self._policy(jurisdiction), code)

    def _policy(self, jurisdiction: str) -> Policy:
        return self._tickets.policy_of(self._street(jurisdiction))

    def _street(self, jurisdiction: str) -> str:
        """Return the street of a jurisdiction; it may be left out where there is one only."""
        streets = self._places.streets()
        if not jurisdiction and len(streets) == 1:
            return streets[0]
        if not jurisdiction:
            raise Invalid(
                "open311.jurisdiction_missing",
                ["jurisdiction_id"],
                known=", ".join(streets),
            )
        if jurisdiction not in streets:
            raise NotFound("open311.jurisdiction_unknown")
        return jurisdiction

    # reporting

    def report(
        self, context: RequestContext, api_key: str, jurisdiction: str, said: NewReport
    ) -> tuple[str, Category]:
        """Take a report; return its id and its category."""
        context, client = self._identified(context, api_key)
        street = self._street(jurisdiction)
        category = _category(self._tickets.policy_of(street), said.service_code)
        report = OutsideReport(
            category=category.code,
            text=said.text or category.zh,
            place=locate(self._places.tree(street), said.address),
            location_note=said.address.written[:_NOTE] or None,
            latitude=said.address.point.lat if said.address.point else None,
            longitude=said.address.point.long if said.address.point else None,
            answers=answers_to(category.questions, said.answers),
            phone=said.phone,
            client=client,
        )
        try:
            return self._tickets.report_from_outside(context, report).id, category
        except Replayed as replay:
            return replay.resource_id, category

    def update(
        self,
        context: RequestContext,
        api_key: str,
        jurisdiction: str,
        ticket_id: str,
        text: str,
    ) -> str:
        """Add to a report; return the id of the update."""
        context, client = self._identified(context, api_key)
        self._shown(jurisdiction, [ticket_id])
        return self._tickets.comment_from_outside(context, ticket_id, text, client)

    def _identified(
        self, context: RequestContext, api_key: str
    ) -> tuple[RequestContext, str]:
        """Return the context of a key's owner: an application, or a person by their access token.

        All keys are compared, so that the time reveals nothing about them.
        """
        clients = [name for name, key in self._keys.items() if same(key, api_key)]
        client = clients[0] if clients else ""
        actor = ANONYMOUS if client else self._signed_in(api_key)
        key = context.idempotency_key
        if key:  # clients must not share a namespace of keys
            key = replace(key, id=f"{client or actor.id}#{key.id}")
        return replace(context, actor=actor, idempotency_key=key), client

    def _signed_in(self, token: str) -> Actor:
        try:
            return self._tokens.read(token)
        except Unauthenticated:
            raise Forbidden("open311.key_wrong") from None

    # what became of it

    def list_requests(
        self, jurisdiction: str, wanted: RequestFilter
    ) -> Sequence[PublicReport]:
        """Return the reports of a filter, newest first; ids override all else."""
        if wanted.ids:
            return self._shown(jurisdiction, wanted.ids[:MOST], strict=False)
        street = self._street(jurisdiction)
        start, end = self._span(wanted.start, wanted.end)
        states = frozenset().union(
            *(_STATES[status] for status in wanted.statuses or _STATES)
        )
        last = min(wanted.page * wanted.page_size, MOST)
        at_once = (
            _AT_ONCE if wanted.statuses or wanted.categories else min(last, _AT_ONCE)
        )

        def fits(ticket: Ticket) -> bool:
            return ticket.state in states and (
                not wanted.categories or ticket.category in wanted.categories
            )

        def pages() -> Iterator[Page[Ticket]]:
            at: Position | None = None
            for _ in range(MOST_READ // at_once):
                page = self._tickets.public_between(
                    street, start, end, fits, at, at_once
                )
                yield page
                at = page.next
                if at is None:
                    return

        found = (ticket for page in pages() for ticket in page.items)
        return self._named(
            street, islice(found, (wanted.page - 1) * wanted.page_size, last)
        )

    def read_request(self, jurisdiction: str, ticket_id: str) -> PublicReport:
        """Return one report."""
        return self._shown(jurisdiction, [ticket_id])[0]

    def list_updates(
        self, jurisdiction: str, wanted: RequestFilter
    ) -> Sequence[Update]:
        """Return the public updates of a filter, oldest first; ids override all else."""
        if wanted.ids:
            known = self._shown(jurisdiction, wanted.ids[:_AT_ONCE], strict=False)
            return self._tickets.updates_of([shown.ticket.id for shown in known])[:MOST]
        street = self._street(jurisdiction)
        start, end = self._span(wanted.start, wanted.end)
        updates = every(
            lambda at: self._tickets.updates_between(street, start, end, at, _AT_ONCE)
        )
        return list(islice(updates, MOST))

    def _shown(
        self, jurisdiction: str, ids: Sequence[str], *, strict: bool = True
    ) -> Sequence[PublicReport]:
        street = self._street(jurisdiction)
        known = self._tickets.find_public([id for id in ids if _ID.fullmatch(id)])
        tickets = [ticket for ticket in known if street_of(ticket.place) == street]
        if strict and not tickets:
            raise NotFound("open311.request_unknown")
        return self._named(street, tickets)

    def _named(self, street: str, tickets: Iterable[Ticket]) -> Sequence[PublicReport]:
        policy = self._tickets.policy_of(street)
        names = {place.id: place.name for place in self._places.tree(street)}
        shown = []
        for ticket in tickets:
            above = [
                code
                for code in ancestors(ticket.place)
                if kind_of(code) in _PUBLIC_KINDS
            ]
            category = policy.category(ticket.category) or Category(
                code=ticket.category, zh=ticket.category, en=ticket.category
            )
            shown.append(
                PublicReport(
                    ticket=ticket,
                    category=category,
                    where=[names[code] for code in above if code in names],
                )
            )
        return shown

    def _span(
        self, start: datetime | None, end: datetime | None
    ) -> tuple[datetime, datetime]:
        """Return the span of a filter: 90 days from its one end, or the last 90 days.

        Raises:
            Invalid: it is longer. To shorten it would present a part as the whole.

        """
        if start is None:
            end = end or self._clock.now()
            return end - LONGEST_SPAN, end + _REST_OF_A_SECOND
        end = end or start + LONGEST_SPAN
        if not timedelta() <= end - start <= LONGEST_SPAN:
            raise Invalid("open311.dates", ["start_date"])
        return start, end + _REST_OF_A_SECOND


_PUBLIC_KINDS = frozenset(
    {PlaceKind.GRID, PlaceKind.COMMUNITY}
)  # a building or a unit would reveal the reporter


def _category(policy: Policy, code: str) -> Category:
    category = policy.category(code)
    if category is None:
        raise NotFound("open311.service_unknown")
    return category
