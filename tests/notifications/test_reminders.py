"""Telling people: whom, by which channel, in which words, and at most once."""

from datetime import timedelta

import pytest

from chalicelib.adapters.choice import Provider
from chalicelib.adapters.ports import Refused, Sms
from chalicelib.kernel.access import Role
from chalicelib.kernel.message_context import MessageSubject
from chalicelib.message_log.attempts import AttemptInProgress, address_fingerprint
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
    attempt_id,
)
from chalicelib.message_log.policy import HOLD, LEASE, RETRY_FOR
from chalicelib.message_log.repository import MessageRepository

from ..signin.builders import sign_up
from ..store.scan import SK, Reads, everything, scan, scheduled
from ..world import BAIHUA, GRID, Phone, World
from .builders import a_send, notify, use_providers

claim = Reads(MessageRepository).claim

MAIL = "xiuying@example.com"


def tell(world: World, to: str, **fields) -> None:
    notify(
        world,
        a_send(to=to, **fields),
        {"title": "一个水壶", "reason": "", "needed_by": ""},
    )


def lines() -> list[MessageAttempt]:
    return scan(MessageAttempt, SK == "delivery")


def ledger() -> list[tuple[str, str, DeliveryState]]:
    return sorted(
        (line.person, line.channel, line.state)
        for line in lines()
        if line.person.startswith("per_")
    )


def reasons() -> list[tuple[str, str]]:
    return sorted(
        (line.person, line.reason)
        for line in lines()
        if line.state is DeliveryState.SUPPRESSED
    )


def with_mail(world: World, **fields) -> Phone:
    """Somebody with a proven address."""
    phone = world.resident(**fields)
    phone.post("/v1/me/email", {"address": MAIL})
    code = "".join(c for c in world.mailbox.read(MAIL)[0].text if c.isdigit())[:6]
    assert phone.post("/v1/me/email/verify", {"code": code}).status == 200
    return phone


def texts(world: World, address: str) -> list[str]:
    return [
        letter.text
        for letter in world.mailbox.read(address)
        if letter.kind.startswith("wish.")
    ]


def test_somebody_with_a_phone_is_told_by_sms_under_the_houses_signature(world: World):
    person = world.person()
    tell(world, person.id)
    assert texts(world, person.phone or "") == [
        "【春晖】您的心愿「一个水壶」已上墙，有人认领会通知您。"
    ]
    assert ledger() == [(person.id, "sms", DeliveryState.SENT)]


def test_everybody_is_told_in_her_own_language(world: World):
    chinese, english = world.person(), world.person(locale="en")
    for person in (chinese, english):
        tell(world, person.id, id=f"due_{person.id}")
    assert "已上墙" in texts(world, chinese.phone or "")[0]
    assert texts(world, english.phone or "")[0].startswith(
        "【春晖】Your wish “一个水壶” is on the wall"
    )


def test_who_wants_no_sms_is_told_by_mail(world: World):
    phone = with_mail(world)
    phone.patch("/v1/me", {"channels": {"sms": False}})
    tell(world, phone.me["id"])
    assert texts(world, phone.me["phone"]) == []
    assert len(texts(world, MAIL)) == 1
    assert (phone.me["id"], "email", DeliveryState.SENT) in ledger()


def test_a_phone_comes_before_mail_and_one_channel_is_enough(world: World):
    phone = with_mail(world)
    tell(world, phone.me["id"])
    assert (len(texts(world, phone.me["phone"])), len(texts(world, MAIL))) == (1, 0)


def test_somebody_without_a_phone_is_told_through_her_contact_in_the_contacts_language(
    world: World,
):
    contact = world.person("李强", locale="en")
    old = world.person("李奶奶", phone=None, contact_via=contact.id)
    tell(world, old.id)
    assert texts(world, contact.phone or "")[0].startswith("【春晖】Your wish")
    assert ledger() == [(old.id, "sms", DeliveryState.SENT)]


def test_the_contact_is_left_alone_for_somebody_who_has_a_phone(world: World):
    contact = world.person("李强")
    old = world.person("李奶奶", contact_via=contact.id)
    world.phone_of(old).patch("/v1/me", {"channels": {"sms": False}})
    tell(world, old.id)
    assert texts(world, contact.phone or "") == []


@pytest.mark.parametrize("why", ["no phone", "sms off", "contact's sms off"])
def test_who_cannot_be_told_stands_on_the_list_of_those_who_were_not(world: World, why):
    contact = world.person("李强")
    phone = None if why != "sms off" else ""
    person = world.person(
        "李奶奶",
        phone=phone,
        contact_via=contact.id if why == "contact's sms off" else None,
    )
    silent = {"sms off": person, "contact's sms off": contact}.get(why)
    if silent:
        world.phone_of(silent).patch("/v1/me", {"channels": {"sms": False}})
    tell(world, person.id)
    assert ledger() == [(person.id, "none", DeliveryState.SUPPRESSED)]


def test_what_is_no_longer_true_is_told_to_nobody_and_that_is_written_down(
    world: World,
):
    person = world.person()
    notify(world, a_send(to=person.id), None)
    tell(world, "per_nobody")
    assert texts(world, person.phone or "") == []
    assert reasons() == [(person.id, SuppressionReason.OVER)]


def test_a_ledger_names_no_address_and_no_words(world: World):
    phone = with_mail(world)
    tell(world, phone.me["id"])
    text = str(everything()["messages"])
    assert not [
        word for word in (phone.me["phone"], MAIL, "水壶", "王秀英") if word in text
    ]


# staff


def test_staff_on_duty_at_the_nearest_level_are_told(world: World):
    places, boss = world.services.places, world.boss
    worker, staff = (
        world.person("吴刚", (Role.GRID_WORKER, GRID)),
        world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA)),
    )
    for id, told in (("due_1", world.admin), ("due_2", staff), ("due_3", worker)):
        tell(world, "staff:chunhui.baihua.g01.b05.u1", id=id, kind="wish.late_staff")
        assert len(texts(world, told.phone or "")) == 1
        if told == world.admin:
            places.assign_duty(boss, BAIHUA, {"community_staff": [staff.id]})
        if told == staff:
            places.assign_duty(boss, GRID, {"grid_worker": [worker.id]})


def test_everybody_on_duty_is_told_once(world: World):
    staff = [
        world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), (Role.GRID_WORKER, BAIHUA))
        for _ in range(2)
    ]
    duty = {
        "community_staff": [person.id for person in staff],
        "grid_worker": [staff[0].id],
    }
    world.services.places.assign_duty(world.boss, BAIHUA, duty)
    tell(world, f"staff:{BAIHUA}", kind="wish.late_staff")
    assert [len(texts(world, person.phone or "")) for person in staff] == [1, 1]


# once


def test_a_message_that_comes_twice_is_sent_once(world: World):
    person = world.person()
    for _ in range(3):
        tell(world, person.id)
    assert len(texts(world, person.phone or "")) == 1
    tell(world, person.id, id="due_2")
    assert len(texts(world, person.phone or "")) == 2


class Gateway:
    """A provider that answers each attempt by the next of its script, and from then on takes everything."""

    def __init__(self, world: World, *script: Exception, name: str = "east") -> None:
        self.script, self.name, self.world = list(script), name, world
        self.taken: list[Sms] = []
        self.asked = 0

    def send(self, sms: Sms) -> str:
        self.asked += 1
        if self.script:
            raise self.script.pop(0)
        self.taken.append(sms)
        self.world.mailbox.put(sms.phone, "sms", sms.text, sms.kind)
        return f"ref-{self.asked}"


def over(world: World, *gateways: Gateway) -> None:
    """Send by these from now on, the first one first."""
    weights = [1, *[0] * (len(gateways) - 1)]
    pairs = zip(gateways, weights, strict=True)
    use_providers(
        world,
        *[Provider(name=g.name, sender=g, weight=w, price_li=55) for g, w in pairs],
    )


def test_an_attempt_whose_end_was_not_seen_is_unknown_and_never_made_again(
    world: World,
):
    resident, gateway = world.resident(), Gateway(world, TimeoutError())
    over(world, gateway)
    world.open_wish(resident)
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.UNKNOWN)]
    world.pass_time(hours=1)
    assert (texts(world, resident.me["phone"]), gateway.asked) == ([], 1)
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.UNKNOWN)]
    assert [due.kind for due in scheduled()] == ["timer.wish"]


def test_an_urgent_message_of_unknown_fate_is_sent_once_more_by_the_same_provider(
    world: World,
):
    number = world.person().phone or ""
    east, west = (
        Gateway(world, TimeoutError(), TimeoutError()),
        Gateway(world, name="west"),
    )
    over(world, east, west)
    assert Phone().post("/v1/auth/codes", {"phone": number}).status == 202
    assert east.asked == 1
    world.pass_time(seconds=HOLD.total_seconds() - 1)
    assert east.asked == 1
    world.pass_time(seconds=1)
    assert (east.asked, west.asked) == (2, 0)
    world.pass_time(hours=1)
    assert (east.asked, west.asked, lines()[0].state) == (2, 0, DeliveryState.UNKNOWN)


def test_what_a_provider_has_certainly_not_taken_goes_to_the_next_one(world: World):
    resident, east, west = (
        world.resident(),
        Gateway(world, Refused("throttled")),
        Gateway(world, name="west"),
    )
    over(world, east, west)
    world.open_wish(resident)
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.RETRY)]
    world.pass_time(minutes=1)
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.SENT)]
    assert (east.asked, west.asked, lines()[0].provider, lines()[0].attempt) == (
        1,
        1,
        "west",
        2,
    )


def test_a_message_is_tried_for_a_day_then_it_is_dead_and_she_is_on_the_list_of_those_to_visit(
    world: World,
):
    resident, gateway = (
        world.resident(),
        Gateway(world, *[Refused("sns.AccessDenied")] * 99),
    )
    over(world, gateway)
    world.open_wish(resident)
    world.pass_time(hours=20)
    assert lines()[0].state is DeliveryState.RETRY
    world.pass_time(hours=8)
    assert lines()[0].state is DeliveryState.DEAD
    assert 10 <= gateway.asked <= 30  # with jitter
    assert lines()[0].settled_at - lines()[0].at <= RETRY_FOR
    assert [
        waiting.id
        for waiting in world.services.message_queries.to_visit(BAIHUA, "", 10).items
    ] == [lines()[0].id]


def test_once_a_providers_key_is_mended_everybody_who_waits_is_told(world: World):
    resident, gateway = (
        world.resident(),
        Gateway(world, *[Refused("sns.AccessDenied")] * 9),
    )
    over(world, gateway)
    world.open_wish(resident)
    world.pass_time(hours=6)
    assert len(texts(world, resident.me["phone"])) == 1
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.SENT)]


def test_what_a_provider_will_never_take_is_not_offered_again(world: World):
    person, gateway = (
        world.person(),
        Gateway(world, Refused("invalid_number", final=True)),
    )
    over(world, gateway)
    tell(world, person.id)
    world.pass_time(hours=12)
    assert (gateway.asked, lines()[0].state, lines()[0].reason) == (
        1,
        DeliveryState.DEAD,
        "invalid_number",
    )


def test_one_of_many_whose_message_failed_holds_up_nobody_else(world: World):
    staff = [world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA)) for _ in range(3)]
    world.services.places.assign_duty(
        world.boss, BAIHUA, {"community_staff": [person.id for person in staff]}
    )
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    helper.post(f"/v1/wishes/{id}/claim")
    helper.post(f"/v1/wishes/{id}/deliver", {})
    over(world, Gateway(world, TimeoutError()))
    assert resident.post(f"/v1/wishes/{id}/dispute", {"reason": "没收到"}).status == 200
    world.pass_time(minutes=5)
    assert sorted(
        len(world.sms_to(person.phone or "", "wish.disputed_staff")) for person in staff
    ) == [0, 1, 1]
    assert sorted(
        line[2] for line in ledger() if line[0] in {person.id for person in staff}
    ) == ["sent", "sent", "unknown"]


def test_a_claim_that_somebody_is_at_comes_again_and_an_old_one_is_unknown(
    world: World,
):
    person, now = world.person(), world.clock.now()
    line = MessageAttempt(
        id=attempt_id(
            "due_1",
            Channel.SMS,
            address_fingerprint(world.services.keys, person.phone or ""),
        ),
        message="due_1",
        kind="wish.approved",
        about="wsh_a",
        person=person.id,
        channel=Channel.SMS,
        state=DeliveryState.CLAIMED,
        attempt=1,
        owner="somebody",
        lease_until=now + LEASE,
        at=now,
        ttl=now + timedelta(days=1),
    )
    assert claim(line)
    with pytest.raises(AttemptInProgress):
        tell(world, person.id)
    assert ledger() == [(person.id, "sms", DeliveryState.CLAIMED)]
    world.clock.advance(LEASE)
    tell(world, person.id)
    assert ledger() == [(person.id, "sms", DeliveryState.UNKNOWN)]
    assert texts(world, person.phone or "") == []


# read at the moment of sending


def test_a_code_of_a_claim_that_is_over_is_not_told(world: World):
    def words(*asked):
        id, kind, params = asked
        (context,) = world.services.hooks.contexts(
            [MessageSubject(kind=kind, subject=id, params=params)]
        )
        return context and context.facts

    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    claim = helper.post(f"/v1/wishes/{id}/claim").json["claims"][0]["id"]
    assert words(id, "wish.claimed", {"claim": claim})["code"] == world.delivery_code(
        resident.me["phone"]
    )
    helper.post(f"/v1/wishes/{id}/release", {"reason": "来不了"})
    assert words(id, "wish.claimed", {"claim": claim}) is None
    assert words(id, "wish.yours", {"claim": claim}) is None
    assert words("wsh_none", "wish.approved", {}) is None


def test_sms_name_no_resident_and_no_address(world: World):
    resident, helper = (
        world.resident(name="欧阳秀英", address="望江阁9楼"),
        world.volunteer(),
    )
    id = world.open_wish(resident, title="欧阳秀英的水壶")
    helper.post(f"/v1/wishes/{id}/claim")
    helper.post(
        f"/v1/wishes/{id}/deliver", {"code": world.delivery_code(resident.me["phone"])}
    )
    assert not [
        letter
        for letter in world.mailbox.read()
        if "秀英" in letter.text or "望江阁" in letter.text
    ]
    assert "已记1小时" in world.sms_to(helper.me["phone"], "wish.thanks")[0].text


def test_an_erased_person_is_told_nothing(world: World):
    phone = sign_up(world)
    phone.delete("/v1/me")
    tell(world, phone.me["id"])
    assert texts(world, phone.me["phone"]) == []
    assert (phone.me["id"], SuppressionReason.ERASED) in reasons()
