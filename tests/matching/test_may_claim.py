"""Matching offers wishes only to volunteers who may claim them, whatever staff know of each."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.offers.model import Offer, OfferState
from chalicelib.people.model import Vetting, VettingMethod
from chalicelib.wishes.helpers import HashedHome, HelperRecord, ReturnedClaim

from ..faults.facts import every
from ..store.scan import save
from ..world import STREET, Phone, World

DAY = timedelta(days=1)


def unvetted(world: World) -> Phone:
    return world.volunteer(vetting=Vetting.NONE)


def by_document(world: World) -> Phone:
    phone = world.volunteer()
    world.vet(phone.me["id"], how=VettingMethod.DOCUMENT)
    return phone


def safeguarding(world: World) -> Phone:
    return world.volunteer(vetting=Vetting.SAFEGUARDING)


def expired(world: World) -> Phone:
    phone = world.volunteer()
    soon = world.clock.now() + timedelta(seconds=1)
    world.vet(phone.me["id"], expires_at=soon)
    world.clock.advance(timedelta(seconds=2))
    return phone


def renamed(world: World) -> Phone:
    phone = world.volunteer()
    assert phone.patch("/v1/me", {"name": "赵小强"}).status == 200
    return phone


def withdrawn(world: World) -> Phone:
    phone = world.volunteer()
    path = f"/v1/people/{phone.me['id']}/vetting"
    boss = world.phone_of(world.admin)
    assert boss.put(path, {"level": "none"}).status == 200
    return phone


def known(world: World) -> Phone:
    """Return a volunteer with a confirmed delivery."""
    phone, resident = world.volunteer(), world.resident()
    wish = world.open_wish(resident)
    assert phone.post(f"/v1/wishes/{wish}/claim").status == 200
    body = {"code": world.delivery_code(resident.me["phone"])}
    assert phone.post(f"/v1/wishes/{wish}/deliver", body).status == 200
    world.pass_time(minutes=2)
    return phone


def shown_enough(world: World) -> Phone:
    """Return a volunteer whose phone was shown two homes under an earlier account."""
    phone = world.volunteer(homes=None)
    _record_by_phone(
        world,
        phone,
        homes=(
            HashedHome(home="home-a", at=world.clock.now() - 90 * DAY),
            HashedHome(home="home-b", at=world.clock.now() - 80 * DAY),
        ),
    )
    return phone


def gave_back(world: World) -> Phone:
    """Return a volunteer whose phone gave back three claims under an earlier account."""
    phone, at = world.volunteer(), world.clock.now() - DAY
    returned = [ReturnedClaim(claim=f"clm_{n}", at=at) for n in range(3)]
    _record_by_phone(world, phone, given_back=tuple(returned))
    return phone


def _record_by_phone(world: World, phone: Phone, **fields: object) -> None:
    person = world.services.people.find(phone.me["id"])
    assert person
    now, subject = world.clock.now(), person.limit_subjects[1]
    save(
        HelperRecord(
            id=subject, version=1, created_at=now, updated_at=now, **fields
        )
    )


NEVER = (unvetted, expired, renamed, withdrawn, shown_enough, gave_back)
KINDS: tuple[Callable[[World], Phone], ...] = (
    *NEVER,
    by_document,
    safeguarding,
    known,
    World.volunteer,
)
MARKS = ((), (), ("alone",), ("minor",), ("bedridden", "alone"))


def matched(world: World) -> list[Offer]:
    """Run matching; return the offers that wait."""
    body = {"place": STREET, "dry_run": False}
    answer = world.phone_of(world.admin).post("/v1/matching/runs", body)
    assert answer.status < 300, answer.text
    offers: list[Offer] = every(Offer)
    return [offer for offer in offers if offer.state is OfferState.OFFERED]


@pytest.mark.parametrize("seed", range(12))
def test_every_offer_can_be_accepted(world: World, seed: int) -> None:
    dice = random.Random(seed)
    kind_of = {}
    for make in dice.choices(KINDS, k=10):
        phone = make(world)
        kind_of[phone.me["id"]] = make
    for n in range(6):
        resident = world.resident(address=f"{n + 1}楼{n + 1}03室")
        marks = list(dice.choice(MARKS))
        world.open_wish(resident, safeguarding=marks, title=f"水壶{n}号")
    accepted = set()
    for offer in matched(world):
        assert kind_of[offer.volunteer] not in NEVER
        if offer.volunteer in accepted:
            continue
        person = world.services.people.find(offer.volunteer)
        phone = world.phone_of(person)
        answer = phone.post(f"/v1/offers/{offer.id}/accept")
        assert answer.status == 200, (kind_of[offer.volunteer], answer.text)
        accepted.add(offer.volunteer)


@pytest.mark.parametrize("make", NEVER)
def test_staff_read_why_nobody_is_asked(
    world: World, make: Callable[[World], Phone]
) -> None:
    make(world)
    wish = world.open_wish()
    assert matched(world) == []
    seen = world.staff().get(f"/v1/wishes/{wish}/matching").json
    assert seen["candidates"] == []
    full = make in (shown_enough, gave_back)
    assert seen["waiting"]["reason"] == ("full" if full else "not_vetted")


def test_the_maker_asks_nobody_who_has_lost_their_vetting_since_the_plan(
    world: World,
) -> None:
    phone = world.volunteer()
    wish = world.open_wish()
    path = f"/v1/people/{phone.me['id']}/vetting"
    boss = world.phone_of(world.admin)
    assert boss.put(path, {"level": "none"}).status == 200
    with pytest.raises(AssertionError):
        world.offer(wish, phone)
    assert every(Offer) == []
