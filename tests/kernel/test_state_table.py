"""A transition table refuses, offers and moves, all from the same rows."""

from enum import StrEnum

import pytest

from chalicelib.kernel.access import ACTIONS, STAFF, Party
from chalicelib.kernel.errors import Conflict, Forbidden
from chalicelib.kernel.state_table import StateTable


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"


OWNER, HELPER = frozenset({Party.OWNER}), frozenset({Party.HELPER})
DOOR = StateTable(
    "wish",  # borrows the wish's actions
    [
        (Door.OPEN, "withdraw", Door.SHUT, "door.shut"),
        (Door.SHUT, "edit", Door.LOCKED, "door.locked", OWNER),
        (Door.SHUT, "edit", Door.OPEN, "door.opened", STAFF),
        (Door.SHUT, "approve", Door.OPEN, "door.opened"),
    ],
)


def test_a_move_leads_to_the_next_state_and_names_its_event():
    row = DOOR.apply(Door.OPEN, "withdraw", OWNER)
    assert (row.target, row.event) == (Door.SHUT, "door.shut")


def test_who_may_is_taken_from_the_access_table_unless_a_row_narrows_it():
    assert DOOR.rows[0].who == ACTIONS["wish.withdraw"]
    assert DOOR.rows[1].who == OWNER


def test_the_same_move_may_lead_elsewhere_for_others():
    assert DOOR.apply(Door.SHUT, "edit", OWNER).target is Door.LOCKED
    assert DOOR.apply(Door.SHUT, "edit", STAFF).target is Door.OPEN
    assert DOOR.apply(Door.SHUT, "edit", STAFF | OWNER).target is Door.LOCKED  # the first row that fits


def test_moves_are_those_of_the_state_and_the_caller_each_once_in_table_order():
    assert DOOR.moves(Door.SHUT, STAFF | OWNER) == ["edit", "approve"]
    assert DOOR.moves(Door.SHUT, OWNER) == ["edit"]
    assert DOOR.moves(Door.LOCKED, STAFF) == []


def test_a_move_from_the_wrong_state_is_a_conflict_that_names_the_legal_ones():
    with pytest.raises(Conflict) as refused:
        DOOR.apply(Door.SHUT, "withdraw", STAFF)
    assert refused.value.code == "wish.wrong_state"
    assert refused.value.facts == {"state": "shut", "moves": ["edit", "approve"]}


def test_a_legal_move_by_the_wrong_person_is_forbidden():
    with pytest.raises(Forbidden):
        DOOR.apply(Door.OPEN, "withdraw", HELPER)
