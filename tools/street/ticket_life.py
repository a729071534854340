"""One ticket on its way through its states."""

from datetime import datetime, timedelta

from chalicelib.kernel.access import Role, relations
from chalicelib.kernel.changes import Changes, Put
from chalicelib.kernel.place import ancestors
from chalicelib.people.model import Person
from chalicelib.tickets import decisions, resolution
from chalicelib.tickets.duty import DutyRoster
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.sla_timers import EscalationContext
from chalicelib.tickets.states import TicketMover
from chalicelib.tickets.timers import on_timer

from .workshop import Workshop

__all__ = ["LiveTicket", "TicketLife"]


class LiveTicket:
    """A ticket with its reports, its time and the people who answer for it."""

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

    def wait(self, until: datetime) -> None:
        """Run the timers that are due until an instant."""
        self.ticket = self._shop.wait(
            self.ticket, until, self._on_timer, self._members
        )

    def _later(self, hours: float) -> datetime:
        """Draw the instant of the next move, and run the timers before it."""
        at = self._shop.later(self._last, hours)
        self.wait(at)
        return at

    def _commit(self, changes: Changes[Ticket], at: datetime) -> None:
        self.ticket = self._shop.commit(changes, at, self._members)
        self._last = at

    def _on_timer(self, ticket: Ticket, now: datetime) -> Changes[Ticket]:
        return on_timer(ticket, self._escalation, now)

    def _mover(self, person: Person, at: datetime) -> TicketMover:
        reporter = person.id if person.id in self._members else ""
        resource = self.ticket.as_resource(reporter)
        found = relations(person.as_actor(), resource)
        return TicketMover(id=person.id, relations=found, now=at)

    def _worker(self) -> Person:
        """Return the assignee, or else somebody of the staff."""
        if self.ticket.assignee:
            return self._shop.people[self.ticket.assignee]
        return self._staff()

    def _staff(self) -> Person:
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


class TicketLife(LiveTicket):
    """The moves of a ticket: each waits for its time, and for the timers before it."""

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
            self._mover(self._staff(), at),
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
            self._mover(self._staff(), at),
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
        self._close(self._staff(), self._later(24), "不属于受理范围")

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
