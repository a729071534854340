"""The field types that every schema shares, and that what goes out has the shape that came in."""

from datetime import date
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.web.fields import (
    WHOLE,
    Day,
    Flag,
    Line,
    Moment,
    Name,
    PlaceCode,
    Prose,
)

from ..world import World

Whole = Annotated[int, WHOLE]


def takes(kind, value):
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (Annotated[int, WHOLE], 3, 3),
        (Annotated[int, WHOLE], 3.0, 3),  # JSON Schema: 3.0 is an integer
        (Day, "2026-11-23", date(2026, 11, 23)),
        (Line, "  一个水壶 ", "一个水壶"),
        (Name, "阿依•买买提", "阿依·买买提"),
        (Prose, "一\n二", "一\n二"),
        (PlaceCode, "chunhui.baihua.g01", "chunhui.baihua.g01"),
        (Flag, False, False),
    ],
)
def test_what_is_taken_and_how_it_is_kept(kind, given, kept):
    assert takes(kind, given) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Annotated[int, WHOLE], True),
        (Annotated[int, WHOLE], "3"),
        (Annotated[int, WHOLE], 3.5),
        (Day, 1700000000),
        (Day, "2026-13-01"),
        (Moment, "2026-11-23T08:00:00"),  # no zone
        (Moment, 1700000000),
        (Flag, 1),
        (Flag, "true"),
        (Line, "a\nb"),
        (PlaceCode, "Chunhui"),
        (PlaceCode, "a..b"),
        (PlaceCode, "a.b.c.d.e.f"),
        (PlaceCode, "a" * 25),
    ],
)
def test_what_is_not_taken(kind, given):
    with pytest.raises(ValidationError):
        takes(kind, given)


def test_quiet_hours_go_out_as_they_came_in(world: World):
    hours = {"from": "21:30", "to": "07:30"}
    assert (
        world.resident()
        .patch("/v1/me", {"quiet_hours": hours})
        .json["quiet_hours"]
        == hours
    )


def test_availability_goes_out_as_it_came_in(world: World):
    slot = {"weekday": 6, "from": "09:00", "to": "17:00"}
    answer = world.resident().put(
        "/v1/me/volunteer",
        {"places": ["chunhui.baihua"], "availability": [slot]},
    )
    assert answer.json["availability"] == [slot]


def test_a_window_goes_out_as_it_came_in(world: World):
    slot = {"from": "2026-11-30T01:00:00Z", "to": "2026-11-30T03:00:00Z"}
    assert world.resident().post(
        "/v1/wishes", world.wish_body(window=[slot])
    ).json["window"] == [slot]


def test_instants_are_utc_to_the_second(world: World):
    assert (
        world.resident().get("/v1/me").json["created_at"]
        == "2026-11-23T00:40:00Z"
    )
