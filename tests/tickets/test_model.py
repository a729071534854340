"""The table of moves against the contract's, the moves that it lacks, and the deadlines."""

from dataclasses import replace

import pytest

from chalicelib.kernel.access import STAFF, Relation
from chalicelib.kernel.errors import Conflict, Forbidden
from chalicelib.kernel.place import building_of
from chalicelib.tickets.model import TicketLine, level_of, place_at
from chalicelib.tickets.policy import MAX_BOUNCES, Level, SlaKind
from chalicelib.tickets.states import ANSWERS, TABLE, Ending, TicketStatus

from ..world import BAIHUA, BUILDING, GRID, START, STREET, UNIT
from .builders import (
    CLERK,
    DAY,
    HELPER,
    MEMBER,
    MINUTE,
    OWNER,
    WORKER,
    S,
    a_ticket,
    clock,
)

WHO = {
    "reporter": frozenset(OWNER),
    "assignee": frozenset(HELPER),
    "staff": frozenset(MEMBER | STAFF),
    "grid_worker": frozenset(WORKER),
    "neighbour": frozenset(MEMBER),
    "system": frozenset({Relation.SYSTEM}),
}

# The moves of the contract, by hand: from, move, who -> to. "staff" is every staff role in scope,
# the clock is "system".
CONTRACT = """
open      accept    assignee,staff           accepted
open      assign    staff                    assigned
accepted  assign    staff                    assigned
assigned  assign    staff                    assigned
open      bounce    assignee,staff           open
accepted  bounce    assignee,staff           open
assigned  bounce    assignee,staff           accepted
open      comment   reporter,assignee,staff  open
accepted  comment   reporter,assignee,staff  accepted
assigned  comment   reporter,assignee,staff  assigned
on_hold   comment   reporter,assignee,staff  on_hold
resolved  comment   reporter,assignee,staff  resolved
accepted  hold      assignee,staff           on_hold
assigned  hold      assignee,staff           on_hold
on_hold   resume    assignee,staff           accepted
on_hold   release   system                   accepted
open      resolve   assignee,staff           resolved
accepted  resolve   assignee,staff           resolved
assigned  resolve   assignee,staff           resolved
on_hold   resolve   assignee,staff           resolved
resolved  confirm   reporter,staff           resolved
closed    confirm   reporter                 closed
resolved  reopen    reporter,staff           accepted
closed    reopen    reporter,staff           accepted
open      close     reporter,staff           closed
accepted  close     reporter,staff           closed
assigned  close     reporter,staff           closed
on_hold   close     reporter,staff           closed
resolved  close     staff                    closed
open      escalate  assignee,staff           open
accepted  escalate  assignee,staff           accepted
assigned  escalate  assignee,staff           assigned
on_hold   escalate  assignee,staff           on_hold
open      join      everybody                open
accepted  join      everybody                accepted
assigned  join      everybody                assigned
on_hold   join      everybody                on_hold
resolved  join      everybody                resolved
open      merge     staff                    closed
accepted  merge     staff                    closed
assigned  merge     staff                    closed
on_hold   merge     staff                    closed
closed    split     staff                    open
open      turn      staff                    closed
accepted  turn      staff                    closed
assigned  turn      staff                    closed
on_hold   turn      staff                    closed
open      escalate  system                   open
accepted  escalate  system                   accepted
assigned  escalate  system                   assigned
on_hold   escalate  system                   on_hold
resolved  end       system                   closed
closed    return    system                   open
open      publish   staff                    open
accepted  publish   staff                    accepted
assigned  publish   staff                    assigned
on_hold   publish   staff                    on_hold
resolved  publish   staff                    resolved
closed    publish   staff                    closed
open      hide      staff                    open
accepted  hide      staff                    accepted
assigned  hide      staff                    assigned
on_hold   hide      staff                    on_hold
resolved  hide      staff                    resolved
closed    hide      staff                    closed
"""
ALSO = {
    "staff": ["staff", "grid_worker"],
    "everybody": ["reporter", "assignee", "staff", "grid_worker", "neighbour"],
}
EXPECTED = {
    (source, move, one): target
    for source, move, who, target in (
        line.split() for line in CONTRACT.strip().splitlines()
    )
    for party in who.split(",")
    for one in ALSO.get(party, [party])
}
MOVES = sorted({move for _, move, _ in EXPECTED})


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("move", MOVES)
def test_the_table_is_the_contracts(move, who):
    for state in TicketStatus:
        target = EXPECTED.get((state.value, move, who))
        if target:
            assert TABLE.go(state, move, WHO[who]).target.value == target
            continue
        known = any(
            source == state.value and name == move
            for source, name, _ in EXPECTED
        )
        with pytest.raises(Forbidden if known else Conflict):
            TABLE.go(state, move, WHO[who])


def test_the_table_knows_no_other_moves():
    assert {row.name for row in TABLE.rows} == set(MOVES)
    assert {
        tag.partition(".")[0] for row in TABLE.rows for tag in row.events
    } == {"ticket"}


@pytest.mark.parametrize("who", WHO)
def test_the_moves_on_offer_are_those_that_would_be_taken_but_for_what_is_hidden(
    who,
):
    hidden = {"reporter": {"join"}}.get(who, set())
    for state in TicketStatus:
        wanted = (
            {
                move
                for source, move, one in EXPECTED
                if (source, one) == (state.value, who)
            }
            - hidden
            - {"split", "return"}
        )
        assert set(a_ticket(state).moves(WHO[who])) == wanted


def test_what_a_reply_does_is_a_move_of_the_table():
    assert {answer.move for answer in ANSWERS.values()} <= set(MOVES)
    assert {kind for kind, _ in ANSWERS} == {
        "ticket.resolved",
        "ticket.unanswered",
    }


# what is hidden though the state allows it

TWICE = {"bounces": MAX_BOUNCES}


@pytest.mark.parametrize("state", [S.OPEN, S.ACCEPTED])
def test_a_ticket_bounced_twice_can_only_be_assigned_at_its_level(
    state,
):
    ticket = a_ticket(state, level=Level.COMMUNITY, **TWICE)
    assert ticket.must_be_assigned
    for who, may in (
        ("staff", True),
        ("grid_worker", False),
        ("assignee", False),
    ):
        moves = ticket.moves(WHO[who])
        assert ("assign" in moves) == may, who
        assert not {"accept", "bounce"} & set(moves), who
    assert "assign" in ticket.moves(frozenset(CLERK))
    assert "assign" not in replace(ticket, level=Level.STREET).moves(
        frozenset(CLERK)
    )


def test_once_it_is_assigned_it_need_not_be_and_is_sent_back_no_third_time():
    ticket = a_ticket(S.ASSIGNED, level=Level.COMMUNITY, **TWICE)
    assert not ticket.must_be_assigned
    assert "bounce" not in ticket.moves(WHO["assignee"])
    assert "assign" in ticket.moves(WHO["grid_worker"])


def test_after_one_bounce_everything_is_as_before():
    ticket = a_ticket(bounces=MAX_BOUNCES - 1)
    assert not ticket.must_be_assigned
    assert {"accept", "bounce"} <= set(ticket.moves(WHO["assignee"]))


def test_nothing_escalates_above_the_street():
    for level in Level:
        assert ("escalate" in a_ticket(level=level).moves(WHO["assignee"])) == (
            level is not Level.STREET
        )


def test_who_reported_it_does_not_join_it_and_only_what_was_merged_is_split():
    assert "join" in a_ticket().moves(WHO["neighbour"])
    assert "join" not in a_ticket().moves(WHO["reporter"])
    closed = a_ticket(S.CLOSED, ending=Ending.MERGED)
    assert "split" not in closed.moves(WHO["staff"])
    assert "split" in replace(closed, merged_into="tkt_b").moves(WHO["staff"])


def test_what_nobody_reported_becomes_nobodys_wish():
    assert "turn" in a_ticket().moves(WHO["staff"])
    assert "turn" not in a_ticket(person_id=None).moves(WHO["staff"])


@pytest.mark.parametrize(
    ("ending", "moves"),
    [
        (Ending.CONFIRMED, ["confirm", "reopen"]),
        (Ending.SILENT, ["confirm", "reopen"]),
        (
            Ending.UNSOLVED,
            ["reopen"],
        ),  # without a solution there is no rating
        (Ending.WITHDRAWN, ["reopen"]),
        (Ending.MERGED, []),
        (Ending.WISH, []),
    ],
)
def test_the_moves_of_a_reporter_after_the_end_depend_on_the_ending(
    ending, moves
):
    assert a_ticket(S.CLOSED, ending=ending).moves(WHO["reporter"]) == moves


# what it waits for


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        (S.OPEN, {"accept", "contact", "resolve"}),
        (S.ACCEPTED, {"contact", "resolve"}),
        (S.ASSIGNED, {"contact", "resolve"}),
        (S.ON_HOLD, {"resume"}),
        (S.RESOLVED, {"call_back", "ask_again"}),
        (S.CLOSED, set()),
    ],
)
def test_what_is_not_over_waits_for_something_and_what_is_over_for_nothing(
    state, waits
):
    ticket = a_ticket(state)
    assert set(ticket.deadlines()) == waits
    assert (ticket.next_due is not None) == bool(waits)


def test_a_silent_reporter_is_asked_again_once_and_halfway():
    ticket = a_ticket(S.RESOLVED)
    call_back = clock(ticket, SlaKind.CALL_BACK).due_at
    assert ticket.deadlines()["ask_again"] == START + (call_back - START) / 2
    assert set(replace(ticket, asked_again=True).deadlines()) == {"call_back"}


def test_a_hold_ends_at_its_time_and_is_no_hold_afterwards():
    ticket = a_ticket(S.ON_HOLD)
    assert ticket.deadlines() == {"resume": START + 5 * DAY}
    assert ticket.next_due == ("resume", START + 5 * DAY)
    assert replace(ticket, state=S.ACCEPTED).hold is None


def test_a_queue_is_in_the_order_of_promises_and_what_is_overdue_stays_on_top():
    """An alarm that has fired is armed anew for later; the promise that was broken is not."""
    ticket = a_ticket()
    assert ticket.next_due == ("accept", START + 120 * MINUTE)
    accept = clock(ticket, SlaKind.ACCEPT)
    fired = replace(accept, due_at=START + 9 * DAY, fired=1)
    late = replace(
        ticket,
        clocks=tuple(
            fired if c.name is accept.name else c for c in ticket.clocks
        ),
    )
    assert late.next_due == ("accept", START + 120 * MINUTE)
    assert late.deadlines()["accept"] == START + 9 * DAY


def test_a_line_of_a_queue_offers_the_moves_of_its_ticket():
    for state in (S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD, S.RESOLVED):
        for ticket in (
            a_ticket(state),
            a_ticket(state, **TWICE),
            a_ticket(state, level=Level.STREET, person_id=None),
        ):
            line = TicketLine.of(ticket)
            for who in WHO.values():
                assert line.moves(who) == ticket.moves(who)
            assert (line.waits_for, line.waits_until) == ticket.next_due
            assert line.order.endswith("#tkt_a")


def test_a_line_holds_nothing_that_was_not_written_for_everybody():
    names = set(TicketLine.__dataclass_fields__)
    assert not names & {
        "as_written",
        "location_note",
        "answers",
        "photos",
        "filed_by",
        "proxy_id",
        "solution",
        "reason",
        "latitude",
    }


# places and people


def test_who_is_what_towards_a_ticket():
    resource = a_ticket(proxy_id="per_son").as_resource("per_joiner")
    assert resource.relations[Relation.OWNER] == {
        "per_owner",
        "per_joiner",
    }
    assert resource.proxies == {"per_son": "per_owner"}
    assert (
        resource.relations[Relation.HELPER],
        resource.places,
        resource.public,
    ) == (
        {"per_grid"},
        (UNIT,),
        True,
    )
    assert not a_ticket(private=True).as_resource().public
    nobodys = a_ticket(person_id=None, assignee=None).as_resource()
    assert not any(nobodys.relations.values())


@pytest.mark.parametrize(
    ("place", "spot", "level"),
    [
        (UNIT, BUILDING, Level.GRID),
        (BUILDING, BUILDING, Level.GRID),
        (GRID, GRID, Level.GRID),
        (BAIHUA, BAIHUA, Level.COMMUNITY),
        (STREET, STREET, Level.STREET),
    ],
)
def test_a_spot_is_a_building_and_the_lowest_level_is_that_of_the_place(
    place, spot, level
):
    assert (building_of(place), level_of(place)) == (spot, level)


def test_each_level_answers_at_a_place_of_its_own():
    assert [place_at(level, UNIT) for level in Level] == [GRID, BAIHUA, STREET]
    assert [place_at(level, BAIHUA) for level in Level] == [
        BAIHUA,
        BAIHUA,
        STREET,
    ]
