"""A transition table refuses, offers and moves, all from the same rows."""

from enum import StrEnum

import pytest

from chalicelib.kernel.access import STAFF, Action, Relation
from chalicelib.kernel.errors import Conflict, Forbidden
from chalicelib.kernel.state_table import Move, StateTable, Undeclared


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"


OWNER, HELPER = frozenset({Relation.OWNER}), frozenset({Relation.HELPER})
SYSTEM = frozenset({Relation.SYSTEM})
SHUT = Action("door.shut", STAFF | OWNER)
TURN = Action("door.turn", STAFF | OWNER)
OPEN = Action("door.open", STAFF)
DOOR = StateTable(
    "door",
    [
        Move(
            Door.OPEN,
            SHUT,
            (Door.SHUT, Door.LOCKED),
            ("door.shut", "door.locked"),
        ),
        Move(Door.SHUT, TURN, (Door.LOCKED,), ("door.locked",), OWNER),
        Move(Door.SHUT, TURN, (Door.OPEN,), ("door.opened",), STAFF),
        Move(Door.SHUT, OPEN, (Door.OPEN,), ("door.opened",)),
        Move(Door.OPEN, "slam", (Door.SHUT,)),
    ],
)


def test_a_move_leads_to_the_first_target_and_event_of_its_row():
    step = DOOR.go(Door.OPEN, "shut", OWNER)
    assert (step.target, step.event) == (Door.SHUT, "door.shut")


def test_a_move_leads_to_another_declared_target_on_demand():
    step = DOOR.go(
        Door.OPEN, "shut", OWNER, target=Door.LOCKED, event="door.locked"
    )
    assert (step.target, step.event) == (Door.LOCKED, "door.locked")


@pytest.mark.parametrize(
    "wanted",
    [
        {"target": Door.OPEN},
        {"event": "door.opened"},
        {"target": Door.LOCKED, "event": "door.blown"},
    ],
    ids=["target", "event", "event of a declared target"],
)
def test_what_the_row_does_not_declare_is_a_programming_error(wanted):
    with pytest.raises(Undeclared):
        DOOR.go(Door.OPEN, "shut", OWNER, **wanted)


def test_a_move_that_the_table_does_not_have_is_a_programming_error():
    with pytest.raises(Undeclared):
        DOOR.go(Door.OPEN, "kick", OWNER)


def test_a_row_without_events_raises_none():
    assert DOOR.go(Door.OPEN, "slam", SYSTEM).event == ""
    with pytest.raises(Undeclared):
        DOOR.go(Door.OPEN, "slam", SYSTEM, event="door.shut")


def test_a_row_narrows_the_relations_of_its_action():
    assert DOOR.rows[0].relations == SHUT.allowed
    assert DOOR.rows[1].relations == OWNER


def test_only_the_system_makes_a_move_without_an_action():
    assert DOOR.go(Door.OPEN, "slam", SYSTEM).target is Door.SHUT
    with pytest.raises(Forbidden):
        DOOR.go(Door.OPEN, "slam", STAFF | OWNER)


def test_the_same_move_may_lead_elsewhere_for_others():
    assert DOOR.go(Door.SHUT, "turn", OWNER).target is Door.LOCKED
    assert DOOR.go(Door.SHUT, "turn", STAFF).target is Door.OPEN
    assert (
        DOOR.go(Door.SHUT, "turn", STAFF | OWNER).target is Door.LOCKED
    )  # the first row that fits


def test_moves_of_state_and_caller_are_unique_and_in_table_order():
    assert DOOR.moves(Door.SHUT, STAFF | OWNER) == ["turn", "open"]
    assert DOOR.moves(Door.SHUT, OWNER) == ["turn"]
    assert DOOR.moves(Door.LOCKED, STAFF) == []


def test_a_move_from_a_wrong_state_is_a_conflict_with_the_legal_moves():
    with pytest.raises(Conflict) as refused:
        DOOR.go(Door.SHUT, "shut", STAFF)
    assert refused.value.code == "door.wrong_state"
    assert refused.value.facts == {"state": "shut", "moves": ["turn", "open"]}


def test_a_legal_move_by_another_relation_is_forbidden():
    with pytest.raises(Forbidden):
        DOOR.go(Door.OPEN, "shut", HELPER)
