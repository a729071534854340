"""Tickets of people without a phone, outside working hours, and where nobody is on duty."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import from_text

from ..replies.builders import PROVIDERS, a_world, reply
from ..world import BAIHUA, GRID, JINFENG, OTHER_GRID, STREET, World
from .street import TicketStreet, a_body, act, done, lines, stored

SPOKEN = {"how": "spoken", "witness": "许见证"}


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


def test_a_person_without_a_phone_is_reported_for_and_asked_at_the_door(
    street: TicketStreet,
):
    old = street.world.person("李奶奶", phone=None)
    id = done_report(street, street.worker, on_behalf_of=old.id, consent=SPOKEN)
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve", note="已修好")
    queue = street.worker.get(f"/v1/admin/queue?place={GRID}").json["items"]
    visits = [
        task
        for task in queue
        if task["kind"] == "message.visit" and "李奶奶" in task["title"]
    ]
    assert any("解决了" in visit["title"] for visit in visits)
    for visit in visits:
        assert (
            street.worker.post(f"/v1/messages/{visit['id']}/visited", {}).status
            == 200
        )
    # Who solved it does not answer for the reporter.
    seen = done(street.clerk, id, "confirm", satisfied=4, on_behalf_of=old.id)
    assert (seen["state"], seen["ending"], seen["ratings"]) == (
        "closed",
        "confirmed",
        [4],
    )


def test_whose_daughters_phone_is_used_is_asked_there_and_answered_from_there():
    with a_world(sms_providers=PROVIDERS) as world:
        street = TicketStreet(world)
        daughter = world.person("罗小梅")
        old = world.person("罗桂芳", phone=None, contact_via=daughter.id)
        id = done_report(
            street, street.worker, on_behalf_of=old.id, consent=SPOKEN
        )
        done(street.worker, id, "accept")
        done(street.worker, id, "resolve", note="已修好")
        assert daughter.phone
        assert world.sms_to(daughter.phone, "ticket.resolved")
        reply(world, daughter.phone, "1")
        assert (stored(id).state.value, stored(id).ending) == (
            "closed",
            "confirmed",
        )


@pytest.mark.parametrize(
    ("now", "accept", "urgent"),
    [
        # Half a minute before midnight on a Tuesday. The clock begins with its minute, and
        # office hours at 08:30.
        (
            "2026-11-24T15:59:30.000000Z",
            "2026-11-25T02:30:00.000000Z",
            "2026-11-24T16:14:00.000000Z",
        ),
        # the last minute of the year: Friday the 1st is a holiday, and 2027 is not known yet
        (
            "2026-12-31T15:59:59.000000Z",
            "2027-01-01T02:30:00.000000Z",
            "2026-12-31T16:14:00.000000Z",
        ),
        # noon to the second, and the last minute of a day
        (
            "2026-11-24T04:00:00.000000Z",
            "2026-11-24T07:30:00.000000Z",
            "2026-11-24T04:15:00.000000Z",
        ),
        (
            "2026-11-24T09:59:59.000000Z",
            "2026-11-25T02:29:00.000000Z",
            "2026-11-24T10:14:00.000000Z",
        ),
    ],
)
def test_around_midnight_noon_and_the_end_of_a_year_clocks_begin_when_they_should(
    street: TicketStreet, now: str, accept: str, urgent: str
):
    street.world.clock.move_to(from_text(now))
    for category, due in (("rubbish", accept), ("danger", urgent)):
        clock = stored(street.report(category=category)).clocks[0]
        assert (clock.name, clock.due_at) == ("accept", from_text(due)), (
            category
        )


def test_a_threat_to_life_rings_at_midnight_and_escalates_before_one(
    street: TicketStreet,
):
    street.world.clock.move_to(from_text("2026-11-24T15:59:30.000000Z"))
    id = street.report(category="danger")
    assert street.kinds_to("worker") == ["urgent_new"]
    street.world.pass_time(minutes=15)
    assert (stored(id).level, street.kinds_to("clerk")) == (
        "community",
        ["urgent_climbed_staff"],
    )
    street.world.pass_time(minutes=8)
    assert (stored(id).level, street.kinds_to("admin")) == (
        "street",
        ["urgent_climbed_staff"],
    )


def test_what_is_said_of_the_whole_street_is_the_streets(street: TicketStreet):
    id = street.report(place=STREET)
    assert (stored(id).level, stored(id).assignee) == (
        "street",
        street.ids["admin"],
    )
    assert [line["id"] for line in lines(street.admin, STREET)] == [id]
    assert act(street.worker, id, "accept").status == 403
    assert done(street.admin, id, "accept")["state"] == "accepted"


def test_where_nobody_is_on_duty_the_street_has_it_at_once(
    street: TicketStreet,
):
    id = street.report(place=OTHER_GRID)
    assert (stored(id).level, stored(id).assignee) == (
        "street",
        street.ids["admin"],
    )
    staff = street.world.staff(JINFENG)  # in office, and on no duty list
    assert done(staff, id, "accept")["level"] == "street"


def test_a_category_that_is_gone_hinders_nothing_that_was_reported_of_it(
    street: TicketStreet,
):
    id = street.report(category="lift")
    version = street.admin.get(f"/v1/policies/tickets?place={STREET}")
    assert version.status == 200
    kept = [
        category
        for category in version.json["categories"]
        if category["code"] == "other"
    ]
    answer = street.admin.put(
        f"/v1/policies/tickets?place={STREET}", {"categories": kept}
    )
    assert answer.status == 200, answer.text
    assert (
        street.resident.post("/v1/tickets", a_body(category="lift")).code
        == "ticket.category_unknown"
    )
    for move, body in (
        ("accept", {}),
        ("comment", {"text": "在看"}),
        ("resolve", {"note": "好了"}),
    ):
        done(street.worker, id, move, **body)
    assert done(street.resident, id, "reopen", reason="又停了")["reopened"] == 1
    assert street.resident.get(f"/v1/tickets/{id}/clocks").status == 200
    street.world.pass_time(days=3)
    assert stored(id).level == "street"
    rates = street.clerk.get(
        f"/v1/admin/tickets/rates?place={BAIHUA}&from=2026-11-01&to=2026-12-01&by=category"
    )
    assert [group["key"] for group in rates.json["groups"]] == ["lift"]


def test_a_person_who_left_is_asked_nothing_and_their_report_ends(
    street: TicketStreet,
):
    id = street.report()
    done(street.worker, id, "accept")
    assert street.world.erase(street.resident).status == 202
    street.world.pass_time(minutes=1)
    done(street.worker, id, "resolve", note="已清走")
    street.world.pass_time(days=8)
    assert (stored(id).state, stored(id).ending, stored(id).person_id) == (
        "closed",
        "silent",
        None,
    )


def test_a_phone_that_says_everything_twice_has_said_it_once(
    street: TicketStreet,
):
    """With its key each tap counts once, also when it is repeated after everything else."""
    taps: list[tuple[str, str, dict[str, Any]]] = [
        ("worker", "accept", {}),
        ("worker", "comment", {"text": "下午来"}),
        (
            "worker",
            "hold",
            {"reason": "等配件", "until": "2026-11-25T01:00:00Z"},
        ),
        ("worker", "resume", {}),
        ("worker", "resolve", {"note": "好了"}),
        ("resident", "reopen", {"reason": "没好"}),
        ("worker", "resolve", {"note": "这次好了"}),
        ("resident", "confirm", {"satisfied": 5}),
    ]
    id = street.report()
    for again in range(2):
        for n, (name, move, body) in enumerate(taps):
            answer = street.phone(street.ids[name]).post(
                f"/v1/tickets/{id}/{move}", body, Idempotency_Key=f"tap-{n}"
            )
            assert answer.status == 200, (again, move, answer.text)
    ticket = stored(id)
    assert (ticket.version, ticket.state, ticket.reopened, ticket.ratings) == (
        1 + len(taps),
        "closed",
        1,
        (5,),
    )
    assert (
        len(street.kinds_to("resident"))
        == len({"accepted", "commented", "held"}) + 2
    )


def test_staff_of_another_community_can_do_nothing_with_it(
    street: TicketStreet,
):
    id, other = street.report(), street.world.staff(JINFENG)
    assert [
        act(other, id, move, **body).status
        for move, body in (("accept", {}), ("assign", {"to": "property"}))
    ] == [403, 403]
    far = street.world.person("远方", (Role.PROPERTY, JINFENG), home=JINFENG)
    assert (
        act(street.worker, id, "assign", to=far.id).code
        == "ticket.cannot_have_it"
    )
    assert lines(other, JINFENG) == []


def done_report(street: TicketStreet, phone: Any, **fields: Any) -> str:
    answer = phone.post("/v1/tickets", a_body(**fields))
    assert answer.status == 201, answer.text
    street.world.clock.advance(timedelta(seconds=1))
    return str(answer.json["id"])
