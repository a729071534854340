"""Promotions: by consent, with an opt-out, within the budget and the weekly limit."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.kernel.template import Legal, Pot, Template, Urgency
from chalicelib.kernel.text_catalogue import text
from chalicelib.message_log.budget import Bill, PotOfStreet
from chalicelib.notifications.policy import WEEKLY_MESSAGES

from ..notifications.builders import a_send, notify, use_templates
from ..world import Phone, World
from .builders import PROVIDERS, a_world, consents, lines, visits

FAIR = Template(
    text(zh="周六义诊，欢迎来。", en="Free check-ups on Saturday."),
    recipients="whom it concerns",
    legal=Legal.PROMOTIONAL,
)
NOTE = replace(FAIR, legal=Legal.SERVICE)
ALARM = replace(NOTE, urgency=Urgency.URGENT)


@pytest.fixture
def world() -> Iterator[World]:
    with (
        a_world(sms_providers=PROVIDERS, sms_budget_fen=275) as world
    ):  # twenty parts in the pot of what is neither code, urgent nor ticket
        use_templates(
            world, {"test.fair": FAIR, "test.note": NOTE, "test.alarm": ALARM}
        )
        yield world


def tell(world: World, person_id: str, kind: str) -> str:
    """Send a message to a person; return its state and reason."""
    id = f"due_{next(world.numbers)}"
    notify(world, a_send(id, person_id, kind, "x"), {})
    line = next(line for line in lines() if line.message == id)
    return " ".join(filter(None, (line.state, line.reason)))


def agree(phone: Phone, wanted: bool = True) -> None:
    answer = phone.patch("/v1/me", {"channels": {"promotions": wanted}})
    assert answer.status == 200
    assert answer.json["channels"]["promotions"] == wanted


def spend(world: World, parts: int) -> None:
    """Book other spending of the street, more than a minute ago."""
    bill = Bill()
    bill.by_pot[PotOfStreet("chunhui", Pot.OTHER)] = parts * 55
    world.services.sms_budget.book(bill)
    world.pass_time(minutes=2)


def test_consent_to_promotions_is_a_channel_setting_and_is_recorded(
    world: World,
):
    resident = world.resident()
    assert resident.get("/v1/me").json["channels"]["promotions"] is False
    for wanted in (True, True, False, False, True):
        world.pass_time(seconds=1)
        agree(resident, wanted)
    ledger = [
        line for line in consents(world, resident) if line[0] == "promotions"
    ]
    assert ledger == [
        ("promotions", True),
        ("promotions", False),
        ("promotions", True),
    ]
    line = resident.get("/v1/me/consents").json["items"][0]
    assert line["text_version"] == "2026-11"
    assert line["how"] == "app"
    assert line["recorded_by"] == resident.me["id"]
    assert resident.delete("/v1/me/consents/promotions").status == 204
    assert resident.get("/v1/me").json["channels"]["promotions"] is False
    assert resident.delete("/v1/me/consents/promotions").status == 404


def test_a_null_or_another_channel_does_not_change_the_consent(world: World):
    resident = world.resident()
    agree(resident)
    for channels in ({"promotions": None}, {"sms": True}, {}):
        assert (
            resident.patch("/v1/me", {"channels": channels}).json["channels"][
                "promotions"
            ]
            is True
        )
    assert (
        resident.patch("/v1/me", {"channels": {"promotions": "yes"}}).status
        == 422
    )


def test_staff_cannot_consent_to_promotions_for_a_resident(world: World):
    resident = world.resident()
    answer = world.staff().patch(
        f"/v1/people/{resident.me['id']}", {"channels": {"promotions": True}}
    )
    assert answer.status == 422
    assert resident.get("/v1/me").json["channels"]["promotions"] is False


def test_promotions_go_only_to_consenting_residents_with_an_opt_out(
    world: World,
):
    asked = world.resident()
    other = world.resident()
    english = world.resident(locale="en")
    for phone in (asked, english):
        agree(phone)
    assert [
        tell(world, phone.me["id"], "test.fair")
        for phone in (asked, other, english)
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
    assert visits(world) == []  # a promotion never leads to a visit


def test_a_service_message_has_no_opt_out_and_needs_no_consent(
    world: World,
):
    resident = world.resident()
    assert tell(world, resident.me["id"], "test.note") == "sent"
    assert (
        world.sms_to(resident.me["phone"])[0].text
        == "【春晖】周六义诊，欢迎来。"
    )


def test_a_consent_is_checked_at_the_moment_of_sending(world: World):
    resident = world.resident()
    agree(resident)
    assert tell(world, resident.me["id"], "test.fair") == "sent"
    assert resident.delete("/v1/me/consents/promotions").status == 204
    assert (
        tell(world, resident.me["id"], "test.fair") == "suppressed no_consent"
    )


def test_the_budget_stops_promotions_at_four_fifths_and_never_urgent_messages(
    world: World,
):
    resident = world.resident()
    agree(resident)
    id = resident.me["id"]
    spend(world, 15)
    assert (
        tell(world, id, "test.fair") == "sent"
    )  # the sixteenth part of twenty
    assert [
        tell(world, id, kind)
        for kind in ("test.fair", "test.note", "test.alarm")
    ] == ["suppressed budget", "sent", "sent"]
    spend(world, 3)
    assert (
        tell(world, world.resident().me["id"], "test.note")
        == "suppressed budget"
    )
    assert (
        sum(line.wants_visit for line in lines()) == 1
    )  # for the service message, not for the promotion
    assert tell(world, world.resident().me["id"], "test.alarm") == "sent"


def test_the_budget_never_stops_sign_in_codes(world: World):
    resident = world.resident()
    spend(world, 100)
    assert (
        world.sign_in(resident.me["phone"], consent="2026-11").me["id"]
        == resident.me["id"]
    )


def test_each_month_has_its_own_budget(world: World):
    spend(world, 20)
    one = world.resident()
    other = world.resident()
    assert tell(world, one.me["id"], "test.note") == "suppressed budget"
    world.pass_time(days=9)
    assert tell(world, other.me["id"], "test.note") == "sent"
    assert world.services.sms_budget.spent_li("chunhui") == 55


def test_a_burst_of_messages_stays_within_the_budget(world: World):
    """The sum is read once a minute; what the process has spent since counts too."""
    people = [world.person() for _ in range(30)]
    states = [tell(world, person.id, "test.note") for person in people]
    assert states.count("sent") == 20


def test_a_budget_of_zero_is_a_limit(world: World):
    world.services.sms_budget.budget_li = 0
    assert (
        tell(world, world.resident().me["id"], "test.note")
        == "suppressed budget"
    )


def test_promotions_stop_at_the_weekly_limit_and_are_never_in_a_digest(
    world: World,
):
    world.services.sms_budget.budget_li = 1_000_000
    resident = world.resident()
    agree(resident)
    states = [
        tell(world, resident.me["id"], "test.fair")
        for _ in range(WEEKLY_MESSAGES + 2)
    ]
    assert states == ["sent"] * WEEKLY_MESSAGES + ["suppressed enough"] * 2
    world.pass_time(hours=12)
    assert world.sms_to(resident.me["phone"], "reminders.digest") == []
    assert visits(world) == []
