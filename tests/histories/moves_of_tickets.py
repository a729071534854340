"""The moves of tickets, by reporters, staff and the property company."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chalicelib.tickets.model import Ticket

from .moves_of_wishes import chosen
from .people import HOMES, RESIDENTS, STAFF, VOLUNTEERS
from .present import when
from .street import Street

__all__ = ["TicketMoves"]

N = st.integers(0, 11)
WORKERS = st.sampled_from(STAFF)
REPORTERS = st.sampled_from([*RESIDENTS, *VOLUNTEERS])
CATEGORIES = st.sampled_from(["rubbish", "light", "lift", "gas"])
OPEN = ("open", "accepted", "assigned", "on_hold")
OPEN_TICKETS = tuple(f"ticket {state}" for state in OPEN)


class TicketMoves:
    """Rules of the machine about tickets."""

    street: Street

    def ticket_move(
        self, who: str, ticket_id: str, move: str, **body: Any
    ) -> int:
        path = f"/v1/tickets/{ticket_id}/{move}"
        return self.street.do(who, "POST", path, body).status

    def pick_ticket(self, n: int, *states: str) -> Ticket | None:
        found: Ticket | None = chosen(self.street.tickets(*states), n)
        return found

    def report(self, who: str, category: str, place: int, **more: Any) -> Any:
        street = self.street
        number = len(street.tickets())
        body: dict[str, Any] = {
            "category": category,
            "text": f"楼道第{number}件事",
            "place": [*HOMES][place % len(HOMES)],
        }
        by = who
        if who in ("granny", "gao"):
            by = "liu" if who == "granny" else "clerk"
            body["on_behalf_of"] = street.ids[who]
            body["consent"] = {"how": "written"}
        answer = street.do(by, "POST", "/v1/tickets", body | more)
        if answer.status != 201:
            return None
        return street.call_it(answer.json["id"], f"ticket{number}")

    @rule(
        who=REPORTERS,
        category=CATEGORIES,
        place=st.integers(0, 2),
        danger=st.sampled_from([False, False, True]),
        urgent=st.sampled_from([False, False, True]),
        private=st.sampled_from([False, False, False, True]),
    )
    def report_a_problem(
        self,
        who: str,
        category: str,
        place: int,
        danger: bool,
        urgent: bool,
        private: bool,
    ) -> None:
        more: dict[str, Any] = {"danger": danger, "private": private}
        if urgent:
            more["urgency"] = "urgent"
        self.report(who, category, place, **more)

    @rule(
        who=REPORTERS,
        other=REPORTERS,
        state=st.sampled_from(["accepted", "resolved", "resolved"]),
    )
    def a_ticket_goes_well(self, who: str, other: str, state: str) -> None:
        """Report and join a ticket, and take it some steps on the usual way, for depth."""
        ticket_id = self.report(who, "rubbish", 0)
        if ticket_id is None:
            return
        self.join(other, ticket_id)
        self.ticket_move("worker", ticket_id, "accept")
        if state != "accepted":
            self.ticket_move("worker", ticket_id, "resolve", note="已处理")

    @when(*OPEN_TICKETS, "ticket resolved")
    @rule(n=N, m=N)
    def a_ticket_goes_on(self, n: int, m: int) -> None:
        """Make the usual next move of a ticket."""
        ticket = self.pick_ticket(n, "open", "accepted", "assigned", "resolved")
        if ticket is None:
            return
        worker = self.worker_of(ticket, "worker")
        if ticket.state == "open":
            self.ticket_move(worker, ticket.id, "accept")
        elif ticket.state == "resolved":
            reporters = sorted(self.street.reporters_of(ticket))
            name = self.street.name_of(chosen(reporters, m) or "")
            self.ticket_move(name or "wang", ticket.id, "confirm")
        else:
            self.ticket_move(worker, ticket.id, "resolve", note="已处理")

    def join(self, who: str, ticket_id: str) -> None:
        body: dict[str, Any] = {}
        by = who
        if who in ("granny", "gao"):
            by = "clerk"
            body["on_behalf_of"] = self.street.ids[who]
            body["consent"] = {"how": "written"}
        self.ticket_move(by, ticket_id, "join", **body)

    @when(*OPEN_TICKETS, "ticket resolved")
    @rule(n=N, who=REPORTERS)
    def join_a_ticket(self, n: int, who: str) -> None:
        if ticket := self.pick_ticket(n, *OPEN, "resolved"):
            self.join(who, ticket.id)

    @when("ticket open")
    @rule(n=N, who=WORKERS)
    def accept_a_ticket(self, n: int, who: str) -> None:
        if ticket := self.pick_ticket(n, "open"):
            self.ticket_move(who, ticket.id, "accept")

    @when("ticket open", "ticket accepted", "ticket assigned")
    @rule(
        n=N,
        by=st.sampled_from(["worker", "clerk", "admin"]),
        to=st.sampled_from(["grid_worker", "property", "deputy", "company"]),
    )
    def assign_a_ticket(self, n: int, by: str, to: str) -> None:
        if ticket := self.pick_ticket(n, "open", "accepted", "assigned"):
            recipient = self.street.ids.get(to, to)
            self.ticket_move(by, ticket.id, "assign", to=recipient)

    @when("ticket open", "ticket accepted", "ticket assigned")
    @rule(n=N, who=WORKERS)
    def bounce_a_ticket(self, n: int, who: str) -> None:
        if ticket := self.pick_ticket(n, "open", "accepted", "assigned"):
            by = self.worker_of(ticket, who)
            self.ticket_move(by, ticket.id, "bounce", reason="不归我管")

    def worker_of(self, ticket: Ticket, other: str) -> str:
        """Return who works on a ticket, or else somebody."""
        return self.street.name_of(ticket.assignee or "") or other

    @when("ticket accepted", "ticket assigned")
    @rule(n=N, days=st.sampled_from([1, 5]))
    def hold_a_ticket(self, n: int, days: int) -> None:
        if ticket := self.pick_ticket(n, "accepted", "assigned"):
            until = (self.street.now + timedelta(days=days)).isoformat()
            who = self.worker_of(ticket, "clerk")
            self.ticket_move(
                who, ticket.id, "hold", reason="等配件", until=until
            )

    @when("ticket on_hold")
    @rule(n=N)
    def resume_a_ticket(self, n: int) -> None:
        if ticket := self.pick_ticket(n, "on_hold"):
            self.ticket_move(
                self.worker_of(ticket, "clerk"), ticket.id, "resume"
            )

    @when(*OPEN_TICKETS)
    @rule(n=N, who=WORKERS)
    def resolve_a_ticket(self, n: int, who: str) -> None:
        if ticket := self.pick_ticket(n, *OPEN):
            by = self.worker_of(ticket, who)
            self.ticket_move(by, ticket.id, "resolve", note="已处理")

    @when("ticket resolved", "ticket closed")
    @rule(
        n=N,
        m=N,
        move=st.sampled_from(["confirm", "reopen", "reopen"]),
        by_staff=st.sampled_from([False, False, True]),
    )
    def answer_about_a_solution(
        self, n: int, m: int, move: str, by_staff: bool
    ) -> None:
        ticket = self.pick_ticket(n, "resolved", "closed")
        if ticket is None:
            return
        reporters = sorted(self.street.reporters_of(ticket))
        name = self.street.name_of(chosen(reporters, m) or "")
        body: dict[str, Any] = {}
        if move == "reopen":
            body["reason"] = "还是没好"
        by = name
        if by_staff or name in ("granny", "gao", ""):
            by = "deputy"
            if move == "confirm" and name:
                body["on_behalf_of"] = self.street.ids[name]
        self.ticket_move(by, ticket.id, move, **body)

    @when(*OPEN_TICKETS, "ticket resolved")
    @rule(n=N, m=N, by_staff=st.booleans())
    def close_a_ticket(self, n: int, m: int, by_staff: bool) -> None:
        ticket = self.pick_ticket(n, *OPEN, "resolved")
        if ticket is None:
            return
        reporters = sorted(self.street.reporters_of(ticket))
        name = self.street.name_of(chosen(reporters, m) or "")
        by = name if name and not by_staff else "clerk"
        self.ticket_move(by, ticket.id, "close", reason="没有此事")

    @when(*OPEN_TICKETS)
    @rule(n=N, urgent=st.booleans(), who=WORKERS)
    def escalate_a_ticket(self, n: int, urgent: bool, who: str) -> None:
        if ticket := self.pick_ticket(n, *OPEN):
            body = {"reason": "要上级", "urgent": urgent}
            self.ticket_move(who, ticket.id, "escalate", **body)

    @when(*OPEN_TICKETS)
    @rule(n=N, public=st.booleans(), who=WORKERS)
    def comment_on_a_ticket(self, n: int, public: bool, who: str) -> None:
        if ticket := self.pick_ticket(n, *OPEN, "resolved"):
            body = {"text": "已看过现场", "public": public}
            self.ticket_move(who, ticket.id, "comment", **body)

    @when("two tickets")
    @rule(n=N, m=N, who=st.sampled_from(["worker", "clerk"]))
    def merge_tickets(self, n: int, m: int, who: str) -> None:
        into = self.pick_ticket(n, *OPEN, "resolved")
        ticket = self.pick_ticket(m, *OPEN)
        if ticket and into and ticket.id != into.id:
            self.ticket_move(who, ticket.id, "merge", into=into.id)

    @when("ticket merged")
    @rule(n=N, who=st.sampled_from(["worker", "clerk"]))
    def split_a_ticket(self, n: int, who: str) -> None:
        merged = [one for one in self.street.tickets() if one.merged_into]
        if merged:
            self.ticket_move(who, chosen(merged, n).id, "split")

    @when(*OPEN_TICKETS)
    @rule(n=N, who=st.sampled_from(["worker", "clerk"]))
    def convert_a_ticket(self, n: int, who: str) -> None:
        if ticket := self.pick_ticket(n, *OPEN):
            number = len(self.street.wishes())
            body = {
                "kind": "service",
                "title": f"帮忙第{number}件",
                "needed_by": (self.street.now + timedelta(days=7))
                .date()
                .isoformat(),
                "consent": {"how": "written"},
            }
            self.ticket_move(who, ticket.id, "turn", **body)
            for wish in self.street.wishes()[number:]:
                self.street.call_it(wish.id, f"wish{number}")
