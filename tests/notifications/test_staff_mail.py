"""Messages to a mailbox of staff: bundled as SMS are, with a ceiling for each day."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from chalicelib.message_log.model import DeliveryState
from chalicelib.message_log.policy import STAFF_SMS_PER_DAY

from ..tickets.street import TicketStreet, done
from ..world import World
from .builders import MAIL, ZONE, lines, prove_mail, until, with_mail

BUNDLE, DIGEST = "reminders.bundle", "reminders.digest"


@pytest.fixture
def street(world: World) -> TicketStreet:
    """A street whose grid worker reads mail only."""
    street = TicketStreet(world)
    prove_mail(world, street.worker)
    street.worker.patch("/v1/me", {"channels": {"sms": False}})
    return street


def mails(street: TicketStreet) -> list[str]:
    """Return the kinds of the mails to the worker, oldest first."""
    assert street.world.sms_to(street.worker.me["phone"]) == []
    kinds = [letter.kind for letter in street.world.mailbox.read(MAIL)[::-1]]
    return [kind for kind in kinds if kind != "code.email"]


def report(street: TicketStreet, number: int) -> None:
    for n in range(number):
        if n % 10 == 0:
            resident = street.world.resident()
        street.report(resident)


def test_sixty_new_tickets_are_one_mail_and_one_bundle(street: TicketStreet):
    report(street, 60)
    assert mails(street) == ["ticket.new"]
    street.world.pass_time(minutes=10)
    assert mails(street) == ["ticket.new", BUNDLE]
    bundle = street.world.mailbox.read(MAIL)[0]
    assert "59件新待办，最早：「" in bundle.text


def test_a_mailbox_has_the_ceiling_of_a_phone(street: TicketStreet):
    for _ in range(40):
        report(street, 1)
        street.world.pass_time(minutes=12)
    until(street.world, "19:00")
    days = Counter(
        letter.sent_at.astimezone(ZoneInfo(str(ZONE))).date()
        for letter in street.world.mailbox.read(MAIL)
        if letter.kind != "code.email"
    )
    assert max(days.values()) == STAFF_SMS_PER_DAY
    assert mails(street).count(DIGEST) == 1
    held = [line for line in lines() if line.state is DeliveryState.HELD]
    assert not [line for line in held if line.kind == "ticket.new"]


def test_a_mail_that_is_over_is_not_in_the_bundle(street: TicketStreet):
    tickets = [street.report() for _ in range(3)]
    for ticket in tickets:
        done(street.clerk, ticket, "accept")
    street.world.pass_time(minutes=10)
    assert BUNDLE not in mails(street)


def test_mail_to_residents_is_not_bundled(world: World):
    resident = with_mail(world)
    resident.patch("/v1/me", {"channels": {"sms": False}})
    for _ in range(3):
        world.open_wish(resident)
    kinds = [letter.kind for letter in world.mailbox.read(MAIL)]
    assert kinds.count("wish.approved") == 3
