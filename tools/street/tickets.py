"""The tickets of a year: those that have ended, and those that are worked on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from chalicelib.kernel.access import Role, relations
from chalicelib.kernel.changes import Changes, Put
from chalicelib.kernel.place import ancestors, community_of
from chalicelib.people.model import Person
from chalicelib.tickets import decisions, resolution
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.duty import (
    DutyRoster,
    escalation_context,
    route_ticket,
)
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.policy import DEFAULT_POLICY, Level
from chalicelib.tickets.sla_timers import EscalationContext, sla_of
from chalicelib.tickets.states import TicketMover
from chalicelib.tickets.timers import on_timer

from .inhabitants import Inhabitants
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

    def _report(self, at: datetime) -> "_TicketLife":
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
        life = _TicketLife(shop, escalation, ticket, roster)
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


class _TicketLife:
    """One ticket on its way: each move waits for its time, and for the timers before it."""

    def __init__(
        self,
        shop: Workshop,
        escalation: EscalationContext,
        ticket: Ticket,
        roster: DutyRoster,
    ) -> None:
        self._shop, self._escalation, self.ticket = shop, escalation, ticket
        self._roster = roster
        self._reports: list[TicketReport] = []

    @property
    def _members(self) -> list[str]:
        return [report.person_id for report in self._reports]

    def begin(self, filer: Person, at: datetime) -> None:
        """Report the ticket."""
        report = self._report_of(self.ticket.person_id or "", filer.id, at)
        changes = decisions.submit(
            self.ticket,
            self._escalation,
            self._mover(filer, at),
            (Put(row=report, new=True),),
        )
        self._commit(changes, at)

    def wait(self, until: datetime) -> None:
        """Run the timers that are due until an instant."""

        def escalate(ticket: Ticket, now: datetime) -> Changes[Ticket]:
            return on_timer(ticket, self._escalation, now)

        self.ticket = self._shop.wait(
            self.ticket, until, escalate, self._members
        )

    def accept(self) -> None:
        """Let the person who has it accept it, sooner or later."""
        at = self._later(6)
        mover = self._mover(self._worker(), at)
        self._commit(decisions.accept(self.ticket, mover), at)
        if self._shop.dice.random() < 0.4:
            self._comment()

    def _comment(self) -> None:
        at = self._later(4)
        mover = self._mover(self._worker(), at)
        text = "已收到，正在联系。"
        changes = decisions.comment(
            self.ticket, mover, text, public=True, shown=text
        )
        self._commit(changes, at)

    def assign(self) -> None:
        """Assign it to the property company of its community."""
        self.accept()
        at = self._later(4)
        company = self._on_duty(Role.PROPERTY)[0]
        mover = self._mover(self._worker(), at)
        changes = decisions.assign(self.ticket, mover, company.id)
        self._commit(changes, at)

    def hold(self) -> None:
        """Put it on hold for some days."""
        self.accept()
        at = self._later(4)
        until = at + timedelta(days=self._shop.dice.randint(2, 13))
        text = "等待专业单位鉴定"
        changes = decisions.hold(
            self.ticket,
            self._escalation,
            self._mover(self._on_duty(Role.GRID_WORKER)[0], at),
            text,
            until,
            public_text=text,
        )
        self._commit(changes, at)

    def resolve(self) -> None:
        """Resolve it; half of the solutions are public."""
        dice = self._shop.dice
        if dice.random() < 0.3:
            self.assign()
        else:
            self.accept()
        at = self._later(dice.choice((8, 24, 72)))
        publish = not self.ticket.private and dice.random() < 0.5
        changes = decisions.resolve(
            self.ticket,
            self._escalation,
            self._mover(self._on_duty(Role.GRID_WORKER)[0], at),
            "已处理完毕",
            (),
            public_text="已处理完毕",
            publish=publish,
        )
        self._commit(changes, at)

    def resolve_for_two(self) -> None:
        """Resolve it after a neighbour has joined."""
        at = self._later(2)
        neighbour = self._shop.dice.choice(tuple(self._shop.people.values()))
        if neighbour.id not in self._members:
            mover = self._mover(neighbour, at)
            report = self._report_of(neighbour.id, neighbour.id, at)
            changes = resolution.join(self.ticket, mover, report)
            self._commit(changes, at)
        self.resolve()

    def confirm(self) -> None:
        """Resolve it and let its reporter confirm that."""
        self.resolve()
        at = self._later(20)
        reporter = self._shop.people[self._members[0]]
        changes = resolution.confirm(
            self.ticket,
            self._mover(reporter, at),
            self._reports,
            reporter.id,
            self._shop.dice.choice((None, 2, 4, 5, 5)),
        )
        self._commit(changes, at)

    def close(self) -> None:
        """Close it without a solution."""
        self.accept()
        self._close(
            self._on_duty(Role.GRID_WORKER)[0],
            self._later(24),
            "不属于受理范围",
        )

    def withdraw(self) -> None:
        """Let its reporter withdraw it."""
        reporter = self._shop.people[self._members[0]]
        self._close(reporter, self._later(2), "已经好了")

    def _close(self, person: Person, at: datetime, reason: str) -> None:
        changes = resolution.close(
            self.ticket,
            self._mover(person, at),
            reason,
            alone=True,
            public_text=reason,
        )
        self._commit(changes, at)

    # people and time

    def _later(self, hours: float) -> datetime:
        """Draw the instant of the next move, and run the timers before it."""
        at = self._shop.later(self._last, hours)
        self.wait(at)
        return at

    def _commit(self, changes: Changes[Ticket], at: datetime) -> None:
        self.ticket = self._shop.commit(changes, at, self._members)
        self._last = at

    def _mover(self, person: Person, at: datetime) -> TicketMover:
        reporter = person.id if person.id in self._members else ""
        resource = self.ticket.as_resource(reporter)
        found = relations(person.as_actor(), resource)
        return TicketMover(id=person.id, relations=found, now=at)

    def _worker(self) -> Person:
        """Return the assignee, or else somebody of the staff."""
        if self.ticket.assignee:
            return self._shop.people[self.ticket.assignee]
        return self._on_duty(Role.GRID_WORKER)[0]

    def _on_duty(self, role: Role) -> list[Person]:
        for code in ancestors(self.ticket.place):
            if found := self._roster[code].get(role.value):
                return list(found)
        raise LookupError(role)

    def _report_of(self, person: str, by: str, at: datetime) -> TicketReport:
        report = TicketReport(
            ticket_id=self.ticket.id, person_id=person, by=by, joined_at=at
        )
        self._reports.append(report)
        return report
