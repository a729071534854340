"""Messages to staff: bundled within minutes, with a ceiling for each day; nothing is lost."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from chalicelib.message_log.model import DeliveryState
from chalicelib.message_log.policy import STAFF_SMS_PER_DAY

from ..admin.test_queue import exact_counts
from ..tickets.street import TicketStreet, done
from ..world import World
from .builders import ZONE, lines, until

BUNDLE, DIGEST = "reminders.bundle", "reminders.digest"


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


def to_worker(street: TicketStreet, kind: str | None = None):
    """Return the messages to the worker, oldest first."""
    return street.world.sms_to(street.worker.me["phone"], kind)[::-1]


def flood(street: TicketStreet, number: int) -> list[str]:
    """Report rubbish as many residents; return the tickets."""
    found: list[str] = []
    while len(found) < number:
        resident = street.world.resident()
        found += [street.report(resident) for _ in range(min(10, number))]
    return found


def test_six_new_tickets_are_one_message_and_then_one_bundle(
    street: TicketStreet,
):
    flood(street, 1)
    assert [letter.kind for letter in to_worker(street)] == ["ticket.new"]
    street.world.pass_time(minutes=1)
    flood(street, 6)
    assert len(to_worker(street)) == 1
    street.world.pass_time(minutes=10)
    _, bundle = to_worker(street)
    assert bundle.kind == BUNDLE
    assert "6件新待办，最早：「" in bundle.text


def test_what_is_over_when_the_bundle_goes_out_is_left_out(
    street: TicketStreet,
):
    gone, *_ = flood(street, 5)[1:]
    done(street.worker, gone, "accept")
    street.world.pass_time(minutes=10)
    assert "3件新待办" in to_worker(street, BUNDLE)[0].text


def test_a_bundle_that_is_over_is_not_sent(street: TicketStreet):
    for ticket_id in flood(street, 3):
        done(street.worker, ticket_id, "accept")
    street.world.pass_time(minutes=10)
    assert to_worker(street, BUNDLE) == []


def test_a_phone_of_staff_has_a_ceiling_and_the_rest_is_in_the_digest(
    street: TicketStreet,
):
    tickets = []
    for _ in range(40):
        tickets += flood(street, 1)
        street.world.pass_time(minutes=12)
    until(street.world, "19:00")
    days = Counter(
        letter.sent_at.astimezone(ZoneInfo(str(ZONE))).date()
        for letter in to_worker(street)
    )
    assert max(days.values()) == STAFF_SMS_PER_DAY
    assert len(to_worker(street, DIGEST)) == 1
    queue = street.worker.get("/v1/admin/queue?place=chunhui.baihua.g01")
    assert exact_counts(queue)["ticket.accept"] == len(tickets)
    new = [line for line in lines() if line.kind == "ticket.new"]
    assert len(new) == len(tickets)
    states = {line.state for line in new}
    assert states <= {
        DeliveryState.SENT,
        DeliveryState.HELD,
        DeliveryState.SUPPRESSED,
    }
    for line in new:
        if line.state is DeliveryState.SUPPRESSED:
            assert line.reason == "over"


def test_codes_of_staff_count_for_nothing(street: TicketStreet):
    flood(street, 3)
    street.world.sign_in(street.worker.me["phone"], consent="2026-11")
    assert len(to_worker(street, "code.sign_in")) == 1


def test_sixty_reports_suppress_no_delivery_code(world: World):
    world = World(sms_budget_fen=200)
    street = TicketStreet(world)
    for _ in range(60):
        flood(street, 1)
        world.pass_time(minutes=11)
    resident = world.resident()
    wish_id = world.open_wish(resident)
    volunteer = world.volunteer()
    answer = volunteer.post(f"/v1/wishes/{wish_id}/claim")
    assert answer.status == 200, answer.text
    world.pass_time(hours=12)
    assert world.delivery_code(resident.me["phone"])
    kinds = {line.kind for line in lines() if line.reason == "budget"}
    assert kinds
    assert all(kind.startswith(("ticket.", "reminders.")) for kind in kinds)
