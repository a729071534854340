"""Fifty tickets that nobody accepts, over twelve days: what the phone of the street's head gets."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from chalicelib.adapters.console import Letter
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.message_log.policy import SAME_WORDS_FOR, STAFF_SMS_PER_DAY

from ..store.scan import SK, scan
from ..tickets.street import TicketStreet
from ..world import GRID, World
from .builders import ZONE

DAYS = 12
BEFORE = 225  # SMS to one phone in a day, without bundles and a ceiling
PLAIN = ("rubbish", "light", "noise", "pets", "lift")
LONG = 268  # four parts


@pytest.fixture(scope="module")
def street() -> TicketStreet:
    """A street after the twelve days. Four urgent tickets come on the eleventh."""
    street = TicketStreet(World())
    world = street.world
    for n in range(4):
        code = f"{GRID}.b{10 + n}"
        world.services.places.put_place(world.boss, code, f"{n}号楼", [], None)
    for n in range(46):
        resident = world.resident()
        street.report(resident, category=PLAIN[n % len(PLAIN)], text=f"第{n}件")
        if n % 12 == 11:
            world.pass_time(hours=7)
    world.pass_time(days=DAYS - 2)
    for n in range(4):
        world.pass_time(minutes=n)  # within two minutes, and later
        reporter = street.phone(world.person(f"报告人{n}").id)
        place = f"{GRID}.b{10 + n}"
        street.report(reporter, category="danger", place=place)
    world.pass_time(days=2)
    return street


def sms(street: TicketStreet) -> list[Letter]:
    """Return the SMS to the head of the street, oldest first."""
    return street.world.sms_to(street.admin.me["phone"])[::-1]


def attempts(street: TicketStreet) -> list[MessageAttempt]:
    head = street.ids["admin"]
    return [
        one
        for one in scan(MessageAttempt, SK == "delivery")
        if one.person == head
    ]


def is_urgent(letter: Letter) -> bool:
    return "urgent" in letter.kind


def day_of(letter: Letter) -> date:
    return letter.sent_at.astimezone(ZONE).date()


def test_the_head_of_the_street_gets_at_most_twelve_sms_a_day(
    street: TicketStreet,
):
    plain = Counter(
        day_of(letter)
        for letter in sms(street)
        if not is_urgent(letter) and not letter.kind.startswith("code.")
    )
    counts = [plain[day] for day in sorted(plain)]
    print(f"SMS a day: {counts}, in all {sum(counts)}; before: {BEFORE} a day")
    assert len(counts) >= DAYS
    assert max(counts) <= STAFF_SMS_PER_DAY


def test_no_sms_comes_twice(street: TicketStreet):
    """Alarms of different tickets ring at once; the next test has theirs."""
    texts = Counter(
        letter.text
        for letter in sms(street)
        if letter.kind != "ticket.urgent_climbed_staff"
    )
    assert {text: n for text, n in texts.items() if n > 1} == {}


def test_every_ticket_is_named_in_an_sms(street: TicketStreet):
    by_id = {one.id: one for one in attempts(street)}
    named: defaultdict[str, int] = defaultdict(int)
    for one in by_id.values():
        if one.state is not DeliveryState.SENT:
            continue
        parts = [by_id[id] for id in one.covers] or [one]
        for part in parts:
            if part.kind.startswith("ticket."):
                named[part.about] += 1
    tickets = street.worker.get(f"/v1/tickets?place={GRID}&limit=100").json
    ids = {line["id"] for line in tickets["items"]}
    assert len(ids) == 50
    assert set(named) >= ids
    print(f"an SMS names a ticket {min(named.values())} times or more")


def test_the_text_of_a_bundle_counts_what_it_names(street: TicketStreet):
    checked = 0
    for letter in sms(street):
        head, _, items = letter.text.partition("最早：")
        if letter.kind != "reminders.bundle":
            continue
        count = int(head.partition("】")[2].partition("件")[0])
        entries = items.partition("（1")[0].split("；")
        numbers = [entry.partition("×")[2] or "1" for entry in entries]
        assert sum(map(int, numbers)) == count, letter.text
        assert len(letter.text) <= LONG
        assert "。。" not in letter.text
        checked += 1
    assert checked


def test_an_urgent_ticket_rings_at_once_and_same_words_ring_once(
    street: TicketStreet,
):
    """The level of a ticket is reached at an instant; the SMS of that instant is the first one."""
    alarms = [
        one
        for one in attempts(street)
        if one.kind == "ticket.urgent_climbed_staff"
    ]
    letters = [one for one in sms(street) if "urgent" in one.kind]
    assert len(alarms) == 4
    for alarm in alarms:
        near = [
            letter
            for letter in letters
            if timedelta() <= letter.sent_at - alarm.at <= SAME_WORDS_FOR
        ]
        assert near, "an alarm waits"
    rung = [one for one in letters if one.kind == alarms[0].kind]
    more = [one for one in letters if one.kind == "reminders.urgent_more"]
    assert rung
    assert more
    assert all("紧急！另有" in one.text for one in more)
    gaps = [b.sent_at - a.sent_at for a, b in pairwise(rung)]
    assert all(gap >= SAME_WORDS_FOR for gap in gaps)
