"""Messages of a street: its own signature, SMS provider and budget, or the installation's."""

from datetime import timedelta

import pytest

from chalicelib.adapters.choice import WeightedProvider
from chalicelib.adapters.ports import Mail, Refused
from chalicelib.kernel.template import Template
from chalicelib.kernel.text_catalogue import text
from chalicelib.message_log.model import MessageAttempt
from chalicelib.people.model import Person
from chalicelib.places.repository import PlaceRepository

from ..notifications.builders import (
    ScriptedGateway,
    a_send,
    lines,
    notify,
    use_providers,
    use_templates,
    with_mail,
)
from ..world import STREET, World

NOTE = Template(text(zh="好", en="ok"), recipients="the resident")
OTHER = "qingfeng"


def set_messaging(world: World, **settings: object) -> None:
    """Set the messaging of the street of the test."""
    answer = world.phone_of(world.admin).put(
        f"/v1/places/{STREET}/messaging", settings
    )
    assert answer.status == 200, answer.text


def of_another_street(world: World) -> Person:
    """Return somebody of another street."""
    world.services.places.found_street(OTHER, "清风街道", "Asia/Shanghai")
    admin: Person = world.services.person_admin.bootstrap_admin(
        "+8613700000001", "外街", OTHER
    )
    return admin


def tell(world: World, person_id: str) -> MessageAttempt:
    """Send a text to a person; return its attempt."""
    use_templates(world, {"test.note": NOTE})
    id = f"due_{next(world.numbers)}"
    notify(world, a_send(id, person_id, "test.note", "x"), {})
    return next(line for line in lines() if line.message == id)


def gateways(world: World, *names: str) -> list[ScriptedGateway]:
    """Send by these providers; all but the first take only what others refuse."""
    made = [ScriptedGateway(world, name=name) for name in names]
    weights = [1, *[0] * (len(made) - 1)]
    use_providers(
        world,
        *[
            WeightedProvider(name=one.name, sender=one, weight=w, price_li=55)
            for one, w in zip(made, weights, strict=True)
        ],
    )
    return made


# signature


def test_an_sms_has_the_signature_of_its_street(world: World):
    set_messaging(world, sms_signature="春晖路街道")
    other = of_another_street(world)
    resident = world.resident()
    for person, number, signed in (
        (resident.me["id"], resident.me["phone"], "【春晖路街道】"),
        (other.id, other.phone, "【春晖】"),
    ):
        assert tell(world, person).state == "sent"
        assert world.mailbox.read(number)[0].text == f"{signed}好"


def test_a_longer_signature_is_billed(world: World):
    resident = world.resident()
    note = Template(
        text(zh="春" * 66, en=""), recipients="the resident", parts=2
    )
    for signature, parts in ((None, 1), ("春晖路", 2)):
        set_messaging(world, sms_signature=signature)
        use_templates(world, {"test.long": note})
        id = f"due_{parts}"
        notify(world, a_send(id, resident.me["id"], "test.long", "x"), {})
        (line,) = [line for line in lines() if line.message == id]
        assert (line.parts, line.cost_li) == (parts, parts * 55)


def test_the_subject_of_an_email_is_the_signature_of_the_street(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    sent: list[Mail] = []

    def send(mail: Mail) -> str:
        sent.append(mail)
        return "ref"

    set_messaging(world, sms_signature="春晖路街道")
    resident = with_mail(world)
    resident.patch("/v1/me", {"channels": {"sms": False}})
    monkeypatch.setattr(world.services.transport._email, "send", send)
    tell(world, resident.me["id"])
    assert [mail.subject for mail in sent] == ["春晖路街道"]


def test_a_sign_in_code_has_the_signature_of_the_installation(world: World):
    set_messaging(world, sms_signature="春晖路街道")
    resident = world.resident()
    world.sign_in(resident.me["phone"])
    assert world.mailbox.read(resident.me["phone"])[0].text.startswith(
        "【春晖】"
    )


# provider


def test_the_named_provider_is_asked_first_and_others_on_refusal(world: World):
    _, west, north = gateways(world, "east", "west", "north")
    # As if it had been named while the installation's secret had it.
    world.services.places._sms_provider_names = lambda: ["north"]
    set_messaging(world, sms_provider="north")
    resident, other = world.resident(), of_another_street(world)
    assert tell(world, resident.me["id"]).provider == "north"
    assert tell(world, other.id).provider == "east"
    north.script = [Refused("429")]
    wish = world.open_wish(resident)
    (line,) = [line for line in lines() if line.about == wish]
    assert (line.state, line.provider) == ("retry", "north")
    world.pass_time(minutes=5)
    (line,) = [line for line in lines() if line.about == wish]
    assert (line.state, line.provider, line.attempt) == ("sent", "east", 2)
    assert west.asked == 0


def test_a_provider_that_is_gone_is_passed_over_and_counted(world: World):
    gateways(world, "east", "west")
    set_messaging(world, sms_provider="console")  # which the secret still has
    counts = world.services.metrics.counts
    line = tell(world, world.resident().me["id"])
    assert (line.state, line.provider) == ("sent", "east")
    assert counts["SmsProviderUnknown",] == 1
    set_messaging(world)
    assert tell(world, world.resident().me["id"]).provider == "east"
    assert counts["SmsProviderUnknown",] == 1


# budget


def test_a_street_stops_at_its_own_budget_and_others_go_on(world: World):
    gateways(world, "east")
    # The pot of ordinary messages holds four tenths: two parts of 55 li.
    set_messaging(world, sms_budget_fen=28)
    other = of_another_street(world)
    for number, (ours, theirs) in enumerate(
        (("sent", "sent"), ("sent", "sent"), ("sent", "sent"), ("", "sent"))
    ):
        line = tell(world, world.resident().me["id"])
        assert line.state == (ours or "suppressed"), number
        assert tell(world, other.id).state == theirs
    assert line.reason == "budget"


def test_a_budget_of_nothing_stops_all_but_codes(world: World):
    set_messaging(world, sms_budget_fen=0)
    resident = world.resident()
    assert tell(world, resident.me["id"]).reason == "budget"
    world.sign_in(resident.me["phone"])


def test_a_larger_budget_of_a_street_counts_above_the_default():
    world = World(sms_budget_fen=0)
    assert tell(world, world.resident().me["id"]).reason == "budget"
    set_messaging(world, sms_budget_fen=10_000)
    assert tell(world, world.resident().me["id"]).state == "sent"


def test_the_metric_of_spending_is_the_share_of_the_streets_budget(
    world: World,
):
    gateways(world, "east")
    set_messaging(world, sms_budget_fen=55)
    tell(world, world.resident().me["id"])
    assert world.services.metrics.values["SmsBudgetSpent",] == [
        pytest.approx(10)
    ]


def test_ten_messages_read_their_street_once(world: World):
    gateways(world, "east")
    people = [world.resident().me["id"] for _ in range(10)]
    world.clock.advance(timedelta(minutes=11))
    read: list[str] = []
    find_street = PlaceRepository.find_street

    def counted(self: PlaceRepository, street: str) -> object:
        read.append(street)
        return find_street(self, street)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlaceRepository, "find_street", counted)
        for person in people:
            assert tell(world, person).state == "sent"
    assert read == [STREET]
