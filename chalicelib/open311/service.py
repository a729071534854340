"""Use cases of other applications by Open311: list services, report, and follow reports."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from ..kernel.access import ANONYMOUS, Actor
from ..kernel.clock import Clock
from ..kernel.codes import same
from ..kernel.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Replayed,
    Unauthenticated,
)
from ..kernel.ids import ID_PATTERN
from ..kernel.place import PlaceKind, ancestors, kind_of, street_of
from ..kernel.request import RequestContext
from ..places.service import Places
from ..tickets.listed import OutsideTicket, PublicFilter
from ..tickets.model import OutsideReport
from ..tickets.policy import Category, Policy
from ..tickets.public_tickets import PublicTickets
from ..tickets.states import TicketStatus
from ..web.tokens import Tokens
from .answers import answers_to
from .location import locate
from .policy import CHANGED, LONGEST_SPAN, MAX_READ, MAX_RESULTS
from .reports import (
    ListSpan,
    NewReport,
    Operator,
    PublicReport,
    ReportList,
    RequestFilter,
    UpdateList,
)

__all__ = ["Open311", "status_of"]

# Clients send any text, also longer than a key of the store may be.
_ID = re.compile(f"tkt_{ID_PATTERN}")
_MAX_IDS_OF_UPDATES = 100  # each is a request
_MAX_NOTE = 200  # characters of the written address
# Responses have whole seconds, and a filter by such an instant must find its report.
_REST_OF_A_SECOND = timedelta(seconds=1) - timedelta.resolution
# A grid has few buildings: it would lead to the reporter, as a building would.
_PUBLIC_KINDS = frozenset({PlaceKind.COMMUNITY})
# A category that is no such text has no reports, and is no key of the store.
_CODE = re.compile("[a-z0-9_]{1,32}")


def status_of(state: TicketStatus) -> Literal["open", "closed"]:
    """Return the status of a state in the specification."""
    # A resolved ticket is open until its reporters agree.
    return "closed" if state is TicketStatus.CLOSED else "open"


class Open311:
    """Use cases of Open311 clients."""

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
        self.operator = operator
        self._clock, self._places, self._tickets = clock, places, tickets
        self._rules_changed_at = rules_changed_at
        self._tokens, self._keys = tokens, keys

    # services

    def changed_at(self) -> datetime:
        """Return when the services last changed, for clients that cache them."""
        return max(
            self._rules_changed_at(self._places.streets()) or CHANGED, CHANGED
        )

    def list_services(self, jurisdiction: str) -> Sequence[Category]:
        """Return the categories of a street."""
        return self._policy(jurisdiction).categories

    def read_service(self, jurisdiction: str, code: str) -> Category:
        """Return one category of a street."""
        return _category(self._policy(jurisdiction), code)

    def _policy(self, jurisdiction: str) -> Policy:
        return self._tickets.policy_of(self._street(jurisdiction))

    def _street(self, jurisdiction: str) -> str:
        """Return the street of a jurisdiction; it may be empty if there is only one street."""
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

    # reports

    def report(
        self,
        context: RequestContext,
        api_key: str,
        jurisdiction: str,
        report: NewReport,
    ) -> tuple[str, Category]:
        """Submit a report; return its id and its category."""
        context, client = self._identified(context, api_key)
        street = self._street(jurisdiction)
        category = _category(
            self._tickets.policy_of(street), report.service_code
        )
        submitted = OutsideReport(
            category=category.code,
            text=report.text or category.zh,
            place=locate(self._places.tree(street), report.address),
            location_note=report.address.written[:_MAX_NOTE] or None,
            latitude=report.address.latitude,
            longitude=report.address.longitude,
            answers=answers_to(category.questions, report.answers),
            phone=report.phone,
            client=client,
        )
        try:
            ticket = self._tickets.report_from_outside(context, submitted)
        except Replayed as replay:
            return replay.resource_id, category
        return ticket.id, category

    def update(
        self,
        context: RequestContext,
        api_key: str,
        jurisdiction: str,
        ticket_id: str,
        text: str,
    ) -> str:
        """Add an update to a report; return the id of the update."""
        context, client = self._identified(context, api_key)
        self._existing(jurisdiction, ticket_id)
        return self._tickets.comment_from_outside(
            context, ticket_id, text, client
        )

    def _identified(
        self, context: RequestContext, api_key: str
    ) -> tuple[RequestContext, str]:
        """Return the context of a key's owner: an application, or a person by their access token.

        All keys are compared, so that the time reveals nothing about them.
        """
        client, actor = "", ANONYMOUS
        for name, key_of_client in self._keys.items():
            if same(key_of_client, api_key):
                client = name
        if not client:
            actor = self._signed_in(api_key)
        key = context.idempotency_key
        if key:
            # Clients must not share a namespace of keys.
            key = replace(key, id=f"{client or actor.id}#{key.id}")
        return replace(context, actor=actor, idempotency_key=key), client

    def _signed_in(self, token: str) -> Actor:
        try:
            return self._tokens.read(token)
        except Unauthenticated:
            raise Forbidden("open311.key_wrong") from None

    # queries

    def list_requests(
        self, jurisdiction: str, wanted: RequestFilter
    ) -> ReportList:
        """Return the reports of a filter, newest first. Ids override the rest of the filter."""
        if wanted.ids:
            ids = _at_most(wanted.ids, MAX_RESULTS)
            return ReportList(self._public(jurisdiction, ids))
        street = self._street(jurisdiction)
        span = self._span(wanted)
        categories = frozenset(filter(_CODE.fullmatch, wanted.categories))
        if wanted.categories and not categories:
            return ReportList([])
        asked = PublicFilter(
            street=street,
            since=span.start,
            until=span.end + _REST_OF_A_SECOND,
            statuses=frozenset(wanted.statuses),
            categories=categories,
        )
        first = (wanted.page - 1) * wanted.page_size
        last = min(first + wanted.page_size, MAX_RESULTS)
        if first >= last:
            return ReportList([])
        found = self._tickets.find_listed(asked, last, MAX_READ)
        shown = self._reports(street, found.tickets[first:])
        if found.rest is None:
            return ReportList(shown)
        if len(found.tickets) == last < MAX_RESULTS:
            return ReportList(shown, wanted.page + 1)
        return ReportList(shown, ListSpan(span.start, found.rest))

    def read_request(self, jurisdiction: str, ticket_id: str) -> PublicReport:
        """Return one report."""
        return self._existing(jurisdiction, ticket_id)

    def list_updates(
        self, jurisdiction: str, wanted: RequestFilter
    ) -> UpdateList:
        """Return the public updates of a filter, oldest first. Ids override the rest."""
        if wanted.ids:
            reports = self._public(
                jurisdiction, _at_most(wanted.ids, _MAX_IDS_OF_UPDATES)
            )
            ids = [report.ticket.id for report in reports]
            return UpdateList(self._tickets.updates_of(ids))
        street = self._street(jurisdiction)
        span = self._span(wanted)
        # All of them are one request: each was redacted when it was released.
        page = self._tickets.updates_between(
            street,
            span.start or span.end - LONGEST_SPAN,
            span.end + _REST_OF_A_SECOND,
            None,
            MAX_RESULTS,
        )
        if page.next is None:
            return UpdateList(page.items)
        return UpdateList(page.items, ListSpan(page.items[-1].at, span.end))

    def _existing(self, jurisdiction: str, ticket_id: str) -> PublicReport:
        """Return a public report; NotFound if it does not exist in the jurisdiction."""
        reports = self._public(jurisdiction, [ticket_id])
        if not reports:
            raise NotFound("open311.request_unknown")
        return reports[0]

    def _public(
        self, jurisdiction: str, ids: Sequence[str]
    ) -> Sequence[PublicReport]:
        """Return the public reports of these ids in a jurisdiction; ignore other ids."""
        street = self._street(jurisdiction)
        tickets = self._tickets.find_public(
            [id for id in ids if _ID.fullmatch(id)]
        )
        in_street = [
            OutsideTicket.of(ticket)
            for ticket in tickets
            if street_of(ticket.place) == street
        ]
        return self._reports(street, in_street)

    def _reports(
        self, street: str, tickets: Sequence[OutsideTicket]
    ) -> Sequence[PublicReport]:
        """Return tickets with their categories and the names of their places."""
        if not tickets:
            return []
        policy = self._tickets.policy_of(street)
        names = {place.id: place.name for place in self._places.tree(street)}
        reports = []
        for ticket in tickets:
            category = policy.category(ticket.category) or Category(
                code=ticket.category, zh=ticket.category, en=ticket.category
            )
            report = PublicReport(
                ticket=ticket,
                category=category,
                place_names=_public_names(ticket.place, names),
            )
            reports.append(report)
        return reports

    def _span(self, wanted: RequestFilter) -> ListSpan:
        """Return the span of a filter: 90 days from its one end, or the last 90 days.

        What is open is wanted however old it is, so it has no start without dates.

        Raises:
            Invalid: the span is longer. A shorter one would present a part as the whole.

        """
        start, end = wanted.start, wanted.end
        if start is None:
            if wanted.statuses == ("open",):
                return ListSpan(None, end or self._clock.now())
            end = end or self._clock.now()
            return ListSpan(end - LONGEST_SPAN, end)
        end = end or start + LONGEST_SPAN
        if not timedelta() <= end - start <= LONGEST_SPAN:
            raise Invalid("open311.dates", ["start_date"])
        return ListSpan(start, end)


def _at_most(ids: Sequence[str], most: int) -> Sequence[str]:
    """Return ids; refuse more of them than one list has, which would be left out."""
    if len(ids) > most:
        raise Invalid("open311.too_many_ids", ["service_request_id"], most=most)
    return ids


def _public_names(place: str, names: Mapping[str, str]) -> Sequence[str]:
    """Return the name of the community of a place."""
    public = [
        code for code in ancestors(place) if kind_of(code) in _PUBLIC_KINDS
    ]
    return [names[code] for code in public if code in names]


def _category(policy: Policy, code: str) -> Category:
    category = policy.category(code)
    if category is None:
        raise NotFound("open311.service_unknown")
    return category
