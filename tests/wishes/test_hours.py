"""The hours of a visit: measured once, booked up to a cap, and long stays settled by staff."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.security_trail.kinds import EventKind
from chalicelib.wishes import policy
from chalicelib.wishes.hours import booked, cap_of
from chalicelib.wishes.model import VisitWindow, WishState

from ..world import START, World
from .builders import a_claim, a_wish
from .cases import claimed, long_stay
from .recorded import stored
from .test_several_helpers import done, fresh, refused

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def a_window(hours: float, begins: datetime = START) -> VisitWindow:
    return VisitWindow(start=begins, end=begins + hours * HOUR)


def a_stay(minutes: int | None) -> dict[str, datetime]:
    """Return the marks of a stay; None for one without a check-out."""
    if minutes is None:
        return {"checked_in_at": START}
    return {
        "checked_in_at": START,
        "checked_out_at": START + minutes * MINUTE,
    }


@pytest.mark.parametrize(
    ("hours", "cap"),
    [(None, 240), (0.5, 90), (1, 120), (2, 180), (3, 240), (10, 240)],
)
def test_the_cap_is_the_appointment_and_an_hour_but_four_at_most(hours, cap):
    window = (a_window(hours),) if hours else ()
    wish = a_wish(WishState.CLAIMED, window=window)
    assert cap_of(wish, a_claim(**a_stay(60))) == cap


def test_of_several_windows_the_one_of_the_visit_counts():
    long_ago = a_window(8, START - timedelta(days=3))
    wish = a_wish(WishState.CLAIMED, window=(long_ago, a_window(1)))
    assert cap_of(wish, a_claim(**a_stay(60))) == 120


@pytest.mark.parametrize(
    ("hours", "stay", "minutes", "waits"),
    [
        (2, 100, 120, False),
        (2, 180, 180, False),
        (2, 181, 180, True),
        (2, 72 * 60, 180, True),
        (None, 240, 240, False),
        (None, 72 * 60, 240, True),
        (None, None, 60, False),
        (2, None, 60, False),
        (0.5, None, 30, False),
        (0.25, None, 15, False),
    ],
)
def test_what_is_booked_at_a_confirmation(hours, stay, minutes, waits):
    window = (a_window(hours),) if hours else ()
    wish = a_wish(WishState.CLAIMED, window=window)
    claim = booked(wish, a_claim(**a_stay(stay)), START, "owner")
    assert claim.minutes == minutes
    due_at = START + policy.SETTLE_HOURS_WITHIN
    assert claim.hours_by == (due_at if waits else None)


def test_a_check_out_three_days_later_books_four_hours(world: World):
    wish_id, resident, helper = claimed(world)
    assert done(world, helper, wish_id, "check-in")["state"] == "claimed"
    world.pass_time(days=3)
    done(world, helper, wish_id, "check-out")
    done(world, helper, wish_id, "deliver")
    view = done(world, resident, wish_id, "confirm")
    assert view["claims"][0]["minutes"] == 240
    assert view["claims"][0]["hours_by"]
    booked = fresh(world, helper).get("/v1/me/hours").json["items"]
    assert [line["minutes"] for line in booked] == [240]


def test_a_check_out_is_offered_after_the_check_in_and_once(world: World):
    wish_id, _, helper = claimed(world)

    def moves() -> set[str]:
        view = helper.get(f"/v1/wishes/{wish_id}").json
        return {"check-in", "check-out"} & set(view["moves"])

    assert moves() == {"check-in"}
    assert refused(world, helper, wish_id, "check-out") == (
        409,
        "wish.not_checked_in",
    )
    done(world, helper, wish_id, "check-in")
    assert moves() == {"check-out"}
    assert refused(world, helper, wish_id, "check-in") == (
        409,
        "wish.already_checked_in",
    )
    done(world, helper, wish_id, "check-out")
    assert moves() == set()
    assert refused(world, helper, wish_id, "check-out") == (
        409,
        "wish.already_checked_out",
    )


def test_a_long_stay_is_a_task_of_staff_with_a_deadline(world: World):
    wish_id, _ = long_stay(world)
    admin = world.phone_of(world.admin)
    (task,) = admin.get("/v1/admin/queue?place=chunhui").json["items"]
    assert (task["kind"], task["id"]) == ("wish.hours", wish_id)
    assert "settle-hours" in task["moves"]
    due_at = datetime.fromisoformat(task["due_at"])
    assert due_at - world.clock.now() == policy.SETTLE_HOURS_WITHIN


@pytest.mark.parametrize("minutes", [0, 60, 300])
def test_staff_settle_the_hours_of_a_long_stay_once(world: World, minutes):
    wish_id, _ = long_stay(world)
    admin = world.phone_of(world.admin)
    body: dict[str, Any] = {"minutes": minutes, "reason": "电话核实"}
    view = done(world, admin, wish_id, "settle-hours", **body)
    assert view["claims"][0]["minutes"] == minutes
    assert stored(wish_id).waits_for_staff() is None
    assert refused(world, admin, wish_id, "settle-hours", **body) == (
        409,
        "wish.no_hours_to_settle",
    )
    trail = admin.get("/v1/admin/audit?place=chunhui").json["items"]
    kinds = [line["kind"] for line in trail]
    assert kinds.count(EventKind.HOURS_SETTLED.value) == 1


def test_no_more_than_the_stay_is_booked(world: World):
    wish_id, _ = long_stay(world)
    body: dict[str, Any] = {"minutes": 330, "reason": "电话核实"}
    admin = world.phone_of(world.admin)
    assert refused(world, admin, wish_id, "settle-hours", **body) == (
        422,
        "wish.hours_above_stay",
    )
