"""An answer belongs to the round of the question that was asked, by its numbers."""

from typing import Any

import pytest

from chalicelib.kernel.digits import REQUESTS
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.message_log.policy import NUMBER_REST, QUESTION_TTL
from chalicelib.tickets.policy import Policy

from ..admin.test_queue import exact_counts
from ..faults.facts import jobs as every_job
from ..store.scan import SK, scan
from ..tickets.street import TicketStreet, done, find_ticket
from ..trust.held import jobs_wait
from ..world import Phone, World
from .builders import (
    delivered,
    numbers,
    reply,
    state_of_wish,
    waiting,
)

SOLVED = "ticket.resolved"


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


def number_of(street: TicketStreet, name: str) -> str:
    return str(getattr(street, name).me["phone"])


def asked(street: TicketStreet, name: str, kind: str | None = SOLVED) -> str:
    """Return the number for yes in the latest question to somebody."""
    return numbers(street.world, number_of(street, name), kind)[0]


def say(street: TicketStreet, name: str, text: str, **more: Any) -> None:
    reply(street.world, number_of(street, name), text, **more)


def solved(street: TicketStreet, *joined: str, **fields: Any) -> str:
    """Return a ticket of the resident and others that was resolved."""
    ticket_id = street.report(**fields)
    for name in joined:
        done(getattr(street, name), ticket_id, "join")
    done(street.worker, ticket_id, "resolve", note="已清")
    return ticket_id


def reopened(street: TicketStreet, ticket_id: str) -> str:
    """Let the neighbour reopen a ticket, and the worker solve it once more."""
    done(street.neighbour, ticket_id, "reopen", reason="又有了")
    street.world.pass_time(minutes=5)
    done(street.worker, ticket_id, "resolve", note="又清了")
    return ticket_id


def kinds(street: TicketStreet, name: str) -> list[str]:
    letters = street.world.sms_to(number_of(street, name))
    return [letter.kind for letter in letters if "reply" in letter.kind]


def parked(world: World) -> int:
    answer = world.phone_of(world.admin).get("/v1/admin/queue?place=chunhui")
    return exact_counts(answer).get("job.parked", 0)


# rounds


def test_an_answer_to_the_first_solution_does_not_reopen_the_second(
    street: TicketStreet,
):
    ticket_id = reopened(street, solved(street, "neighbour"))
    assert asked(street, "resident") == "71"
    assert asked(street, "neighbour") == "1"  # answered the first in the app
    say(street, "resident", "2")
    assert find_ticket(ticket_id).state == "resolved"
    (task,) = waiting(street.world)
    assert (task["subject"], task["place"]) == (
        ticket_id,
        street.resident.get("/v1/me").json["home"],
    )
    assert "“2”" in task["title"] or "「2」" in task["title"]
    assert kinds(street, "resident") == ["reply.too_late"]
    say(street, "resident", "72")
    assert find_ticket(ticket_id).state == "accepted"


def test_an_old_yes_does_not_close_the_second_solution(street: TicketStreet):
    ticket_id = reopened(street, solved(street, "neighbour"))
    say(street, "resident", "1")
    say(street, "neighbour", "1")
    assert find_ticket(ticket_id).state == "resolved"
    say(street, "resident", "71")
    assert find_ticket(ticket_id).ending == "confirmed"


def test_an_old_answer_does_not_dispute_the_next_delivery(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    boss = world.phone_of(world.admin)
    for move in ("dispute", "reopen"):
        path = f"/v1/wishes/{wish_id}/{move}"
        assert boss.post(path, {"reason": "没有收到"}).status == 200
    world.pass_time(minutes=5)
    helper = world.volunteer()
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert helper.post(f"/v1/wishes/{wish_id}/deliver", {}).status == 200
    assert numbers(world, resident.me["phone"])[0] == "71"
    reply(world, resident.me["phone"], "2")
    assert state_of_wish(world, wish_id) == "delivered"
    assert [task["subject"] for task in waiting(world)] == [wish_id]
    reply(world, resident.me["phone"], "71")
    assert state_of_wish(world, wish_id) == "fulfilled"


def test_numbers_rest_for_two_days_after_a_round_without_an_answer(
    street: TicketStreet,
):
    ticket_id = solved(street, "neighbour")
    done(street.neighbour, ticket_id, "reopen", reason="又有了")
    street.world.pass_time(seconds=NUMBER_REST.total_seconds() + 60)
    done(street.worker, ticket_id, "resolve", note="又清了")
    assert asked(street, "resident") == "1"
    say(street, "resident", "2")
    assert find_ticket(ticket_id).state == "accepted"


def test_a_reminder_of_the_same_round_has_the_same_numbers(
    street: TicketStreet,
):
    ticket_id = solved(street)
    street.world.pass_time(days=4)
    assert asked(street, "resident", "ticket.unanswered") == "1"
    say(street, "resident", "2")
    assert find_ticket(ticket_id).state == "accepted"


# questions that are over


def test_a_question_answered_in_the_app_leaves_its_numbers(
    street: TicketStreet,
):
    ticket_id = solved(street)
    done(street.resident, ticket_id, "confirm", satisfied=5)
    wish_id = delivered(street.world, street.resident)
    assert asked(street, "resident", "wish.delivered") == "1"
    say(street, "resident", "1")
    assert state_of_wish(street.world, wish_id) == "fulfilled"
    assert waiting(street.world) == []


def test_two_tickets_of_one_minute_are_answered_by_four_replies(
    street: TicketStreet,
):
    tickets = [
        street.report(category=category) for category in ("light", "lift")
    ]
    for ticket_id in tickets:
        done(street.neighbour, ticket_id, "join")
    for ticket_id in tickets:
        done(street.worker, ticket_id, "resolve", note="已修")
    for name in ("resident", "neighbour"):
        assert asked(street, name) == "71"
        for number in ("1", "71"):
            say(street, name, number)
    endings = [find_ticket(ticket_id).ending for ticket_id in tickets]
    assert endings == ["confirmed", "confirmed"]
    assert waiting(street.world) == []


def test_a_withdrawn_wish_does_not_take_the_answer_of_the_next(world: World):
    resident = world.resident()
    first = world.open_wish(resident, needed_by="2026-11-25")
    world.pass_time(days=3, minutes=25)
    resident = world.phone_of(world.services.people.find(resident.me["id"]))
    assert numbers(world, resident.me["phone"])[0] == "1"
    assert resident.post(f"/v1/wishes/{first}/withdraw", {}).status == 200
    second = delivered(world, resident, title="一把伞")
    assert numbers(world, resident.me["phone"])[0] == "1"
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, second) == "fulfilled"


def test_a_claimed_wish_ends_its_question_and_keeps_its_numbers(world: World):
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident, needed_by="2026-11-25")
    world.pass_time(days=3, minutes=25)
    helper = world.phone_of(world.services.people.find(helper.me["id"]))
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert helper.post(f"/v1/wishes/{wish_id}/deliver", {}).status == 200
    assert numbers(world, resident.me["phone"])[0] == "71"
    reply(world, resident.me["phone"], "2")  # not needed, and on its way
    assert state_of_wish(world, wish_id) == "delivered"
    assert len(waiting(world)) == 1


# too late


def test_an_answer_after_the_days_of_reopening_is_shown_and_parks_no_job(
    street: TicketStreet,
):
    street.set_policy(Policy(reopen_days=1))
    ticket_id = solved(street)
    done(street.clerk, ticket_id, "close", reason="已核实")
    street.world.pass_time(days=2)
    say(street, "resident", "2 又有垃圾了")
    street.world.pass_time(hours=1)
    assert find_ticket(ticket_id).state == "closed"
    assert parked(street.world) == 0
    (task,) = waiting(street.world)
    assert task["subject"] == ticket_id
    assert "又有垃圾了" in task["title"]
    assert kinds(street, "resident") == ["reply.too_late"]


@pytest.mark.parametrize("days", [3, 8], ids=["in time", "after the week"])
def test_numbers_rest_after_an_answer_that_came_too_late(
    street: TicketStreet, days: int
):
    street.set_policy(Policy(reopen_days=1))
    ticket_id = solved(street)
    done(street.clerk, ticket_id, "close", reason="已核实")
    street.world.pass_time(days=days)
    say(street, "resident", "2")
    wish_id = delivered(street.world, street.resident)
    assert asked(street, "resident", "wish.delivered") == "71"
    say(street, "resident", "2 真的没清")
    assert state_of_wish(street.world, wish_id) == "delivered"
    assert {task["subject"] for task in waiting(street.world)} == {ticket_id}


def test_an_answer_within_the_days_of_reopening_still_reopens(
    street: TicketStreet,
):
    ticket_id = solved(street)
    done(street.clerk, ticket_id, "close", reason="已核实")
    street.world.pass_time(days=2)
    say(street, "resident", "2")
    assert find_ticket(ticket_id).state == "accepted"
    assert waiting(street.world) == []


def test_an_answer_after_a_week_is_shown_to_staff(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    world.clock.move_to(world.clock.now() + QUESTION_TTL)
    reply(world, resident.me["phone"], "2")
    assert state_of_wish(world, wish_id) == "delivered"
    assert [task["subject"] for task in waiting(world)] == [wish_id]
    letters = world.sms_to(resident.me["phone"], "reply.too_late")
    assert len(letters) == 1


def test_the_second_thought_counts_while_it_can(street: TicketStreet):
    ticket_id = solved(street)
    say(street, "resident", "1")
    assert find_ticket(ticket_id).state == "closed"
    say(street, "resident", "2 看错了，还是没清")
    ticket = find_ticket(ticket_id)
    assert ticket.state == "accepted"
    assert ticket.reason == "短信回复：看错了,还是没清"


def test_a_second_thought_that_changes_nothing_is_shown_to_staff(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    for number in ("1", "2"):
        reply(world, resident.me["phone"], number)
    assert state_of_wish(world, wish_id) == "fulfilled"
    assert [task["subject"] for task in waiting(world)] == [wish_id]


# once


def test_a_reply_that_the_provider_repeats_acts_and_is_kept_once(
    street: TicketStreet,
):
    ticket_id = solved(street)
    for _ in range(3):
        say(street, "resident", "2 还有", id="r-1")
        say(street, "resident", "什么时候来？", id="r-2")
    assert find_ticket(ticket_id).reopened == 1
    assert len(waiting(street.world)) == 1
    assert kinds(street, "resident") == ["reply.not_understood"]


@pytest.mark.parametrize("number", ["1", "2"])
def test_an_answer_that_the_queue_brings_twice_is_not_late(
    street: TicketStreet, number: str
):
    ticket_id = solved(street)
    with jobs_wait(street.world):
        say(street, "resident", number)
    due = [job for job in every_job() if job.kind == "answer.ticket"]
    assert len(due) == 1
    for _ in range(3):
        street.world.services.run_job(due[0])
    assert find_ticket(ticket_id).state != "resolved"
    assert waiting(street.world) == []
    assert kinds(street, "resident") == []


def test_an_impatient_second_answer_is_no_news(street: TicketStreet):
    ticket_id = solved(street)
    for text in ("1", "1。", "解决了", "1"):
        say(street, "resident", text)
    assert find_ticket(ticket_id).ending == "confirmed"
    assert waiting(street.world) == []
    assert kinds(street, "resident") == []


# not asked, or not yet


def test_what_was_not_sent_cannot_be_answered(street: TicketStreet):
    street.world.pass_time(hours=14)  # in the quiet hours of the evening
    ticket_id = solved(street)
    say(street, "resident", "1")
    assert find_ticket(ticket_id).state == "resolved"
    assert len(waiting(street.world)) == 1
    street.world.pass_time(hours=12)
    assert asked(street, "resident") == "1"
    say(street, "resident", "1")
    assert find_ticket(ticket_id).ending == "confirmed"


@pytest.mark.parametrize("change", ["blocked", "answered", "reopened"])
def test_nobody_is_asked_who_could_not_act_on_the_answer(
    street: TicketStreet, change: str
):
    street.world.pass_time(hours=14)
    ticket_id = solved(street, "neighbour")
    match change:
        case "blocked":
            path = f"/v1/people/{street.ids['resident']}/blocked"
            body = {"blocked": True, "reason": "冒用"}
            assert street.admin.put(path, body).status == 200
        case "answered":
            done(street.resident, ticket_id, "confirm", satisfied=3)
        case "reopened":
            done(street.neighbour, ticket_id, "reopen", reason="没清")
    street.world.pass_time(hours=12)
    assert street.world.sms_to(number_of_id(street), SOLVED) == []


def number_of_id(street: TicketStreet) -> str:
    person = street.world.services.people.find(street.ids["resident"])
    assert person
    return person.phone or ""


def test_a_block_between_question_and_answer_acts_on_nothing(
    street: TicketStreet,
):
    ticket_id = solved(street)
    phone = number_of(street, "resident")
    path = f"/v1/people/{street.ids['resident']}/blocked"
    body = {"blocked": True, "reason": "冒用"}
    assert street.admin.put(path, body).status == 200
    sent = len(street.world.sms_to(phone))
    reply(street.world, phone, "2")
    assert find_ticket(ticket_id).state == "resolved"
    assert len(street.world.sms_to(phone)) == sent
    assert [task["subject"] for task in waiting(street.world)] == [ticket_id]


def test_a_question_without_free_numbers_is_asked_when_some_are_free(
    world: World,
):
    resident = world.resident()
    phone = resident.me["phone"]
    wishes = []
    for n in range(len(REQUESTS.pairs) + 1):
        resident = world.phone_of(world.services.people.find(resident.me["id"]))
        wishes.append(delivered(world, resident, title=f"心愿{n}"))
        if n % 3 == 2:
            world.pass_time(days=1)
    sent = [
        numbers_in(letter.text)
        for letter in reversed(world.sms_to(phone, "wish.delivered"))
    ]
    assert sent == [pair.yes for pair in REQUESTS.pairs]
    assert states(wishes[-1]) == [DeliveryState.RETRY]
    reply(world, phone, "73")
    assert state_of_wish(world, wishes[2]) == "fulfilled"
    world.pass_time(hours=4)
    assert numbers(world, phone, "wish.delivered") == ("73", "74")
    reply(world, phone, "74")
    assert state_of_wish(world, wishes[-1]) == "disputed"


def numbers_in(text: str) -> str:
    return text.partition("收到请回复")[2].partition("，")[0]


def states(wish_id: str) -> list[DeliveryState]:
    return [
        line.state
        for line in scan(MessageAttempt, SK == "delivery")
        if line.about == wish_id and line.kind == "wish.delivered"
    ]


def test_people_who_share_a_phone_answer_with_one_number(world: World):
    street = TicketStreet(world)
    son = world.person("李明", household="hh-1")
    parents = [
        world.person(name, phone=None, household="hh-1")
        for name in ("李奶奶", "李爷爷")
    ]
    spoken = {"how": "spoken", "witness": "许见证"}
    ticket_id = street.report(
        street.worker, on_behalf_of=parents[0].id, consent=spoken
    )
    joining = {"on_behalf_of": parents[1].id, "consent": spoken}
    done(street.worker, ticket_id, "join", **joining)
    done(street.worker, ticket_id, "resolve", note="已清")
    assert len(world.sms_to(son.phone or "", SOLVED)) == 1
    reply(world, son.phone or "", "2 还有")
    assert find_ticket(ticket_id).state == "accepted"
    assert waiting(world) == []  # the answer of one of them has acted


# remarks


def test_a_remark_beside_a_no_is_the_reason(street: TicketStreet):
    ticket_id = solved(street)
    say(street, "resident", "2 还是不亮")
    assert find_ticket(ticket_id).reason == "短信回复：还是不亮"
    notes = timeline(street.worker, ticket_id, "ticket.reopened")
    assert notes == ["短信回复：还是不亮"]
    assert waiting(street.world) == []


def test_a_remark_beside_a_yes_is_shown_to_staff(street: TicketStreet):
    ticket_id = solved(street)
    say(street, "resident", "1 但是门还没修")
    assert find_ticket(ticket_id).ending == "confirmed"
    notes = timeline(street.worker, ticket_id, "ticket.confirmed")
    assert notes == ["短信回复：但是门还没修"]
    (task,) = waiting(street.world)
    assert (task["subject"], "门还没修" in task["title"]) == (ticket_id, True)
    assert kinds(street, "resident") == []


def test_thanks_beside_an_answer_are_in_the_timeline_only(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    reply(world, resident.me["phone"], "1，谢谢！")
    staff = world.phone_of(world.admin)
    lines = staff.get(f"/v1/wishes/{wish_id}/timeline").json["items"]
    notes = [
        line["note"] for line in lines if line["event"] == "wish.fulfilled"
    ]
    assert notes == ["短信回复：谢谢"]
    assert waiting(world) == []


def timeline(phone: Phone, ticket_id: str, what: str) -> list[str]:
    lines = phone.get(f"/v1/tickets/{ticket_id}/timeline").json["items"]
    return [line["note"] for line in lines if line["event"] == what]


def test_a_reason_by_sms_is_shown_without_personal_data(street: TicketStreet):
    ticket_id = solved(street)
    say(street, "resident", "2 我是魏秀英，电话也没人接")
    assert "魏秀英" not in find_ticket(ticket_id).reason


# contradictions and words


@pytest.mark.parametrize("text", ["1 没解决", "2 解决了", "3", "72", "7 1"])
def test_a_reply_in_doubt_moves_nothing_and_waits_for_staff(
    street: TicketStreet, text: str
):
    ticket_id = solved(street)
    say(street, "resident", text)
    assert find_ticket(ticket_id).state == "resolved"
    assert [task["subject"] for task in waiting(street.world)] == [ticket_id]
    assert kinds(street, "resident") == ["reply.not_understood"]
