"""A street in which tickets are moved at random, and what must hold after each move.

It keeps its own record of who reported what, what was promised and who serves. Each `check_…` fails
with the words by which a planted fault is recognised.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.job import JobRecord
from chalicelib.message_log.model import MessageAttempt
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import SlaKind, TicketUrgency
from chalicelib.tickets.states import Ending, TicketStatus
from chalicelib.wishes.model import Wish, WishState

from ..store.scan import SK, find, scan
from ..world import BAIHUA, GRID, UNIT, Answer, Phone, World
from .street import TicketStreet

__all__ = ["RESIDENTS", "STAFF", "MoveStreet"]

S = TicketStatus
RESIDENTS = ("resident", "neighbour", "third", "old")  # `old` has a contact
STAFF = ("worker", "helper", "clerk", "company", "admin")
_ROLES = {
    "worker": (Role.GRID_WORKER, GRID),
    "helper": (Role.GRID_WORKER, GRID),
    "clerk": (Role.COMMUNITY_STAFF, BAIHUA),
    "company": (Role.PROPERTY, BAIHUA),
}
_SMS = timedelta(seconds=30)  # until jobs that are due at once have run
_ASKS = ("ticket.resolved", "ticket.unanswered")
_REMINDERS = ("ticket.overdue_staff", "ticket.urgent_overdue_staff")
_FAILED = (WishState.REJECTED, WishState.EXPIRED)
_AWAKE = range(
    8, 21
)  # hours, local; questions of the night wait for the morning


def _rank(urgency: TicketUrgency) -> int:
    order = ("urgent", "utility", "general", "complex")
    return order.index(urgency.value)


@dataclass
class Record:
    """The record of one reported ticket, wherever it is worked on now."""

    id: str
    reporters: set[str]
    urgency: TicketUrgency
    due: datetime | None = None  # of its resolution, while it runs
    came: datetime | None = None  # into the ticket in which it is now
    said_yes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    solved_reopened: int = 0


class MoveStreet:
    """The street with its records."""

    def __init__(self) -> None:
        self.world = World()
        self.street = TicketStreet(self.world)
        ids = self.street.ids
        ids["third"] = self.world.person("钱三").id
        ids["carer"] = self.world.person("李强").id
        ids["old"] = self.world.person(
            "李奶奶", phone=None, contact_via=ids["carer"]
        ).id
        ids["helper"] = self.world.person(
            "帮手乙", _ROLES["helper"], home=GRID
        ).id
        duty = {Role.GRID_WORKER.value: [ids["worker"], ids["helper"]]}
        self.world.services.places.assign_duty(self.world.boss, GRID, duty)
        self.serving = set(STAFF)
        self.records: dict[str, Record] = {}
        self.wishes: dict[str, str] = {}  # the ticket of each
        self.read: dict[str, Ticket] = {}
        self.freed: set[str] = set()  # roots that a move may give more time

    # reads

    def ticket(self, ticket_id: str) -> Ticket:
        """Read a ticket, once between two moves."""
        known = self.read.get(ticket_id)
        if known is None:
            known = find(Ticket, ticket_id, "ticket")
            assert known
            self.read[ticket_id] = known
        return known

    def root(self, ticket_id: str) -> Ticket:
        """Return the ticket in which another is worked on."""
        ticket = self.ticket(ticket_id)
        while ticket.merged_into:
            ticket = self.ticket(ticket.merged_into)
        return ticket

    def parts(self, root_id: str) -> list[Record]:
        return [
            record
            for record in self.records.values()
            if self.root(record.id).id == root_id
        ]

    def reporters(self, root_id: str) -> set[str]:
        return set().union(*(part.reporters for part in self.parts(root_id)))

    def assignee(self, ticket_id: str) -> str:
        """Return the name of the assignee of a ticket, the administrator's without one."""
        names = {id: name for name, id in self.street.ids.items()}
        return names.get(self.ticket(ticket_id).assignee or "", "admin")

    def phone(self, name: str) -> Phone:
        return self.street.phone(self.street.ids[name])

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    # moves

    def post(self, name: str, path: str, **body: Any) -> Answer:
        answer = self.phone(name).post(f"/v1/{path}", body)
        self.read.clear()
        assert answer.status < 500, answer.text
        return answer

    def report(self, name: str, category: str, *, danger: bool) -> None:
        body: dict[str, Any] = {
            "category": category,
            "text": "这里有情况",
            "place": UNIT,
            "danger": danger,
        }
        answer = self.post(
            self._voice(name), "tickets", **body, **self._for(name)
        )
        if answer.status != 201:
            return
        ticket_id = answer.json["id"]
        known = self.records.get(ticket_id)
        if known is None:
            ticket = self.ticket(ticket_id)
            known = Record(ticket_id, set(), ticket.urgency)
            self.records[ticket_id] = known
        known.reporters.add(name)

    def _voice(self, name: str) -> str:
        return "carer" if name == "old" else name

    def _for(self, name: str) -> dict[str, Any]:
        if name != "old":
            return {}
        return {
            "on_behalf_of": self.street.ids["old"],
            "consent": {"how": "spoken"},
        }

    def move(self, name: str, ticket_id: str, move: str, **body: Any) -> bool:
        """Make a move, if it is allowed; say whether it was made."""
        answer = self.post(name, f"tickets/{ticket_id}/{move}", **body)
        return answer.status in (200, 201)

    def join(self, name: str, ticket_id: str) -> None:
        path = f"tickets/{ticket_id}/join"
        root = self.root(ticket_id)
        answer = self.post(self._voice(name), path, **self._for(name))
        if answer.status == 200:
            self.records[root.id].reporters.add(name)

    def confirm(self, name: str, ticket_id: str) -> None:
        root = self.root(ticket_id)
        body = {}
        if name == "old":
            body["on_behalf_of"] = self.street.ids["old"]
        if self.move(self._voice(name), root.id, "confirm", **body):
            for part in self.parts(root.id):
                if name in part.reporters:
                    part.said_yes[name] = (root.id, self.now)

    def reopen(self, name: str, ticket_id: str) -> None:
        root = self.root(ticket_id)
        was_solved = root.resolved_at is not None
        if root.ending is Ending.UNSOLVED:  # after a solution that was none
            was_solved = root.reopened > 0
        path = f"tickets/{root.id}/reopen"
        answer = self.post(self._voice(name), path, reason="没有解决")
        if answer.status != 200:
            return
        after = self.ticket(root.id)
        if root.ending is Ending.WISH:
            self.freed.add(root.id)
        elif was_solved:
            self.records[root.id].solved_reopened += 1
            self._reopened(root)
        else:
            names = {self.street.ids[one] for one in self.serving}
            stays = after.level is root.level or root.assignee not in names
            assert stays, "an unsolved ticket has climbed"
            assert after.reopened == root.reopened, "it counts as reopened"

    def _reopened(self, root: Ticket) -> None:
        """A solution was none: those who were part of it begin anew."""
        for part in self.parts(root.id):
            came_late = part.came and part.came > (root.resolved_at or self.now)
            was_solved = part.id == root.id or not came_late
            if was_solved or not part.due or part.due <= self.now:
                part.due = None

    def merge(self, name: str, ticket_id: str, into: str) -> None:
        before = self.root(into)
        if self.move(name, ticket_id, "merge", into=into):
            for part in self.parts(into):
                if part.came is None or part.id == ticket_id:
                    part.came = self.now
            assert before.is_open or before.state is S.RESOLVED

    def split(self, name: str, ticket_id: str) -> None:
        part, root = self.records[ticket_id], self.root(ticket_id)
        if self.move(name, ticket_id, "split"):
            part.came = None
            if not root.is_open:
                part.due = None  # of what was solved; its own is not

    def turn(self, name: str, ticket_id: str) -> None:
        body = self.world.wish_body(consent={"how": "written"})
        answer = self.post(name, f"tickets/{ticket_id}/turn", **body)
        if answer.status == 201:
            self.wishes[answer.json["wish"]] = ticket_id

    def end_wish(self, wish_id: str, move: str, name: str) -> None:
        answer = self.post(name, f"wishes/{wish_id}/{move}", reason="不合适")
        if answer.status == 200:
            self.freed.add(self.wishes[wish_id])

    def take_role(self, name: str) -> None:
        self.street.grant(name)
        self.serving.discard(name)

    def give_role(self, name: str) -> None:
        self.street.grant(name, _ROLES[name])
        self.serving.add(name)

    def block(self, name: str, *, blocked: bool) -> None:
        path = f"/v1/people/{self.street.ids[name]}/blocked"
        body = {"blocked": blocked, "reason": "测试"}
        answer = self.phone("admin").put(path, body)
        assert answer.status == 200, answer.text
        if blocked:
            self.serving.discard(name)
        elif self.world.services.people.find(self.street.ids[name]).grants:
            self.serving.add(name)

    # what must hold

    def settle(self, by: timedelta = timedelta()) -> None:
        """Let time pass and jobs run; check everything before and after."""
        self.check_promises(self.now, by_move=True)
        start = self.now
        self.world.pass_time(seconds=(by + _SMS).total_seconds())
        self.read.clear()
        self.check_promises(start, by_move=False)
        self.freed.clear()
        for check in self.checks():
            check()

    def checks(self) -> Iterator[Callable[[], None]]:
        yield self.check_urgency
        yield self.check_people
        yield self.check_answers
        yield self.check_wishes
        yield self.check_letters
        if self.now.astimezone(self._zone()).hour in _AWAKE:
            yield self.check_asked

    def _zone(self) -> Any:
        return (
            self.ticket(next(iter(self.records))).local
            if self.records
            else None
        )

    def check_promises(self, since: datetime, *, by_move: bool) -> None:
        """No deadline is later than before, unless it has passed or a hold has ended."""
        for record in self.records.values():
            root = self.root(record.id)
            timer = root.sla_timer(SlaKind.RESOLVE)
            if root.hold:
                record.due = None  # a hold moves it
            if not root.is_open or timer is None or not timer.running:
                continue
            held = root.holds and root.holds[-1].until >= since
            if record.due is None or root.id in self.freed or held:
                record.due = timer.due_at
                continue
            later = timer.due_at > record.due
            # A missed promise is repeated in reminders of their own time.
            missed = timer.fired and timer.promised_at <= self.now
            fired = missed or (not by_move and record.due <= self.now)
            late = by_move and record.due <= since
            assert not later or fired or late, (
                f"a promise is gone: {record.due} is {timer.due_at}"
            )
            record.due = timer.due_at

    def check_urgency(self) -> None:
        for record in self.records.values():
            own, root = self.ticket(record.id), self.root(record.id)
            if _rank(own.urgency) < _rank(record.urgency):
                record.urgency = own.urgency
            least = min(map(_rank, (record.urgency, own.urgency)))
            assert _rank(root.urgency) <= least, "an urgency is gone"

    def check_people(self) -> None:
        serving = {self.street.ids[name] for name in self.serving}
        on_duty = {self.street.ids[name] for name in self.serving} - {
            self.street.ids["company"]
        }
        for record in self.records.values():
            ticket = self.ticket(record.id)
            if not ticket.is_open:
                continue
            assert ticket.assignee in serving | {None}, "a leaver has it"
            has_somebody = ticket.assignee is not None or bool(on_duty)
            assert has_somebody, "nobody has it"
            deadlines = ticket.deadlines()
            assert deadlines, "no clock runs"
            assert min(deadlines.values()) > self.now - _SMS, "a clock is over"
            solved = record.solved_reopened
            assert ticket.reopened <= solved, "it counts as reopened"

    def check_asked(self) -> None:
        """Everybody who reported a solved ticket was asked about this solution."""
        pending = self._pending()
        for ticket in self._in(S.RESOLVED):
            asked = self._asked_about(ticket)
            for name in self.reporters(ticket.id):
                is_asked = self.street.ids[name] in asked
                waits = ticket.id in pending or self._has_answered(name, ticket)
                assert is_asked or waits, f"{name} was not asked"

    def _in(self, state: TicketStatus) -> list[Ticket]:
        tickets = [self.ticket(id) for id in self.records]
        return [ticket for ticket in tickets if ticket.state is state]

    def _asked_about(self, ticket: Ticket) -> set[str]:
        people = set[str]()
        for line in scan(MessageAttempt, SK == "delivery"):
            since = ticket.resolved_at or self.now
            if (
                line.about == ticket.id
                and line.kind in _ASKS
                and line.at >= since
            ):
                people |= {line.person, *line.others}
        return people

    def _pending(self) -> set[str]:
        """Return the tickets about which questions wait for numbers."""
        return {job.subject for job in scan(JobRecord) if job.kind in _ASKS}

    def _has_answered(self, name: str, ticket: Ticket) -> bool:
        for part in self.parts(ticket.id):
            about, at = part.said_yes.get(name, ("", self.now))
            if about == ticket.id and at >= (ticket.resolved_at or self.now):
                return True
        return False

    def check_answers(self) -> None:
        """What is closed as confirmed was confirmed by everybody who reported it."""
        for ticket in self._in(S.CLOSED):
            if ticket.ending is not Ending.CONFIRMED:
                continue
            for name in self.reporters(ticket.id):
                assert self._has_answered(name, ticket), (
                    f"it was closed without {name}"
                )

    def check_wishes(self) -> None:
        for wish_id, ticket_id in self.wishes.items():
            wish, ticket = find(Wish, wish_id, "wish"), self.ticket(ticket_id)
            assert wish
            failed = wish.state in _FAILED
            waits = ticket.ending is Ending.WISH and ticket.wish == wish_id
            assert not (failed and waits), (
                "a wish has failed, and nobody has it"
            )

    def check_letters(self) -> None:
        """Nobody is sent the same about one ticket twice at one instant.

        What piled up over night is in one message.
        """
        lines = list(scan(MessageAttempt, SK == "delivery"))
        bundled = {id for line in lines for id in line.covers}
        sent = Counter(
            (line.person, line.kind, line.about, line.at)
            for line in lines
            if line.id not in bundled and line.kind not in _REMINDERS
        )
        twice = [key for key, n in sent.items() if n > 1]
        assert not twice, f"somebody reads it twice: {twice}"
