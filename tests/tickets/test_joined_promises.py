"""Moves that join, split, reassign or convert a ticket keep what its people were promised."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.tickets.policy import Level, SlaKind, TicketUrgency
from chalicelib.tickets.states import Ending, TicketStatus

from ..replies.builders import PROVIDERS, a_world, reply
from ..world import BAIHUA, GRID, Phone
from .street import (
    ALIKE,
    TicketStreet,
    act,
    done,
    mine,
    refused,
    stored,
    timeline,
)

S, HOUR = TicketStatus, timedelta(hours=1)
URGENT = {"category": "lift", "danger": True}


@pytest.fixture
def street() -> Iterator[TicketStreet]:
    with a_world(sms_providers=PROVIDERS) as world:
        yield TicketStreet(world)


def due(ticket_id: str, kind: SlaKind = SlaKind.RESOLVE) -> Any:
    timer = stored(ticket_id).sla_timer(kind)
    assert timer
    return timer.due_at


def solved(street: TicketStreet, **fields: Any) -> str:
    ticket_id = street.report(**fields)
    done(street.worker, ticket_id, "accept")
    done(street.worker, ticket_id, "resolve", note="已清理")
    return ticket_id


def urgent(street: TicketStreet, phone: Phone | None = None) -> str:
    """Report what staff set to be urgent, for somebody."""
    ticket_id = street.report(phone or street.neighbour, text=ALIKE)
    done(street.worker, ticket_id, "escalate", reason="着火了", urgent=True)
    assert stored(ticket_id).urgency is TicketUrgency.URGENT
    return ticket_id


def converted(street: TicketStreet) -> tuple[str, str]:
    """Convert a ticket to a wish; return both."""
    ticket_id = street.report()
    body = street.world.wish_body(consent={"how": "written"})
    return ticket_id, str(done(street.clerk, ticket_id, "turn", **body)["wish"])


# merged


def test_the_two_hours_of_an_urgent_ticket_outlast_its_merge(
    street: TicketStreet,
):
    general, part = street.report(), urgent(street)
    before = due(part)
    done(street.clerk, part, "merge", into=general)
    ticket = stored(general)
    assert (ticket.urgency, ticket.silent) == (TicketUrgency.URGENT, False)
    assert due(general) == before
    assert ticket.level is stored(part).level
    assert street.clerk.get(f"/v1/tickets/{general}/clocks").status == 200


def test_a_ticket_that_has_just_climbed_does_not_climb_twice_by_a_merge(
    street: TicketStreet,
):
    world, target = street.world, street.report()
    world.pass_time(minutes=1)
    part = street.report(street.neighbour, text=ALIKE)
    for ticket_id in (target, part):
        world.clock.move_to(due(ticket_id, SlaKind.ACCEPT))
        if ticket_id == target:
            world.pass_time(minutes=0)
    assert stored(target).level is Level.COMMUNITY
    next_step = due(target, SlaKind.ACCEPT)
    assert next_step > due(part, SlaKind.ACCEPT)
    done(street.admin, part, "merge", into=target)
    world.pass_time(minutes=30)
    assert stored(target).level is Level.COMMUNITY
    assert due(target, SlaKind.ACCEPT) == next_step
    world.clock.move_to(next_step)
    world.pass_time(minutes=0)
    assert stored(target).level is Level.STREET


def test_who_comes_to_a_ticket_on_hold_is_contacted_in_time(
    street: TicketStreet,
):
    target, part = street.report(), street.report(street.neighbour, text=ALIKE)
    done(street.worker, target, "accept")
    until = (street.world.clock.now() + timedelta(days=5)).isoformat()
    done(street.worker, target, "hold", reason="等配件", until=until)
    promised = due(part, SlaKind.CONTACT)
    done(street.clerk, part, "merge", into=target)
    assert due(target, SlaKind.CONTACT) == promised
    street.world.clock.move_to(promised)
    street.world.pass_time(minutes=1)
    held = stored(target)
    assert (held.state, held.level) == (S.ON_HOLD, Level.COMMUNITY)
    done(street.worker, target, "comment", text="已联系您，等配件")
    street.world.pass_time(days=6)
    assert stored(target).state is S.ACCEPTED


def test_what_waits_is_waked_by_something_more_urgent(street: TicketStreet):
    general, part = street.report(), urgent(street)
    done(street.worker, general, "accept")
    until = (street.world.clock.now() + timedelta(days=5)).isoformat()
    done(street.worker, general, "hold", reason="等配件", until=until)
    before = due(part)
    done(street.clerk, part, "merge", into=general)
    assert (stored(general).state, due(general)) == (S.ACCEPTED, before)
    assert not stored(general).holds[-1].until > street.world.clock.now()


def test_a_reporter_who_comes_to_a_solved_ticket_is_asked_before_it_closes(
    street: TicketStreet,
):
    solved_one = solved(street)
    street.world.pass_time(hours=3)
    part = street.report(street.neighbour, text=ALIKE)
    done(street.clerk, part, "merge", into=solved_one)
    street.world.pass_time(minutes=10)
    assert street.kinds_to("neighbour").count("resolved") == 1
    done(street.resident, solved_one, "confirm", satisfied=5)
    assert stored(solved_one).state is S.RESOLVED
    phone = street.world.services.people.find(street.ids["neighbour"]).phone
    reply(street.world, phone, "1")
    assert stored(solved_one).ending is Ending.CONFIRMED


def test_a_reporter_who_comes_late_has_the_whole_time_to_answer(
    street: TicketStreet,
):
    solved_one = solved(street)
    call_back = due(solved_one, SlaKind.CALL_BACK)
    street.world.pass_time(hours=20)
    part = street.report(street.neighbour, text=ALIKE)
    done(street.clerk, part, "merge", into=solved_one)
    assert due(solved_one, SlaKind.CALL_BACK) > call_back
    left = call_back - street.world.clock.now()
    street.world.pass_time(seconds=left.total_seconds() + 60)
    assert stored(solved_one).state is S.RESOLVED
    street.world.pass_time(days=4)
    assert stored(solved_one).ending is Ending.SILENT
    assert street.kinds_to("neighbour").count("unanswered") == 1


def test_who_joins_a_solved_ticket_is_asked_too(street: TicketStreet):
    ticket_id = solved(street)
    done(street.neighbour, ticket_id, "join")
    street.world.pass_time(minutes=10)
    assert street.kinds_to("neighbour") == ["resolved"]
    done(street.resident, ticket_id, "confirm")
    assert stored(ticket_id).state is S.RESOLVED


def test_reporters_of_a_chain_end_at_its_end_and_leave_with_their_part(
    street: TicketStreet,
):
    world = street.world
    third = world.resident()
    a = street.report()
    b = street.report(street.neighbour, text=ALIKE)
    c = street.report(third, text=ALIKE)
    done(street.clerk, a, "merge", into=b)
    done(street.clerk, b, "merge", into=c)
    seen = street.resident.get(f"/v1/tickets/{a}").json
    assert (seen["merged_into"], seen["ending"]) == (b, "merged")
    assert street.resident.get(f"/v1/tickets/{b}").json["merged_into"] == c
    at_c = street.resident.get(f"/v1/tickets/{c}").json
    assert {"comment"} <= set(at_c["moves"])
    assert at_c["reporters"] == 3
    done(street.worker, c, "resolve", note="好了")
    world.pass_time(minutes=10)
    for name in ("resident", "neighbour"):
        assert street.kinds_to(name).count("resolved") == 1
    done(street.resident, c, "confirm")
    done(third, c, "confirm")
    assert stored(c).state is S.RESOLVED
    done(street.clerk, b, "split")
    assert stored(b).merged == (a,)
    assert stored(c).merged == ()
    world.pass_time(minutes=10)
    for name in ("resident", "neighbour"):
        assert street.kinds_to(name)[-1] == "split"
    assert a in mine(street.resident)
    assert refused(street.resident, c, "confirm")[0] == 403


def test_nothing_is_merged_into_what_is_over(street: TicketStreet):
    over = street.report()
    done(street.clerk, over, "close", reason="不归我们")
    part = street.report(street.neighbour, text=ALIKE)
    assert refused(street.clerk, part, "merge", into=over) == (
        409,
        "ticket.cannot_take",
    )


def test_a_contact_acts_where_the_report_went(street: TicketStreet):
    world = street.world
    carer = world.phone_of(world.person("李强"))
    old = world.person("李奶奶", phone=None, contact_via=carer.me["id"])
    body = {
        "category": "rubbish",
        "text": ALIKE,
        "place": f"{GRID}.b05.u1",
        "on_behalf_of": old.id,
        "consent": {"how": "spoken"},
    }
    part = carer.post("/v1/tickets", body).json["id"]
    target = street.report()
    done(street.clerk, part, "merge", into=target)
    assert carer.get(f"/v1/tickets/{target}").json["view"] == "reporter"
    done(carer, target, "comment", text="还在", public=True)
    done(street.worker, target, "resolve", note="已清")
    done(carer, target, "confirm", on_behalf_of=old.id)
    assert stored(target).answered == 1
    done(carer, target, "reopen", reason="没清完")
    assert stored(target).state is S.ACCEPTED
    stranger = world.phone_of(world.person("路人"))
    assert refused(stranger, target, "comment", text="x", public=True)[0] == 403


# split


def test_split_gives_back_neither_time_nor_people_who_have_left(
    street: TicketStreet,
):
    into = street.report(street.neighbour, text=ALIKE)
    part = street.report()
    done(street.clerk, part, "assign", to=street.ids["company"])
    before = due(part)
    done(street.admin, part, "merge", into=into)
    street.grant("company")
    street.world.pass_time(minutes=40)
    done(street.clerk, part, "split")
    assert due(part) <= before
    assert stored(part).assignee == street.ids["worker"]
    street.world.pass_time(minutes=10)
    assert "assigned" in street.kinds_to("worker")
    assert street.kinds_to("company") == ["assigned"]
    assert ("split", "staff", None) in timeline(street.resident, part)


# reopened


@pytest.mark.parametrize("times", [1, 3])
def test_withdrawing_and_reopening_a_fresh_ticket_changes_nothing(
    street: TicketStreet, times: int
):
    ticket_id = street.report()
    before = stored(ticket_id)
    for _ in range(times):
        street.world.pass_time(minutes=5)
        done(street.resident, ticket_id, "close", reason="好了")
        street.world.pass_time(minutes=5)
        done(street.resident, ticket_id, "reopen", reason="还在")
    after = stored(ticket_id)
    assert (after.state, after.level, after.reopened, after.assignee) == (
        before.state,
        Level.GRID,
        0,
        before.assignee,
    )
    for kind in (SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE):
        assert due(ticket_id, kind) == before.sla_timer(kind).due_at


def test_a_withdrawn_ticket_returns_to_the_hands_it_was_in(
    street: TicketStreet,
):
    ticket_id = street.report()
    done(street.clerk, ticket_id, "assign", to=street.ids["company"])
    done(street.resident, ticket_id, "close", reason="好了")
    done(street.resident, ticket_id, "reopen", reason="还在")
    ticket = stored(ticket_id)
    assert (ticket.state, ticket.assignee) == (
        S.ASSIGNED,
        street.ids["company"],
    )


def test_what_staff_closed_unsolved_goes_on_at_its_level(
    street: TicketStreet,
):
    ticket_id = street.report()
    before = due(ticket_id)
    done(street.clerk, ticket_id, "close", reason="不归我们")
    done(street.resident, ticket_id, "reopen", reason="归你们")
    ticket = stored(ticket_id)
    assert (ticket.level, ticket.reopened, ticket.state) == (
        Level.GRID,
        0,
        S.ACCEPTED,
    )
    assert due(ticket_id) == before
    done(street.worker, ticket_id, "resolve", note="好了")
    done(street.resident, ticket_id, "reopen", reason="没有")
    assert (stored(ticket_id).level, stored(ticket_id).reopened) == (
        Level.COMMUNITY,
        1,
    )


def test_a_no_that_comes_after_the_days_to_reopen_parks_no_job(
    street: TicketStreet,
):
    ticket_id = solved(street)
    world = street.world
    world.pass_time(minutes=10)
    world.pass_time(days=40)
    phone = world.services.people.find(street.ids["resident"]).phone
    reply(world, phone, "2")
    assert stored(ticket_id).ending is Ending.SILENT
    parked = world.phone_of(world.admin).get("/v1/admin/queue?place=chunhui")
    kinds = [item["kind"] for item in parked.json["items"]]
    assert "job.parked" not in kinds
    assert refused(street.resident, ticket_id, "reopen", reason="再看看") == (
        409,
        "ticket.over_too_long",
    )


# converted


def test_a_wish_that_is_rejected_gives_its_ticket_back_to_a_person(
    street: TicketStreet,
):
    ticket_id, wish = converted(street)
    assert refused(street.resident, ticket_id, "reopen", reason="再看看") == (
        409,
        "ticket.is_a_wish",
    )
    answer = street.admin.post(
        f"/v1/wishes/{wish}/reject", {"reason": "超出范围"}
    )
    assert answer.status == 200
    street.world.pass_time(minutes=10)
    ticket = stored(ticket_id)
    assert (ticket.state, ticket.assignee, ticket.reopened, ticket.level) == (
        S.OPEN,
        street.ids["worker"],
        0,
        Level.GRID,
    )
    assert due(ticket_id) > street.world.clock.now()
    assert street.kinds_to("resident").count("returned") == 1
    assert "new" in street.kinds_to("worker")


@pytest.mark.parametrize("who", ["resident", "clerk"])
def test_who_withdraws_the_wish_decides_whether_the_ticket_comes_back(
    street: TicketStreet, who: str
):
    ticket_id, wish = converted(street)
    phone = getattr(street, who)
    answer = phone.post(f"/v1/wishes/{wish}/withdraw", {"reason": "算了"})
    assert answer.status == 200, answer.text
    street.world.pass_time(minutes=10)
    if who == "clerk":
        assert stored(ticket_id).state is S.OPEN
        return
    assert stored(ticket_id).state is S.CLOSED
    assert street.kinds_to("resident").count("returned") == 0
    done(street.resident, ticket_id, "reopen", reason="还是要修")
    assert (stored(ticket_id).state, stored(ticket_id).reopened) == (S.OPEN, 0)


def test_a_wish_that_expires_gives_its_ticket_back(street: TicketStreet):
    ticket_id, wish = converted(street)
    assert street.admin.post(f"/v1/wishes/{wish}/approve").status == 200
    street.world.pass_time(days=40)
    assert stored(ticket_id).is_open
    assert stored(ticket_id).ending is None


# names


def test_open_tickets_show_the_present_name_of_their_community(
    street: TicketStreet,
):
    ticket_id = street.report()
    closed = street.report(street.neighbour, text=ALIKE)
    done(street.clerk, closed, "close", reason="再看看")
    world = street.world
    world.services.places.put_place(world.boss, BAIHUA, "百花社区", [], None)
    world.pass_time(minutes=2)
    shown = street.resident.get(f"/v1/tickets/{ticket_id}").json
    assert shown["community_name"] == "百花社区"
    assert stored(closed).community_name == "柏华社区"


def test_who_lost_the_role_is_given_nothing_by_any_move(street: TicketStreet):
    ticket_id = street.report()
    done(street.clerk, ticket_id, "assign", to=street.ids["company"])
    done(street.resident, ticket_id, "close", reason="好了")
    street.grant("company")
    street.world.pass_time(minutes=5)
    count = len(street.kinds_to("company"))
    done(street.resident, ticket_id, "reopen", reason="还在")
    street.world.pass_time(minutes=5)
    assert stored(ticket_id).assignee == street.ids["worker"]
    assert len(street.kinds_to("company")) == count
    assert act(street.company, ticket_id, "resolve").status in (403, 404)


def test_a_person_with_a_role_elsewhere_is_assigned_nothing_here(
    street: TicketStreet,
):
    ticket_id = street.report()
    other = street.world.person("周涛", (Role.PROPERTY, "chunhui.jinfeng"))
    assert refused(street.clerk, ticket_id, "assign", to=other.id) == (
        422,
        "ticket.cannot_have_it",
    )
