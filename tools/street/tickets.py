"""The tickets of a year: those that have ended, and those that are worked on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache

from chalicelib.kernel.place import community_of
from chalicelib.people.model import Person
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.duty import (
    DutyRoster,
    escalation_context,
    route_ticket,
)
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import DEFAULT_POLICY, Level
from chalicelib.tickets.sla_timers import sla_of

from .inhabitants import Inhabitants
from .ticket_life import TicketLife
from .town import Town
from .workshop import ZONE, Workshop

__all__ = ["make_tickets"]

_holidays = cache(chinese_holiday)
_TEXTS = (
    "楼道里堆了杂物，走路不方便",
    "单元门的闭门器坏了，关门声音很大",
    "二楼走廊的灯不亮",
    "下水道返水，味道很重",
    "楼上半夜走动的声音，想请人调解",
    "门口的路面塌了一块",
)
# of a hundred tickets that have ended
_FATES = {"confirmed": 55, "silent": 30, "joined": 8, "closed": 5, "gone": 2}
_OPEN_FATES = {"new": 15, "accepted": 45, "assigned": 30, "on_hold": 10}


def make_tickets(
    shop: Workshop, town: Town, people: Inhabitants
) -> Iterator[Ticket]:
    """Make all tickets; yield each as it is at the end."""
    maker = _TicketMaker(shop, town, people)
    scale, dice = shop.scale, shop.dice
    ended = dice.choices(
        tuple(_FATES), tuple(_FATES.values()), k=scale.past_tickets
    )
    for fate in ended:
        yield maker.make(shop.instant(364, 45), fate)
    worked_on = dice.choices(
        tuple(_OPEN_FATES),
        tuple(_OPEN_FATES.values()),
        k=scale.open_tickets,
    )
    for fate in worked_on:
        yield maker.make(shop.instant(9), fate)


class _TicketMaker:
    """Reports tickets, and takes them through their lives."""

    def __init__(self, shop: Workshop, town: Town, people: Inhabitants) -> None:
        self._shop, self._town, self._people = shop, town, people
        self._categories = [
            category
            for category in DEFAULT_POLICY.categories
            if not category.photo_needed
        ]
        self._rosters: dict[str, DutyRoster] = {}

    def make(self, at: datetime, fate: str) -> Ticket:
        """Make one ticket with its rows."""
        life = self._report(at)
        lives: dict[str, Callable[[], None]] = {
            "confirmed": life.confirm,
            "silent": life.resolve,
            "joined": life.resolve_for_two,
            "closed": life.close,
            "gone": life.withdraw,
            "accepted": life.accept,
            "assigned": life.assign,
            "on_hold": life.hold,
        }
        if fate in lives:
            lives[fate]()
        life.wait(self._shop.now)
        return life.ticket

    def _report(self, at: datetime) -> TicketLife:
        shop = self._shop
        reporter = shop.dice.choice(self._people.residents)
        reporter = shop.people[reporter.id]
        filer = reporter if reporter.phone else self._people.admin
        draft = self._draft(reporter, filer, at)
        sla = sla_of(DEFAULT_POLICY, draft, _holidays)
        roster = self._roster_at(draft.place)
        escalation = escalation_context(sla, draft.place, roster)
        routing = route_ticket(
            escalation, draft.place, draft.category, roster, shop.people.get
        )
        ticket = replace(draft, level=routing.level, assignee=routing.assignee)
        life = TicketLife(shop, escalation, ticket, roster)
        life.begin(filer, at)
        return life

    def _draft(self, reporter: Person, filer: Person, at: datetime) -> Ticket:
        dice = self._shop.dice
        category = dice.choice(self._categories)
        place = reporter.home or ""
        return Ticket(
            id=self._shop.ids.new("tkt"),
            created_at=at,
            updated_at=at,
            person_id=reporter.id,
            filed_by=filer.id,
            category=category.code,
            urgency=category.urgency,
            private=category.private,
            text=dice.choice(_TEXTS),
            place=place,
            community_name=self._town.places[community_of(place)].name,
            zone=ZONE,
            level=Level.GRID,
        )

    def _roster_at(self, place: str) -> DutyRoster:
        roster = self._rosters.get(place)
        if roster is None:
            roster = self._town.duty_along(place, self._shop.people)
            self._rosters[place] = roster
        return roster
