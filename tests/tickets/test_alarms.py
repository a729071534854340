"""Urgent tickets: what rings, how often one person rings, and who may agree later."""

from datetime import timedelta

import pytest

from chalicelib.kernel.clock import from_text
from chalicelib.message_log.model import MessageAttempt
from chalicelib.tickets.policy import ALARM_MEMORY, ALARMS, TicketUrgency

from ..store.scan import SK, scan
from ..world import GRID, UNIT, Phone, World
from .street import TicketStreet, act, done, lines, refused, stored, timeline

NIGHT = from_text("2026-11-23T18:00:00.000000Z")  # 02:00 in Shanghai


@pytest.fixture
def street(world: World) -> TicketStreet:
    """A street with six buildings at two in the morning."""
    street = TicketStreet(world)
    for n in range(10, 16):
        code = f"{GRID}.b{n}"
        world.services.places.put_place(world.boss, code, f"{n}号楼", [], None)
    world.clock.move_to(NIGHT)
    return street


def building(n: int) -> str:
    return f"{GRID}.b{10 + n}"


def wakes(street: TicketStreet, name: str = "worker") -> int:
    """Count the alarms to somebody: at once, or with one of the same words two minutes later."""
    return sum(
        line.person == street.ids[name]
        and line.kind.startswith("ticket.urgent_")
        for line in scan(MessageAttempt, SK == "delivery")
    )


# what is urgent


def test_forty_plain_wishes_for_urgent_wake_nobody(street: TicketStreet):
    for n in range(40):
        fields = {"urgency": "urgent", "place": building(n % 6)}
        answer = act_report(street.resident, **fields)
        assert answer.status == (201 if n < 20 else 429)
    street.world.pass_time(hours=4)
    for name in ("worker", "clerk", "admin"):
        assert wakes(street, name) == 0, name


def act_report(phone: Phone, **fields):
    body = {"category": "rubbish", "text": "很多垃圾", "place": UNIT} | fields
    return phone.post("/v1/tickets", body)


def test_a_plain_wish_for_urgent_marks_the_ticket(street: TicketStreet):
    id = street.report(urgency="urgent")
    seen = street.resident.get(f"/v1/tickets/{id}").json
    assert (seen["urgency"], seen["urgency_requested"]) == ("general", True)
    (line,) = lines(street.worker, GRID)
    assert line["urgency_requested"]


@pytest.mark.parametrize("category", ["danger", "gas"])
def test_an_urgent_category_rings_at_night(street: TicketStreet, category):
    id = street.report(category=category, urgency="general")
    assert stored(id).urgency is TicketUrgency.URGENT
    assert street.kinds_to("worker") == ["urgent_new"]


@pytest.mark.parametrize(
    "category", ["lift", "care", "water", "power", "building", "other"]
)
def test_a_yes_to_the_question_of_a_category_rings_at_night(
    street: TicketStreet, category: str
):
    street.report(category=category)
    assert wakes(street) == 0
    id = street.report(category=category, danger=True)
    assert street.kinds_to("worker") == ["urgent_new"]
    assert stored(id).answers == {"danger": ("yes",)}
    seen = street.worker.get(f"/v1/tickets/{id}").json
    assert seen["answers"] == {"danger": ["yes"]}


def test_danger_without_a_question_is_a_request(street: TicketStreet):
    id = street.report(category="rubbish", danger=True)
    assert stored(id).urgency_requested
    assert wakes(street) == 0


def test_staff_set_the_urgency(street: TicketStreet):
    street.report(street.clerk, urgency="urgent")
    assert street.kinds_to("worker") == ["urgent_new"]
    for n in range(6):
        street.report(street.clerk, category="danger", place=building(n))
    assert wakes(street) == 7
    id = street.report(street.clerk, category="danger", urgency="general")
    assert stored(id).urgency is TicketUrgency.GENERAL


# how often one person rings


def test_one_person_rings_three_times_in_twelve_hours(street: TicketStreet):
    ids = [
        street.report(category="danger", place=building(n)) for n in range(5)
    ]
    assert wakes(street) == ALARMS
    silent = [stored(id).silent for id in ids]
    assert silent == [False] * 3 + [True] * 2
    top = [line["id"] for line in lines(street.worker, GRID)][:5]
    assert set(top) == set(ids)  # on top of the queue all the same
    street.world.clock.advance(ALARM_MEMORY + timedelta(seconds=1))
    street.report(category="danger", place=building(5))
    assert not stored(lines(street.worker, GRID, order="new")[0]["id"]).silent


def test_a_second_urgent_report_of_a_building_joins_the_first(
    street: TicketStreet,
):
    first = street.report(category="danger")
    again = street.report(category="danger", text="还是很危险，快来")
    assert again == first
    assert wakes(street) == 1
    assert ("reported_again", "reporter", "还是很危险，快来") in timeline(
        street.worker, first
    )


def test_another_category_of_the_building_is_silent(street: TicketStreet):
    street.report(category="danger")
    other = street.report(category="gas")
    assert stored(other).silent
    assert wakes(street) == 1


def test_a_joined_problem_that_is_over_is_a_ticket_of_its_own(
    street: TicketStreet,
):
    first = street.report(category="danger")
    done(street.resident, first, "close", reason="没事了")
    second = street.report(category="danger")
    assert second != first
    assert stored(second).silent


def test_another_person_rings_in_the_same_building(street: TicketStreet):
    street.report(category="danger")
    street.report(street.neighbour, category="danger")
    assert wakes(street) == 2


def test_leaving_and_coming_back_does_not_reset_the_bell(street: TicketStreet):
    number = "+8613712345678"
    rung = 0
    for n in range(5):
        phone = street.world.sign_in(number, consent="2026-11", name="孙一")
        answer = act_report(phone, category="danger", place=building(n))
        assert answer.status == 201
        rung += not stored(answer.json["id"]).silent
        assert street.world.erase(phone).status in (202, 204)
        street.world.pass_time(minutes=61)
    assert rung == ALARMS


def test_who_was_right_once_rings_on(street: TicketStreet):
    id = street.report(category="danger", place=building(0))
    done(street.worker, id, "resolve", note="已处理")
    for n in range(1, 6):
        street.report(category="danger", place=building(n))
    assert wakes(street) == 6


def test_a_false_alarm_ends_the_trust(street: TicketStreet):
    id = street.report(category="danger", place=building(0))
    done(street.worker, id, "resolve", note="已处理")
    false = street.report(category="danger", place=building(1))
    done(street.worker, false, "close", reason="没有此事")
    for n in range(2, 6):
        street.report(category="danger", place=building(n))
    assert wakes(street) == 3  # two before, one more of three


def test_reports_for_others_count_for_who_makes_them(street: TicketStreet):
    carer = street.neighbour
    for n in range(5):
        resident = street.world.person(
            f"老人{n}", phone=None, contact_via=carer.me["id"]
        )
        answer = carer.post(
            "/v1/tickets",
            {
                "category": "danger",
                "text": "很危险",
                "place": building(n),
                "on_behalf_of": resident.id,
                "consent": {"how": "spoken"},
            },
        )
        assert answer.status == 201, answer.text
    assert wakes(street) == ALARMS


# who may agree


def test_a_second_household_rings(street: TicketStreet):
    id = street.report(urgency="urgent")
    done(street.neighbour, id, "join")
    assert street.kinds_to("worker") == ["urgent_new"]
    assert stored(id).urgency is TicketUrgency.URGENT
    third = street.world.resident(address="9楼901室")
    done(third, id, "join")
    assert wakes(street) == 1


def test_a_silent_alarm_rings_when_a_second_household_joins(
    street: TicketStreet,
):
    ids = [
        street.report(category="danger", place=building(n)) for n in range(4)
    ]
    done(street.neighbour, ids[3], "join")
    assert wakes(street) == ALARMS + 1


def test_who_joins_rings_no_more_often_than_who_reports(street: TicketStreet):
    ids = [street.report(urgency="urgent", place=building(n)) for n in range(6)]
    for id in ids:
        done(street.neighbour, id, "join")
    assert wakes(street) == ALARMS


def test_the_same_household_does_not_agree_with_itself(street: TicketStreet):
    world = street.world
    one, other = (
        world.phone_of(world.person(name, household="h1")) for name in "甲乙"
    )
    id = street.report(one, urgency="urgent")
    done(other, id, "join")
    assert wakes(street) == 0


def test_nobody_agrees_with_a_reporter_who_is_gone(street: TicketStreet):
    id = street.report(urgency="urgent")
    assert street.world.erase(street.resident).status in (202, 204)
    done(street.neighbour, id, "join")
    assert wakes(street) == 0


def test_staff_agree_by_escalating(street: TicketStreet):
    id = street.report(urgency="urgent")
    seen = done(street.worker, id, "escalate", reason="属实", urgent=True)
    assert (seen["urgency"], seen["level"]) == ("urgent", "community")
    assert street.kinds_to("clerk") == ["urgent_climbed_staff"]
    due = stored(id).clocks[0].due_at
    assert due - street.world.clock.now() <= timedelta(minutes=15)


def test_staff_agree_at_the_last_level_too(street: TicketStreet):
    id = street.report(place="chunhui", urgency="urgent")
    street.world.pass_time(seconds=1)
    seen = done(street.admin, id, "escalate", reason="属实", urgent=True)
    assert (seen["urgency"], seen["level"]) == ("urgent", "street")
    assert wakes(street, "admin") == 1
    assert refused(street.admin, id, "escalate", reason="再上报") == (
        409,
        "ticket.at_the_top",
    )


def test_a_resident_does_not_escalate(street: TicketStreet):
    id = street.report(urgency="urgent")
    assert (
        act(street.resident, id, "escalate", reason="快来", urgent=True).status
        == 403
    )


def test_reopening_rings_no_more_often_either(street: TicketStreet):
    """Others who joined urgent tickets reopen them at night."""
    joiner = street.neighbour
    ids = [
        street.report(street.clerk, category="danger", place=building(n))
        for n in range(6)
    ]
    for id in ids:
        done(joiner, id, "join")
        done(street.worker, id, "resolve", note="已处理")
    before = wakes(street, "clerk")
    for id in ids:
        done(joiner, id, "reopen", reason="没好")
    assert wakes(street, "clerk") - before == ALARMS
    assert all(stored(id).state.value == "accepted" for id in ids)


# what a night is like


def test_a_lift_with_somebody_trapped_rings_at_every_level(
    street: TicketStreet,
):
    for n in range(5):
        street.report(category="danger", place=building(n))
    street.report(street.neighbour, category="lift", danger=True)
    assert wakes(street) == ALARMS + 1
    street.world.pass_time(minutes=25)
    assert wakes(street, "admin") == ALARMS + 1


def test_reminders_of_several_urgent_tickets_are_one_message(
    street: TicketStreet,
):
    for n in range(3):
        street.report(category="danger", place=building(n))
    street.world.pass_time(hours=4)
    number = street.admin.me["phone"]
    letters = street.world.sms_to(number)
    loud = [one.kind for one in letters if "urgent" in one.kind]
    # The first one rings; the others have the same words.
    assert loud.count("ticket.urgent_climbed_staff") == 1
    assert loud.count("reminders.urgent_more") == 1
    assert len(loud) <= 2 + 5  # one reminder each hour


# a reporter who leaves


def queue_kinds(phone: Phone) -> list[str]:
    answer = phone.get(f"/v1/admin/queue?place={GRID}")
    return [item["kind"] for item in answer.json["items"]]


def test_reminders_stop_with_the_leaving_of_the_only_reporter(
    street: TicketStreet,
):
    id = street.report(category="danger")
    assert street.world.erase(street.resident).status in (202, 204)
    before = [street.kinds_to(name) for name in ("worker", "clerk", "admin")]
    street.world.pass_time(days=2)
    after = [street.kinds_to(name) for name in ("worker", "clerk", "admin")]
    assert after == before
    assert queue_kinds(street.worker) == ["ticket.look"]
    assert stored(id).state.value == "open"


def test_reminders_go_on_while_a_neighbour_waits(street: TicketStreet):
    id = street.report(category="danger")
    done(street.neighbour, id, "join")
    assert street.world.erase(street.resident).status in (202, 204)
    street.world.pass_time(minutes=25)
    assert wakes(street, "admin") == 1
    assert stored(id).reporter_left_at is None


def test_a_look_of_staff_brings_the_clocks_back(street: TicketStreet):
    id = street.report(category="danger")
    assert street.world.erase(street.resident).status in (202, 204)
    done(street.worker, id, "accept")
    assert stored(id).reporter_left_at is None
    assert queue_kinds(street.worker) == ["ticket.contact"]
    street.world.pass_time(minutes=31)
    assert wakes(street, "clerk") == 1


def test_who_joins_later_brings_the_clocks_back(street: TicketStreet):
    id = street.report(category="danger")
    assert street.world.erase(street.resident).status in (202, 204)
    done(street.neighbour, id, "join")
    assert stored(id).reporter_left_at is None
    street.world.pass_time(minutes=25)
    assert wakes(street, "admin") == 1


# comments


def test_twenty_comments_in_a_day_are_enough_and_not_for_staff(
    street: TicketStreet,
):
    ids = [street.report(), street.report(category="light")]
    for n in range(20):
        done(street.resident, ids[n % 2], "comment", text=f"第{n}句")
    assert refused(street.resident, ids[0], "comment", text="又一句") == (
        429,
        "ticket.too_many_comments",
    )
    for n in range(21):
        done(street.worker, ids[0], "comment", text=f"第{n}句")
