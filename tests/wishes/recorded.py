"""A wish of somebody without a phone, and an answer to it that staff record with a proof."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.people.model import Person
from chalicelib.wishes.model import Wish

from ..adapters.pictures import jpeg
from ..store.scan import find, save
from ..world import BAIHUA, Answer, Phone, World

WRITTEN = {"how": "written"}


def stored(wish_id: str) -> Wish:
    """Return a wish as it is stored."""
    wish = find(Wish, wish_id, "wish")
    assert isinstance(wish, Wish)
    return wish


def filed_for(world: World, filer: Phone, old: Person, **fields: Any) -> str:
    """File a wish for somebody as a member of staff; return its id."""
    body = world.wish_body(on_behalf_of=old.id, consent=WRITTEN, **fields)
    answer = filer.post("/v1/wishes", body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def delivered_to(
    world: World, filer: Phone, old: Person, helper: Phone | None = None
) -> str:
    """Take a wish that staff filed to its delivery, without the code."""
    wish_id, helper = filed_for(world, filer, old), helper or world.volunteer()
    boss = world.phone_of(world.admin)
    for phone, move in (
        (boss, "approve"),
        (helper, "claim"),
        (helper, "deliver"),
    ):
        answer = phone.post(f"/v1/wishes/{wish_id}/{move}", {})
        assert answer.status == 200, answer.text
    return wish_id


def on_duty(world: World) -> Phone:
    """Return staff who are on duty in the community."""
    clerk = world.staff()
    duty = {"community_staff": [clerk.me["id"]]}
    boss = world.phone_of(world.admin)
    assert boss.put(f"/v1/places/{BAIHUA}/duty", duty).status == 200
    return clerk


def confirm(
    world: World, phone: Phone, wish_id: str, *, how: str = "slip"
) -> Answer:
    """Record the resident's answer with a photo."""
    proof = {"how": how, "upload": world.upload(phone, jpeg((320, 240)))}
    return phone.post(f"/v1/wishes/{wish_id}/confirm", {"proof": proof})


def draw(world: World, wish_id: str) -> None:
    """Have a recorded answer drawn for a check, as one in ten are."""
    wish = stored(wish_id)
    assert wish.answer
    due = world.clock.now() + timedelta(days=7)
    save(replace(wish, answer=replace(wish.answer, check_by=due)))


def drawn(world: World) -> tuple[str, Phone, Phone]:
    """Return a wish whose recorded answer waits for a check, its filer and its helper."""
    filer, helper = world.staff(), world.volunteer()
    old = world.person("李奶奶", phone=None)
    wish_id = delivered_to(world, filer, old, helper)
    answer = confirm(world, filer, wish_id)
    assert answer.status == 200, answer.text
    draw(world, wish_id)
    return wish_id, filer, helper
