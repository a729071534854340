"""The cost of messages: by parts, street and month, as providers bill them."""

from dataclasses import replace

import pytest

from chalicelib.adapters.choice import WeightedProvider
from chalicelib.adapters.ports import Refused
from chalicelib.kernel.errors import Busy
from chalicelib.kernel.template import Legal, Pot, Template, Urgency
from chalicelib.kernel.text_catalogue import text
from chalicelib.message_log.budget import Bill, PotOfStreet

from ..notifications.builders import (
    a_send,
    notify,
    use_providers,
    use_templates,
)
from ..replies.builders import Scripted, lines, messages, scripted
from ..store.scan import counter
from ..world import World

LONG = Template(
    text(zh="{text}", en="{text}"),
    recipients="the resident",
    slots={"text": 700},
    parts=11,
)
SIGNATURE = 4  # 【春晖】
SUFFIX = 6  # 拒收请回复R
MONTH = "sms#2026-11"


def tell(world: World, text: str, template: Template = LONG, **fields):
    """Send a text to a new resident; return its attempt."""
    use_templates(world, {"test.long": template})
    person = world.resident(**fields)
    if template.legal is Legal.PROMOTIONAL:
        person.patch("/v1/me", {"channels": {"promotions": True}})
    id = f"due_{next(world.numbers)}"
    notify(world, a_send(id, person.me["id"], "test.long", "x"), {"text": text})
    return next(line for line in lines() if line.message == id)


@pytest.mark.parametrize(
    ("units", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)]
)
def test_a_text_costs_its_parts_signature_included(
    world: World, units: int, parts: int
):
    scripted(world)
    line = tell(world, "春" * (units - SIGNATURE))
    assert line.parts == parts
    assert line.cost_li == parts * 55
    assert counter("spent#chunhui#other", MONTH) == parts * 55


@pytest.mark.parametrize(
    ("units", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)]
)
def test_the_opt_out_suffix_of_a_promotion_is_billed(
    world: World, units: int, parts: int
):
    scripted(world)
    line = tell(
        world,
        "春" * (units - SIGNATURE - SUFFIX),
        replace(LONG, legal=Legal.PROMOTIONAL),
    )
    assert line.parts == parts
    assert line.promotional


def test_an_english_text_is_billed_as_ucs2_because_of_the_signature(
    world: World,
):
    scripted(world)
    assert tell(world, "a" * 66, locale="en").parts == 1
    assert tell(world, "a" * 67, locale="en").parts == 2


def test_staff_see_whole_fen_rounded_up(world: World):
    scripted(world)
    line = tell(world, "春" * 200)
    shown = messages(world, line.person)[0]
    assert shown["parts"] == 4
    assert shown["cost_fen"] == 22


def test_e_mail_and_suppressed_messages_cost_nothing(world: World):
    resident = world.resident()
    resident.patch("/v1/me", {"channels": {"sms": False}})
    world.open_wish(resident)
    line = next(line for line in lines() if line.person == resident.me["id"])
    assert line.parts == 0
    assert line.cost_li == 0
    assert counter("spent#chunhui#other", MONTH) is None


def test_a_refused_message_costs_nothing_and_one_in_doubt_is_booked(
    world: World,
):
    east = scripted(world, Refused("blacklisted", final=True))
    assert tell(world, "好").state == "dead"
    assert counter("spent#chunhui#other", MONTH) is None
    east.script = [TimeoutError()]
    assert tell(world, "好").state == "unknown"
    assert counter("spent#chunhui#other", MONTH) == 55


def test_a_message_costs_the_price_of_the_provider_that_took_it(world: World):
    cheap = Scripted(world)
    dear = Scripted(world)
    east = WeightedProvider(name="east", sender=cheap, weight=1, price_li=40)
    use_providers(
        world,
        east,
        WeightedProvider(name="west", sender=dear, weight=0, price_li=90),
    )
    assert tell(world, "春" * 100).cost_li == 80
    cheap.script = [Refused("429")]
    resident = world.resident()
    world.open_wish(resident)
    first = next(line for line in lines() if line.person == resident.me["id"])
    assert first.state == "retry"
    assert first.provider == "east"
    world.pass_time(minutes=2)
    second = next(line for line in lines() if line.person == resident.me["id"])
    assert second.state == "sent"
    assert second.provider == "west"
    assert second.cost_li == 90
    assert counter("spent#chunhui#other", MONTH) == 80 + 90


def test_each_street_pays_for_its_own_messages(world: World):
    scripted(world)
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    other = world.services.person_admin.bootstrap_admin(
        "+8613700000001", "外街", "qingfeng"
    )
    tell(world, "好")
    notify(world, a_send("due_o", other.id, "test.long", "x"), {"text": "好"})
    assert counter("spent#chunhui#other", MONTH) == 55
    assert counter("spent#qingfeng#other", MONTH) == 55


def test_a_new_month_starts_a_new_sum(world: World):
    scripted(world)
    tell(world, "好")
    world.pass_time(days=9)
    tell(world, "好")
    assert counter("spent#chunhui#other", MONTH) == 55
    assert counter("spent#chunhui#other", "sms#2026-12") == 55


def test_a_message_that_comes_again_is_paid_once(world: World):
    scripted(world)
    line = tell(world, "好")
    again = a_send(line.message, line.person, "test.long", "x")
    for _ in range(3):
        notify(world, again, {"text": "好"})
    assert counter("spent#chunhui#other", MONTH) == 55


def test_sent_messages_are_booked_even_if_the_job_fails_afterwards(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    scripted(world)
    use_templates(world, {"test.long": LONG})
    awake = world.resident()
    asleep = world.resident()
    asleep.patch("/v1/me", {"quiet_hours": {"from": "08:00", "to": "12:00"}})
    to = f"people:{awake.me['id']},{asleep.me['id']}"

    def full(*args: object) -> None:
        raise Busy

    monkeypatch.setattr(world.services.message_log, "defer", full)
    with pytest.raises(Busy):
        notify(world, a_send("due_1", to, "test.long", "x"), {"text": "好"})
    assert [line.state for line in lines()] == ["sent"]
    assert counter("spent#chunhui#other", MONTH) == 55


@pytest.mark.parametrize(
    ("spent", "wanted"),
    [
        (
            "other",
            {"other": "budget", "tickets": "", "urgent": "", "codes": ""},
        ),
        (
            "tickets",
            {"other": "", "tickets": "budget", "urgent": "", "codes": ""},
        ),
        (
            "urgent",
            {"other": "", "tickets": "", "urgent": "budget", "codes": ""},
        ),
        ("codes", {"other": "", "tickets": "", "urgent": "", "codes": ""}),
    ],
)
def test_a_pot_that_is_spent_stops_its_own_messages_only(
    world: World, spent: str, wanted: dict[str, str]
):
    scripted(world)
    bill = Bill()
    bill.by_pot[PotOfStreet("chunhui", Pot(spent))] = 10**9
    world.services.sms_budget.book(bill)
    reasons = {}
    for pot in Pot:
        urgency = Urgency.URGENT if pot is Pot.URGENT else Urgency.NORMAL
        template = replace(LONG, pot=pot, urgency=urgency)
        reasons[pot.value] = tell(world, "好", template).reason
    assert reasons == wanted


def test_the_urgent_pot_raises_an_alarm_before_it_stops_anything(world: World):
    scripted(world)
    template = replace(LONG, urgency=Urgency.URGENT)
    assert tell(world, "好", template).reason == ""
    counts = world.services.metrics.counts
    assert ("UrgentSmsSpent",) not in counts
    bill = Bill()
    pot = world.services.sms_budget.budget_li * 0.3
    bill.by_pot[PotOfStreet("chunhui", Pot.URGENT)] = int(pot / 2)
    world.services.sms_budget.book(bill)
    assert tell(world, "好", template).reason == ""
    assert counts[("UrgentSmsSpent",)] == 1
