"""The permission matrix of tickets: every route × who asks × every state × public or private, over
HTTP.

The expectations are data in tests/tickets/cases.py, written from the contract and not from the
code; tests/test_permissions.py checks that no route is missing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import api
from chalicelib.kernel.access import Role
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.states import Ending, TicketStatus

from .store.scan import save
from .tickets.builders import a_ticket
from .tickets.cases import INSIDE, TICKET_MOVES, TICKET_READS
from .tickets.street import TicketStreet
from .world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    START,
    UNIT,
    Answer,
    Phone,
    World,
)

# Who is what towards a ticket of baihua's first grid.
ACTORS = {
    "nobody": set(),
    "stranger": {"member"},
    "volunteer": {"member"},
    "owner": {"member", "owner"},
    "joiner": {"member", "joiner"},
    "property": {"member"},
    "assignee": {"member", "assignee"},  # the property company that has it
    "grid worker": {"member", "worker"},
    "grid worker of jinfeng": {"member"},
    "staff": {"member", "worker"},
    "staff of jinfeng": {"member"},
    "administrator": {"member", "worker"},
}
STATES = (*(state.value for state in TicketStatus), "merged")
NAMED = "魏秀英"
WRITTEN = f"{NAMED}家门口有垃圾"


class TicketStage:
    """A street in which one actor tries everything with tickets of somebody else."""

    def __init__(self, world: World, actor: str) -> None:
        self.world, self.name, self.street = world, actor, TicketStreet(world)
        made: dict[str, Callable[[], Phone]] = {
            "nobody": Phone,
            "stranger": lambda: world.phone_of(
                world.person("过路人", home=f"{OTHER_GRID}.b01")
            ),
            "volunteer": world.volunteer,
            "owner": lambda: self.street.resident,
            "joiner": lambda: self.street.neighbour,
            "property": lambda: world.staff(BAIHUA, Role.PROPERTY),
            "assignee": lambda: self.street.company,
            "grid worker": lambda: world.staff(GRID, Role.GRID_WORKER),
            "grid worker of jinfeng": lambda: world.staff(
                OTHER_GRID, Role.GRID_WORKER
            ),
            "staff": world.staff,
            "staff of jinfeng": lambda: world.staff(JINFENG),
            "administrator": lambda: world.phone_of(world.admin),
        }
        self.phone = made[actor]()

    @property
    def roles(self) -> set[str]:
        return ACTORS[self.name]

    def ticket(self, state: str, *, private: bool) -> str:
        """Put a ticket of the resident's, in the company's hands, into a state; each try gets one
        of its own.
        """
        fields: dict[str, Any] = {
            "person_id": self.street.ids["resident"],
            "assignee": self.street.ids["company"],
        }
        fields |= {
            "as_written": WRITTEN,
            "text": "＊＊家门口有垃圾",
            "private": private,
            "id": self._id(),
        }
        if state != "merged":
            return self._keep(a_ticket(TicketStatus(state), **fields))
        into = replace(
            a_ticket(**(fields | {"id": self._id()})),
            merged=(fields["id"],),
            person_id=None,
        )
        save(into)
        return self._keep(
            a_ticket(
                TicketStatus.CLOSED,
                ending=Ending.MERGED,
                merged_into=into.id,
                **fields,
            )
        )

    def other(self, *, private: bool) -> str:
        ticket = a_ticket(id=self._id(), person_id=None, private=private)
        save(ticket)
        return ticket.id

    def _keep(self, ticket: Ticket) -> str:
        save(ticket)
        people = [self.street.ids["resident"]] + (
            [self.street.ids["neighbour"]] if self.name == "joiner" else []
        )
        for person in people:
            save(
                TicketReport(
                    ticket_id=ticket.id,
                    person_id=person,
                    by=person,
                    joined_at=START,
                )
            )
        return ticket.id

    def _id(self) -> str:
        return "tkt_" + "".join(
            "abcdefghij"[int(digit)]
            for digit in f"{next(self.world.numbers):024}"
        )

    def body(self, move: str, *, private: bool) -> dict[str, Any]:
        until = self.world.clock.now() + timedelta(days=1)
        for_her = (
            {"on_behalf_of": self.street.ids["resident"]}
            if "worker" in self.roles
            else {}
        )
        bodies: dict[str, dict[str, Any]] = {
            "assign_ticket": {"to": "grid_worker"},
            "bounce_ticket": {"reason": "不归我管"},
            "comment_on_ticket": {"text": "好的"},
            "hold_ticket": {
                "reason": "等配件",
                "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            },
            "confirm_ticket": for_her,
            "reopen_ticket": {"reason": "没解决"},
            "close_ticket": {"reason": "不用了"},
            "escalate_ticket": {"reason": "太大了"},
            "publish_ticket": {"text": "楼道里有垃圾"},
            "merge_ticket": {"into": self.other(private=private)},
            "convert_ticket": self.world.wish_body(
                kind="service",
                budget_fen=None,
                consent={"how": "spoken", "witness": "许见证"},
            ),
        }
        return bodies.get(move, {})


@pytest.fixture(params=ACTORS)
def stage(request: pytest.FixtureRequest, world: World) -> TicketStage:
    return TicketStage(world, request.param)


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_nobody_makes_a_move_that_is_not_theirs(
    stage: TicketStage, private: bool
):
    # To those inside a private ticket is like any other: one state shows it.
    states = STATES[:1] if private and stage.roles & INSIDE else STATES
    for operation in (op for op in api.operations if op.name in TICKET_MOVES):
        for state in states:
            path = operation.path.replace(
                "{ticket_id}", stage.ticket(state, private=private)
            )
            answer = stage.phone.post(
                path, stage.body(operation.name, private=private)
            )
            check_move(stage, operation.name, state, answer, private=private)


def check_move(
    stage: TicketStage, move: str, state: str, answer: Answer, *, private: bool
) -> None:
    cell = (stage.name, move, state, private, answer.status, answer.text[:200])
    roles, table = stage.roles, TICKET_MOVES[move]
    everyone = set().union(*table.values())
    may_at_times = (
        {"joiner"} if move == "close_ticket" else set()
    )  # if nobody else had reported it
    if stage.name == "nobody":
        assert answer.status == 401, cell
    elif private and not roles & INSIDE:
        assert answer.status == 404, cell
    elif private and move in ("publish_ticket", "hide_ticket"):
        assert answer.status == (409 if roles & everyone else 403), cell
    elif not roles & (everyone | may_at_times):
        assert answer.status == 403, cell
    elif roles & table.get(state, set()) or (
        move == "join_ticket" and roles & {"owner", "joiner"}
    ):  # who has, stays so
        assert answer.status in (200, 201), cell
    elif not roles & table.get(
        "closed" if state == "merged" else state, roles
    ):  # others may, from there
        assert answer.status == 403, cell
    else:
        assert answer.status == 409, cell


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_nobody_reads_what_does_not_concern_them(
    stage: TicketStage, private: bool
):
    roles = stage.roles
    sees = roles & INSIDE or (roles and not private)
    for operation in (op for op in api.operations if op.name in TICKET_READS):
        for state in STATES:
            answer = stage.phone.get(
                operation.path.replace(
                    "{ticket_id}", stage.ticket(state, private=private)
                )
            )
            allowed = roles & TICKET_READS[operation.name]
            expected = (
                401
                if stage.name == "nobody"
                else 404
                if not sees
                else 200
                if allowed
                else 403
            )
            cell = (
                stage.name,
                operation.name,
                state,
                private,
                answer.status,
                answer.text[:200],
            )
            assert answer.status == expected, cell
            if operation.name == "read_ticket" and expected == 200:
                assert (WRITTEN in answer.text) == bool(
                    roles & {"owner", "assignee", "worker"}
                ), cell
                knows = bool(
                    roles & {"owner", "assignee", "worker"}
                )  # anybody may join, without learning the door
                assert (
                    (UNIT in answer.text) == (BUILDING in answer.text) == knows
                ), cell
                assert (stage.street.ids["company"] in answer.text) == knows, (
                    cell
                )
                assert (stage.street.ids["resident"] in answer.text) == (
                    "worker" in roles
                ), cell


def test_a_list_of_tickets_is_for_staff_of_the_place_and_for_others_of_their_own(
    stage: TicketStage,
):
    ids = {
        private: stage.ticket("assigned", private=private)
        for private in (False, True)
    }
    everything = set(ids.values())
    for order in ("due", "new"):
        answer = stage.phone.get(f"/v1/tickets?place={GRID}&order={order}")
        if stage.name == "nobody":
            assert answer.status == 401
            continue
        shown = {item["id"] for item in answer.json["items"]}
        assert shown == (everything if stage.roles & INSIDE else set()), (
            stage.name,
            order,
        )
        assert NAMED not in answer.text, stage.name


def test_a_report_is_everybodys_to_make_who_has_signed_in(stage: TicketStage):
    answer = stage.phone.post(
        "/v1/tickets", {"category": "rubbish", "text": "有垃圾", "place": UNIT}
    )
    assert answer.status == (401 if stage.name == "nobody" else 201), stage.name
    behalf = {
        "on_behalf_of": stage.street.ids["resident"],
        "consent": {"how": "spoken", "witness": "许见证"},
    }
    for_her = stage.phone.post(
        "/v1/tickets",
        {"category": "rubbish", "text": "有垃圾", "place": UNIT} | behalf,
    )
    allowed = stage.roles & {"owner", "worker"}
    assert for_her.status == (
        401 if stage.name == "nobody" else 201 if allowed else 403
    ), stage.name
