"""Promotions: only to who has asked for them, never without the way out, and never with the money of what people wait for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.kernel.template import Legal, Template, Urgency
from chalicelib.kernel.text_catalogue import text
from chalicelib.message_log.budget import Bill
from chalicelib.notifications.policy import WEEKLY_MESSAGES

from ..notifications.builders import a_send, notify, use_templates
from ..world import Phone, World
from .builders import PROVIDERS, a_world, consents, lines, visits

FAIR = Template(
    text(zh="周六义诊，欢迎来。", en="Free check-ups on Saturday."),
    told="whom it concerns",
    legal=Legal.PROMOTIONAL,
)
NOTE = replace(FAIR, legal=Legal.SERVICE)
ALARM = replace(NOTE, urgency=Urgency.URGENT)


@pytest.fixture
def world() -> Iterator[World]:
    with a_world(sms_providers=PROVIDERS, sms_budget_fen=110) as world:  # twenty parts
        use_templates(
            world, {"test.fair": FAIR, "test.note": NOTE, "test.alarm": ALARM}
        )
        yield world


def tell(world: World, person_id: str, kind: str) -> str:
    """Tell somebody, and return what became of it: its state and why."""
    id = f"due_{next(world.numbers)}"
    notify(world, a_send(id, person_id, kind, "x"), {})
    line = next(line for line in lines() if line.message == id)
    return " ".join(filter(None, (line.state, line.reason)))


def agree(phone: Phone, wanted: bool = True) -> None:
    answer = phone.patch("/v1/me", {"channels": {"promotions": wanted}})
    assert (answer.status, answer.json["channels"]["promotions"]) == (200, wanted)


def spend(world: World, parts: int) -> None:
    """The street spends money on something else, more than a minute ago."""
    bill = Bill()
    bill.by_street["chunhui"] = parts * 55
    world.services.sms_budget.book(bill)
    world.pass_time(minutes=2)


def test_consent_is_given_and_taken_back_with_the_channels_and_stands_in_the_ledger(
    world: World,
):
    resident = world.resident()
    assert resident.get("/v1/me").json["channels"]["promotions"] is False
    for wanted in (True, True, False, False, True):
        world.pass_time(seconds=1)
        agree(resident, wanted)
    ledger = [line for line in consents(world, resident) if line[0] == "promotions"]
    assert ledger == [("promotions", True), ("promotions", False), ("promotions", True)]
    line = resident.get("/v1/me/consents").json["items"][0]
    assert (line["text_version"], line["how"], line["recorded_by"]) == (
        "2026-11",
        "app",
        resident.me["id"],
    )
    assert resident.delete("/v1/me/consents/promotions").status == 204
    assert resident.get("/v1/me").json["channels"]["promotions"] is False
    assert resident.delete("/v1/me/consents/promotions").status == 404


def test_a_null_or_another_channel_leaves_the_consent_as_it_is(world: World):
    resident = world.resident()
    agree(resident)
    for channels in ({"promotions": None}, {"sms": True}, {}):
        assert (
            resident.patch("/v1/me", {"channels": channels}).json["channels"][
                "promotions"
            ]
            is True
        )
    assert resident.patch("/v1/me", {"channels": {"promotions": "yes"}}).status == 422


def test_nobody_else_gives_it_for_her(world: World):
    resident = world.resident()
    answer = world.staff().patch(
        f"/v1/people/{resident.me['id']}", {"channels": {"promotions": True}}
    )
    assert answer.status == 422
    assert resident.get("/v1/me").json["channels"]["promotions"] is False


def test_promotions_go_to_who_has_asked_and_say_how_to_be_left_alone(world: World):
    asked, other, english = (
        world.resident(),
        world.resident(),
        world.resident(locale="en"),
    )
    for phone in (asked, english):
        agree(phone)
    assert [
        tell(world, phone.me["id"], "test.fair") for phone in (asked, other, english)
    ] == [
        "sent",
        "suppressed no_consent",
        "sent",
    ]
    assert (
        world.sms_to(asked.me["phone"])[0].text
        == "【春晖】周六义诊，欢迎来。拒收请回复R"
    )
    assert (
        world.sms_to(english.me["phone"])[0].text
        == "【春晖】Free check-ups on Saturday. Reply R to stop"
    )
    assert world.sms_to(other.me["phone"]) == []
    assert (
        visits(world) == []
    )  # nobody visits anybody for a promotion that she never wanted


def test_what_is_no_promotion_says_nothing_of_the_kind_and_needs_no_consent(
    world: World,
):
    resident = world.resident()
    assert tell(world, resident.me["id"], "test.note") == "sent"
    assert world.sms_to(resident.me["phone"])[0].text == "【春晖】周六义诊，欢迎来。"


def test_a_consent_that_is_taken_back_before_the_moment_of_sending_counts(world: World):
    resident = world.resident()
    agree(resident)
    assert tell(world, resident.me["id"], "test.fair") == "sent"
    assert resident.delete("/v1/me/consents/promotions").status == 204
    assert tell(world, resident.me["id"], "test.fair") == "suppressed no_consent"


def test_at_four_fifths_of_the_budget_promotions_stop_and_at_all_of_it_what_is_normal_too(
    world: World,
):
    resident = world.resident()
    agree(resident)
    id = resident.me["id"]
    spend(world, 15)
    assert tell(world, id, "test.fair") == "sent"  # the sixteenth part of twenty
    assert [
        tell(world, id, kind) for kind in ("test.fair", "test.note", "test.alarm")
    ] == ["suppressed budget", "sent", "sent"]
    spend(world, 2)
    assert tell(world, world.resident().me["id"], "test.note") == "suppressed budget"
    assert (
        len(visits(world)) == 1
    )  # whoever was not told for lack of money is to be visited, but not to advertise
    assert tell(world, world.resident().me["id"], "test.alarm") == "sent"


def test_codes_come_whatever_was_spent(world: World):
    resident = world.resident()
    spend(world, 100)
    assert (
        world.sign_in(resident.me["phone"], consent="2026-11").me["id"]
        == resident.me["id"]
    )


def test_another_month_has_a_budget_of_its_own(world: World):
    spend(world, 20)
    one, other = world.resident(), world.resident()
    assert tell(world, one.me["id"], "test.note") == "suppressed budget"
    world.pass_time(days=9)
    assert tell(world, other.me["id"], "test.note") == "sent"
    assert world.services.sms_budget.spent_li("chunhui") == 55


def test_one_burst_does_not_outrun_the_budget(world: World):
    """The sum is read once a minute, and what one has spent oneself since counts as well."""
    people = [world.person() for _ in range(30)]
    states = [tell(world, person.id, "test.note") for person in people]
    assert states.count("sent") == 20


def test_a_budget_of_nothing_is_not_a_budget_without_limit(world: World):
    world.services.sms_budget.budget_li = 0
    assert tell(world, world.resident().me["id"], "test.note") == "suppressed budget"
    world.services.sms_budget.budget_li = None
    assert tell(world, world.resident().me["id"], "test.note") == "sent"


def test_promotions_end_where_the_week_is_full_and_never_hide_in_a_digest(world: World):
    world.services.sms_budget.budget_li = None
    resident = world.resident()
    agree(resident)
    states = [
        tell(world, resident.me["id"], "test.fair") for _ in range(WEEKLY_MESSAGES + 2)
    ]
    assert states == ["sent"] * WEEKLY_MESSAGES + ["suppressed enough"] * 2
    world.pass_time(hours=12)
    assert world.sms_to(resident.me["phone"], "reminders.digest") == []
    assert visits(world) == []
